import Glibc

/// The words of a line that is being typed, as a shell hands them over: quotes may still stand around them.
struct CommandLineWords {
    private let words: [String]

    init(_ words: [String]) { self.words = words }

    /// What is typed of the value at the cursor: without quotes, and without an option's name and `=` before it, which zsh and fish
    /// leave there.
    ///
    /// - Parameter last: as ArgumentParser has it: always of the last word, which need not be the one at the cursor.
    func typed(at index: Int, last: String) -> String {
        let word = words.indices.dropLast().contains(index) ? words[index] : last
        guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else { return word.unquoted }
        return String(word[word.index(after: sign)...]).unquoted
    }

    /// A path that an option is given; `~/` is at home, as for the shell.
    func path(of option: String) -> String? {
        guard let path = value(of: option), path.hasPrefix("~/"), let home = getenv("HOME") else {
            return value(of: option)
        }
        return String(cString: home) + path.dropFirst()
    }

    /// The value of an option as `--netns`, when there is one already.
    func value(of option: String) -> String? {
        guard let place = words.lastIndex(of: option), words.indices.contains(place + 1) else {
            return words.last { $0.hasPrefix(option + "=") }.map { String($0.dropFirst(option.count + 1)).unquoted }
        }
        let value = words[place + 1].unquoted
        return value.isEmpty ? nil : value
    }
}

extension String {
    /// Without quotes around it and backslashes in it, as far as a path or a name needs that.
    fileprivate var unquoted: String {
        let bare = first == "'" || first == "\"" ? dropFirst().prefix { $0 != self.first } : self[...]
        return String(bare.filter { $0 != "\\" })
    }
}
