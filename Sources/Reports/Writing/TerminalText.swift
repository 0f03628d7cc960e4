import Addresses

/// Wrapped lines, the first of which begins after `first` blanks and the others after `rest`.
func indented(_ text: String, by first: Int, hanging rest: Int, _ width: Int?) -> [String] {
    let pieces = text.printable.wrapped(width.map { max($0 - rest, 20) })
    return pieces.enumerated().map { String(repeating: " ", count: $0.offset == 0 ? first : rest) + $0.element }
}

extension Origin {
    /// Whose state it is, and of when: `lb1 netns lb 6.1.0-56-amd64, 2026-11-27T07:32:59.343Z`
    var heading: String {
        let netns = networkNamespace.map { " netns \($0)" } ?? ""
        return "\(host)\(netns) \(kernelRelease), \(takenAt.rfc3339)"
    }
}

extension String {
    /// The text with everything replaced that a terminal would act on: text from the kernel or a capture is not trusted.
    package var printable: String {
        // Nearly everything is plain ASCII, whose properties need not be looked up.
        guard utf8.contains(where: { $0 < 0x20 || $0 > 0x7E }), unicodeScalars.contains(where: \.isUnprintable) else {
            return self
        }
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

extension String {
    /// The text in lines of at most `width` characters, wrapped at blanks; a longer word, such as an address, stays in one piece.
    ///
    /// - Parameters:
    ///   - width: columns of the terminal; nil if there is none, and the text stays one line.
    ///   - indent: blanks before each line, included in its width.
    func wrapped(_ width: Int?, indent: Int = 0) -> [String] {
        let margin = String(repeating: " ", count: indent)
        guard let width, count + indent > width else { return [margin + self] }
        var lines: [String] = []
        var line = ""
        for word in split(separator: " ") {
            if !line.isEmpty, indent + line.count + 1 + word.count > width {
                lines.append(margin + line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [margin + line]
    }
}
