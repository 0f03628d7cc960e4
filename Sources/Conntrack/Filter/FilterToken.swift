/// One part of a filter line, delimited by blanks. It does not know the valid words: every list has its own.
package enum FilterToken: Equatable, Sendable {
    /// `dport=80,443`; negated `!dport=80,443`, `dport!=80,443` or `dport=!80,443`. Neither name nor values are checked; the values may be
    /// empty.
    case word(String, values: String, isNegated: Bool)
    /// Has no `=`: a flag, or text to search for. Never empty.
    case text(String, isNegated: Bool)

    /// The parts of a line in order; none for an empty line.
    ///
    /// - Throws: for double negation, and for `!` or `=` without a word.
    package static func tokens(of line: String) throws(FilterError) -> [FilterToken] {
        var tokens: [FilterToken] = []
        for part in line.split(whereSeparator: \.isWhitespace) { tokens.append(try FilterToken(part)) }
        return tokens
    }

    private init(_ part: Substring) throws(FilterError) {
        let equals = part.firstIndex(of: "=")
        var name = part[..<(equals ?? part.endIndex)]
        var negations = Self.takeNegations(from: &name)
        guard let equals else {
            if name.isEmpty { throw FilterError(String(part), .nameless) }
            if negations > 1 { throw FilterError(String(name), .negatedTwice) }
            self = .text(String(name), isNegated: negations == 1)
            return
        }
        var values = part[part.index(after: equals)...]
        negations += Self.takeNegations(from: &values)
        while name.last == "!" {
            name.removeLast()
            negations += 1
        }
        if name.isEmpty { throw FilterError(String(part), .nameless) }
        if negations > 1 { throw FilterError(String(name), .negatedTwice) }
        self = .word(String(name), values: String(values), isNegated: negations == 1)
    }

    /// - Returns: the number of `!`.
    private static func takeNegations(from text: inout Substring) -> Int {
        let all = text.count
        text = text.drop { $0 == "!" }
        return all - text.count
    }

    /// The values as in an option's argument, `!80,443`, as read by `FilterText`. Nil for text.
    package var argument: String? {
        guard case .word(_, let values, let isNegated) = self else { return nil }
        return isNegated ? "!" + values : values
    }
}
