/// Bytes as written in a test: pairs of hexadecimal digits, blanks anywhere, `#` before a comment.
package func hexadecimal(_ text: String) -> [UInt8] {
    text.split(separator: "\n").flatMap { line -> [UInt8] in
        let digits = line.prefix { $0 != "#" }.filter { $0 != " " }.map { digit -> UInt8 in
            guard let value = digit.hexDigitValue else { preconditionFailure("\(digit) in “\(line)”") }
            return UInt8(value)
        }
        precondition(digits.count.isMultiple(of: 2), "half a byte in “\(line)”")
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

extension Sequence<UInt8> {
    /// For messages in tests: `0a 00 00 01`.
    package var hexadecimalText: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }
}
