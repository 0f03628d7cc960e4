/// The words of a line that is being typed, as a shell hands them over: quotes may still stand around them.
struct CommandLineWords {
    private let words: [String]

    init(_ words: [String]) { self.words = words }

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
