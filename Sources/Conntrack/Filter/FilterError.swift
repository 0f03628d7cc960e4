/// What is wrong with a filter word, as a sentence for its author.
package struct FilterError: Error, Equatable, Sendable {
    /// As written: `--dst` for an option, `dst` in a filter line.
    package let word: String
    package let cause: Cause

    package enum Cause: Equatable, Sendable {
        /// The value is not one that the word accepts.
        case value(String, takes: String)
        /// `80,!443`: a negation applies to all values of an argument.
        case negationWithin
        /// `!dst=!10.0.0.1`, whose meaning is unclear.
        case negatedTwice
        /// `!` or `=80`; the word is everything that was written.
        case nameless
        /// Not a word of this filter; lists those that are.
        case unknown(takes: String)
        /// The two flags are mutually exclusive.
        case excludes(String, instead: String)
    }

    package init(_ word: String, _ cause: Cause) {
        self.word = word
        self.cause = cause
    }
}

extension FilterError: CustomStringConvertible {
    /// A sentence without a full stop.
    package var description: String {
        switch cause {
        case .value(let value, let takes): "\(word): “\(value)” is invalid; expected \(takes)"
        case .negationWithin:
            "\(word): ! negates all values of an argument and must come first; use another argument for the others"
        case .negatedTwice: "\(word): negated twice; use a single !"
        case .nameless: "“\(word)” names nothing; expected WORD=VALUE, a flag, or text"
        case .unknown(let takes): "unknown word \(word); expected \(takes)"
        case .excludes(let other, let instead): "\(word) and \(other) are mutually exclusive; try \(instead)"
        }
    }
}
