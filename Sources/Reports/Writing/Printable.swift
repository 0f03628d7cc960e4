extension String {
    /// The text with everything replaced that a terminal would act on: what the kernel or a capture says is not trusted to be harmless.
    package var printable: String {
        guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
        return String(
            unicodeScalars.flatMap { $0.isUnprintable ? Array($0.escaped.unicodeScalars) : [$0] }.map(Character.init))
    }
}

extension Unicode.Scalar {
    /// Control characters, and those that reorder text (format characters).
    var isUnprintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    fileprivate var escaped: String { "\\u{\(String(value, radix: 16))}" }
}
