import Netlink

/// A file with nothing to replace.
final class KeptContent: ContentRewriter {
    func take(_ piece: RawSpan, _ write: (RawSpan) -> Void) { write(piece) }

    func finish(_ write: (RawSpan) -> Void) -> String? { nil }
}

/// A setting that is a number, or several.
final class NumberContent: ContentRewriter {
    private var isNumber = true

    func take(_ piece: RawSpan, _ write: (RawSpan) -> Void) {
        for place in 0..<piece.byteCount {
            switch piece.unsafeLoadUnaligned(fromByteOffset: place, as: UInt8.self) {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: " "), UInt8(ascii: "\t"),
                UInt8(ascii: "\n"):
                break
            default: isNumber = false
            }
        }
        write(piece)
    }

    func finish(_ write: (RawSpan) -> Void) -> String? { isNumber ? nil : "left out by --anonymize: it is no number" }
}

/// A file of rows, each of which is rewritten by itself. The first one is its title.
final class RowContent: ContentRewriter {
    private let rewrite: ([UInt8]) -> [UInt8]?
    private var partial: [UInt8] = []
    private var rows = 0
    private var isUnderstood = true

    /// Longer than any row of the kernel's.
    private static let longest = 4096

    /// - Parameter rewrite: gets a row without its newline; nil if it is not understood.
    init(_ rewrite: @escaping ([UInt8]) -> [UInt8]?) { self.rewrite = rewrite }

    func take(_ piece: RawSpan, _ write: (RawSpan) -> Void) {
        guard isUnderstood else { return }
        var out: [UInt8] = []
        out.reserveCapacity(piece.byteCount)
        for byte in piece.copy(0..<piece.byteCount) {
            guard byte == UInt8(ascii: "\n") else {
                partial.append(byte)
                continue
            }
            add(&out)
            out.append(byte)
        }
        if partial.count > Self.longest { isUnderstood = false }
        if isUnderstood { write(out.span.bytes) }
    }

    private func add(_ out: inout [UInt8]) {
        defer { partial.removeAll(keepingCapacity: true) }
        rows += 1
        // The title has names of columns.
        guard rows > 1 else { return out += partial }
        if let row = rewrite(partial) { out += row } else { isUnderstood = false }
    }

    /// What is left was cut short, and is left out.
    func finish(_ write: (RawSpan) -> Void) -> String? {
        isUnderstood ? nil : "left out by --anonymize: it has other columns"
    }
}
