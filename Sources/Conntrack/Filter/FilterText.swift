/// The values of one word as written: several by commas or repetition; a leading `!` negates those of an argument.
package struct FilterText: Sendable {
    private let name: String
    private let arguments: [String]
    private let takes: String

    /// - Parameters:
    ///   - name: the word as spelled by the user, for errors.
    ///   - takes: the valid values, worded to end a sentence.
    package init(_ name: String, _ arguments: [String], takes: String) {
        self.name = name
        self.arguments = arguments
        self.takes = takes
    }

    /// - Parameter read: a value from its text; nil if invalid.
    package func choice<Value>(_ read: (String) -> Value?) throws(FilterError) -> Choice<Value> {
        var choice = Choice<Value>()
        for argument in arguments {
            var rest = argument[...].trimmed
            let isNegated = rest.first == "!"
            if isNegated { rest = rest.dropFirst().trimmed }
            for text in rest.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed) {
                guard let value = read(String(text)) else { throw refusal(of: text) }
                if isNegated { choice.unwanted.append(value) } else { choice.wanted.append(value) }
            }
        }
        return choice
    }

    private func refusal(of text: Substring) -> FilterError {
        FilterError(name, text.first == "!" ? .negationWithin : .value(String(text), takes: takes))
    }

    /// Decimal, or hexadecimal with `0x`; without a sign.
    package static func number<Number: FixedWidthInteger>(_ text: some StringProtocol, as _: Number.Type = Number.self)
        -> Number?
    {
        let isHexadecimal = text.lowercased().hasPrefix("0x")
        let digits = isHexadecimal ? text.dropFirst(2) : text[...]
        guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        return Number(digits, radix: isHexadecimal ? 16 : 10)
    }

    /// A port or a range: `80`, `1000-2000`. conntrack(8) writes `:` between the ends, others `-`.
    package static func ports(_ text: String) -> ClosedRange<UInt16>? { range(text) }

    /// A number or a range, as `ports`.
    package static func range<Number: FixedWidthInteger>(_ text: String) -> ClosedRange<Number>? {
        let ends = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == ":" }
        guard ends.count <= 2, let first = ends.first.flatMap({ number($0, as: Number.self) }),
            let last = ends.last.flatMap({ number($0, as: Number.self) }), first <= last
        else { return nil }
        return first...last
    }

    /// What `ports` reads, worded to end a sentence.
    package static let takesPorts = "PORT or FIRST-LAST, up to 65535"
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
