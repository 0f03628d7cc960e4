import Glibc

/// The words of an incomplete command line, as passed by a shell: they may still be quoted.
struct CommandLineWords {
    private let words: [String]

    init(_ words: [String]) { self.words = words }

    /// The part of the value typed so far at the cursor: without quotes, and without an option's name and `=`, which zsh and fish leave there.
    ///
    /// - Parameter last: from ArgumentParser: always of the last word, which need not be the one at the cursor.
    func typed(at index: Int, last: String) -> String {
        let word = words.indices.dropLast().contains(index) ? words[index] : last
        guard word.hasPrefix("--"), let sign = word.firstIndex(of: "=") else { return word.unquoted }
        return String(word[word.index(after: sign)...]).unquoted
    }

    /// A path given to an option; `~/` is expanded, as by the shell.
    func path(of option: String) -> String? {
        guard let path = value(of: option), path.hasPrefix("~/"), let home = getenv("HOME") else {
            return value(of: option)
        }
        return String(cString: home) + path.dropFirst()
    }

    /// The value of an option such as `--netns`, if already present.
    func value(of option: String) -> String? {
        guard let place = words.lastIndex(of: option), words.indices.contains(place + 1) else {
            return words.last { $0.hasPrefix(option + "=") }.map { String($0.dropFirst(option.count + 1)).unquoted }
        }
        let value = words[place + 1].unquoted
        return value.isEmpty ? nil : value
    }
}

extension String {
    /// Without surrounding quotes and backslashes, as far as needed for paths and names.
    fileprivate var unquoted: String {
        let bare = first == "'" || first == "\"" ? dropFirst().prefix { $0 != self.first } : self[...]
        return String(bare.filter { $0 != "\\" })
    }
}
