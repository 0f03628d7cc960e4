extension EntryFilter {
    /// Adds the condition of a part of a filter line, where it is one on entries: a word of `FilterWord` with values, or the name of a
    /// `FilterFlag` alone.
    ///
    /// - Returns: whether it was. Else it may be a word of whose list it is, or text to look for.
    /// - Throws: when a value is wrong; then nothing was added.
    package mutating func add(_ token: FilterToken, labels: FilterLabels = .numbers) throws(FilterError) -> Bool {
        switch token {
        case .word(let name, _, _):
            guard let word = FilterWord(name: name), let argument = token.argument else { return false }
            try add(word, [argument], named: name, labels: labels)
        case .text(let text, let isNegated):
            guard let flag = FilterFlag(rawValue: text) else { return false }
            try add(flag, isNegated: isNegated)
        }
        return true
    }
}
