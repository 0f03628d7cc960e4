/// What is wrong with a word of a filter, in a sentence for who wrote it.
package struct FilterError: Error, Equatable, Sendable {
    /// As it was written: `--dst` of an option, `dst` of a filter line.
    package let word: String
    /// What is wrong with it.
    package let cause: Cause

    /// What can be wrong with a word.
    package enum Cause: Equatable, Sendable {
        /// The value is none of those that the word takes.
        case value(String, takes: String)
        /// `80,!443`: a negation holds for all values of an argument.
        case negationWithin
        /// `!dst=!10.0.0.1`, of which nobody knows what it means.
        case negatedTwice
        /// `!` or `=80`; the word is all that was written.
        case nameless
        /// It is no word of this filter; those that are.
        case unknown(takes: String)
        /// A filter has room for one of the two flags.
        case excludes(String, instead: String)
    }

    /// A word as it was written, and what is wrong with it.
    package init(_ word: String, _ cause: Cause) {
        self.word = word
        self.cause = cause
    }
}

extension FilterError: CustomStringConvertible {
    /// A sentence without its full stop, to follow a program's name or nothing.
    package var description: String {
        switch cause {
        case .value(let value, let takes): "\(word): “\(value)” is not what it takes: \(takes)"
        case .negationWithin: "\(word): ! stands before all values of an argument: give others one of their own"
        case .negatedTwice: "\(word): it is negated twice: write one !"
        case .nameless: "“\(word)” names nothing: a filter takes WORD=VALUE, a flag, or text"
        case .unknown(let takes): "there is no word \(word) here, but \(takes)"
        case .excludes(let other, let instead): "\(word) and \(other) exclude each other: try \(instead)"
        }
    }
}
