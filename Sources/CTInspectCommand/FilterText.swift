import ArgumentParser
import Conntrack

/// The values of one option as they were written: several by commas or by repeating it; `!` before those of an argument negates them.
struct FilterText {
    private let option: String
    private let arguments: [String]
    private let takes: String

    init(_ option: String, _ arguments: [String], takes: String) {
        self.option = option
        self.arguments = arguments
        self.takes = takes
    }

    func choice<Value>(_ read: (String) -> Value?) throws -> Choice<Value> {
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

    private func refusal(of text: Substring) -> ValidationError {
        if text.first == "!" {
            return ValidationError("\(option): ! stands before all values of an argument: give others one of their own")
        }
        return ValidationError("\(option): “\(text)” is not what it takes: \(takes)")
    }

    /// Decimal, or hexadecimal behind `0x`; without a sign.
    static func number<Number: FixedWidthInteger>(_ text: some StringProtocol, as _: Number.Type = Number.self)
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
