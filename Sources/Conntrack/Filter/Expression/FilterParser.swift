extension FilterExpression {
    /// Reads a line: tests with `and` (or nothing) between them, `or`, `not` or `!`, and parentheses.
    ///
    /// - Returns: nil for a line without anything.
    /// - Throws: what is wrong, where, and what is expected.
    package static func read(_ line: String, for list: FilterVocabulary) throws(FilterError) -> FilterExpression? {
        var parser = FilterParser(tokens: try FilterLexer.tokens(of: line), list: list)
        return try parser.line()
    }
}

/// Reads the tokens of a filter line by recursive descent.
struct FilterParser {
    private let tokens: [FilterToken]
    private let list: FilterVocabulary
    private var position = 0
    private var depth = 0

    /// Nobody means more, and each level takes some of the stack.
    private static let mostLevels = 50

    init(tokens: [FilterToken], list: FilterVocabulary) {
        self.tokens = tokens
        self.list = list
    }

    private var current: FilterToken? { tokens.indices.contains(position) ? tokens[position] : nil }

    mutating func line() throws(FilterError) -> FilterExpression? {
        if tokens.isEmpty { return nil }
        let expression = try alternatives()
        if let rest = current { throw FilterError(rest.text, .unpaired, column: rest.column) }
        return expression
    }

    private mutating func alternatives() throws(FilterError) -> FilterExpression {
        var parts = [try conjunction()]
        while takeKeyword("or", "||") { parts.append(try conjunction()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func conjunction() throws(FilterError) -> FilterExpression {
        var parts = [try negation()]
        while let next = current, next.kind != .close, !Self.isKeyword(next, "or", "||") {
            _ = takeKeyword("and", "&&")
            parts.append(try negation())
        }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func negation() throws(FilterError) -> FilterExpression {
        guard let token = current else { throw unfinished() }
        depth += 1
        defer { depth -= 1 }
        if depth > Self.mostLevels { throw FilterError(token.text, .tooDeep, column: token.column) }
        if token.kind == .not || Self.isKeyword(token, "not") {
            position += 1
            return .not(try negation())
        }
        guard token.kind == .open else { return try test() }
        position += 1
        let inner = try alternatives()
        guard current?.kind == .close else { throw FilterError("(", .unpaired, column: token.column) }
        position += 1
        return inner
    }

    private mutating func test() throws(FilterError) -> FilterExpression {
        guard let token = current, token.kind == .word || token.kind == .quoted, !Self.isAnyKeyword(token) else {
            throw unfinished()
        }
        position += 1
        guard token.kind == .word else { return .test(.text(RowText.wanted(token.text))) }
        guard case .comparison(let comparison)? = current?.kind else { return .test(list.flag(token.text)) }
        position += 1
        return try list.test(token, comparison, values: takeValues())
    }

    /// The values behind a comparison, with what belongs to them: `!` in front, and no blank within.
    private mutating func takeValues() -> (text: String, isNegated: Bool, column: Int) {
        var isNegated = false
        let column = current?.column ?? (tokens.last?.end ?? 1)
        while let token = current, token.kind == .not {
            isNegated.toggle()
            position += 1
        }
        guard let token = current, token.kind == .word || token.kind == .quoted else { return ("", isNegated, column) }
        position += 1
        return (token.text, isNegated, token.column)
    }

    private func unfinished() -> FilterError {
        guard let token = current else {
            let end = tokens.last?.end ?? 1
            return FilterError(tokens.last?.text ?? "", .unfinished, column: end)
        }
        return FilterError(token.text, .misplaced, column: token.column)
    }

    // MARK: Keywords

    private mutating func takeKeyword(_ words: String...) -> Bool {
        guard let token = current, token.kind == .word, words.contains(token.text.lowercased()) else { return false }
        position += 1
        return true
    }

    private static func isKeyword(_ token: FilterToken, _ words: String...) -> Bool {
        token.kind == .word && words.contains(token.text.lowercased())
    }

    private static func isAnyKeyword(_ token: FilterToken) -> Bool { isKeyword(token, "and", "or", "not", "&&", "||") }
}
