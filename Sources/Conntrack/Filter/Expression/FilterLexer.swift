/// A piece of a filter line.
struct FilterToken: Equatable {
    enum Kind: Equatable {
        /// Text, a word, or values.
        case word
        /// Text in quotation marks: no word of the language.
        case quoted
        case open, close
        /// A `!` in front of something.
        case not
        case comparison(Comparison)
    }

    enum Comparison: String { case equal = "=", unequal = "!=", less = "<", atMost = "<=", more = ">", atLeast = ">=" }

    let kind: Kind
    /// As written, without quotation marks.
    let text: String
    /// Of its first Unicode scalar, from 1.
    let column: Int
    /// The column behind its text.
    var end: Int { column + text.unicodeScalars.count }
}

/// Takes a filter line apart, by Unicode scalars: a combining mark joins a blank or a parenthesis to one `Character`, which is neither.
struct FilterLexer {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    /// - Throws: for a quotation mark without another.
    static func tokens(of line: String) throws(FilterError) -> [FilterToken] {
        var lexer = FilterLexer(line)
        var tokens: [FilterToken] = []
        while let token = try lexer.next() { tokens.append(token) }
        return tokens
    }

    private init(_ line: String) { scalars = Array(line.unicodeScalars) }

    private var current: Unicode.Scalar? { scalars.indices.contains(position) ? scalars[position] : nil }

    private mutating func next() throws(FilterError) -> FilterToken? {
        while let current, current.properties.isWhitespace { position += 1 }
        guard let current else { return nil }
        let first = position
        func token(_ kind: FilterToken.Kind, _ text: String) -> FilterToken {
            FilterToken(kind: kind, text: text, column: first + 1)
        }
        if let comparison = takeComparison() { return token(.comparison(comparison), comparison.rawValue) }
        switch current {
        case "(", ")", "!":
            position += 1
            return token(current == "(" ? .open : current == ")" ? .close : .not, String(current))
        case "\"", "'": return token(.quoted, try quotation(current))
        default:
            while let next = self.current, !Self.ends(next) { position += 1 }
            return token(.word, String(scalars[first..<position]))
        }
    }

    private mutating func takeComparison() -> FilterToken.Comparison? {
        for comparison in [FilterToken.Comparison.unequal, .atMost, .atLeast, .equal, .less, .more]
        where scalars[position...].starts(with: comparison.rawValue.unicodeScalars) {
            position += comparison.rawValue.count
            return comparison
        }
        return nil
    }

    private mutating func quotation(_ mark: Unicode.Scalar) throws(FilterError) -> String {
        let start = position
        position += 1
        let text = scalars[position...].prefix { $0 != mark }
        position += text.count + 1
        guard position <= scalars.count else { throw FilterError(String(mark), .unpaired, column: start + 1) }
        return String(text)
    }

    /// A word ends here; a `!` may be in it, as in `!=`.
    private static func ends(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || "()=<>!".unicodeScalars.contains(scalar)
    }
}

extension String {
    fileprivate init(_ scalars: ArraySlice<Unicode.Scalar>) {
        self.init(UnicodeScalarView(scalars))
    }
}
