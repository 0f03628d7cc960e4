/// The values of one word as they were written: several by commas or by repeating it; `!` before those of an argument negates them.
public struct FilterText: Sendable {
    private let name: String
    private let arguments: [String]
    private let takes: String

    /// - Parameters:
    ///   - name: the word as its writer spells it, for errors.
    ///   - takes: the values that there are, in words that end a sentence.
    public init(_ name: String, _ arguments: [String], takes: String) {
        self.name = name
        self.arguments = arguments
        self.takes = takes
    }

    /// - Parameter read: a value from its text; nil when it is none.
    public func choice<Value>(_ read: (String) -> Value?) throws(FilterError) -> Choice<Value> {
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

    /// Decimal, or hexadecimal behind `0x`; without a sign.
    public static func number<Number: FixedWidthInteger>(_ text: some StringProtocol, as _: Number.Type = Number.self)
        -> Number?
    {
        let isHexadecimal = text.lowercased().hasPrefix("0x")
        let digits = isHexadecimal ? text.dropFirst(2) : text[...]
        guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        return Number(digits, radix: isHexadecimal ? 16 : 10)
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
