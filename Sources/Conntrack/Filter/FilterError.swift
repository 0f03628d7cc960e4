/// What is wrong with a filter, as a sentence for its author.
package struct FilterError: Error, Equatable, Sendable {
    /// As written: `--dst` for an option, `dst` in a filter line.
    package let word: String
    package let cause: Cause
    /// Where in the line, from 1; nil for an option.
    package let column: Int?

    package enum Cause: Equatable, Sendable {
        /// The value is not one that the word accepts.
        case value(String, takes: String)
        /// `80,!443`: a negation applies to all values of an argument.
        case negationWithin
        /// Not a word of these rows; lists those that are.
        case unknown(String, takes: String)
        /// The two flags are mutually exclusive.
        case excludes(String, instead: String)
        /// A parenthesis or quotation mark without its other one.
        case unpaired
        /// The line ends where a test must follow.
        case unfinished
        /// Something else must be here.
        case misplaced
        /// `state>1`: the comparison.
        case incomparable(String)
        /// Too many parentheses, or negations, within each other.
        case tooDeep
        /// What is wrong within the word's value.
        case within(String)
    }

    package init(_ word: String, _ cause: Cause, column: Int? = nil) {
        self.word = word
        self.cause = cause
        self.column = column
    }
}

extension FilterError: CustomStringConvertible {
    /// A sentence without a full stop.
    package var description: String {
        guard let column else { return sentence }
        return "column \(column): \(sentence)"
    }

    private var sentence: String {
        switch cause {
        case .value(let value, let takes): "\(word): “\(value)” is invalid; expected \(takes)"
        case .negationWithin:
            "\(word): ! negates all values of an argument and must come first; use another argument for the others"
        case .unknown(let rows, let takes): "unknown word \(word); \(rows) have \(takes)"
        case .excludes(let other, let instead): "\(word) and \(other) are mutually exclusive; try \(instead)"
        case .unpaired: "\(word) has no counterpart"
        case .unfinished: "something must follow “\(word)”: WORD=VALUE, a flag, or text"
        case .misplaced: "“\(word)” cannot be here; expected WORD=VALUE, a flag, or text"
        case .incomparable(let comparison): "\(word) is not a number: use = or !=, not \(comparison)"
        case .within(let sentence): "\(word): \(sentence)"
        case .tooDeep: "nested too deeply"
        }
    }
}
