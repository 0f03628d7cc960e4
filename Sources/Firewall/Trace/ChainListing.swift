/// The rules of a chain as text, such as that of `nft --handle --stateless list`, parsed. Pure.
struct ChainListing: Equatable {
    /// For a base chain: `input`.
    private(set) var hook: String?
    /// By handle; without counters.
    private(set) var rules: [UInt64: String] = [:]

    init(hook: String?, rules: [UInt64: String]) { (self.hook, self.rules) = (hook, rules) }

    /// Skips other chains and what is not in nft(8)'s format.
    init(of chain: String, in text: String) {
        let beginning = "\tchain \(chain) {"
        var isInside = false
        var rule = ""
        for line in text.split(whereSeparator: \.isNewline) {
            if line == "\t}" { isInside = false }
            guard isInside else {
                isInside = line.hasPrefix(beginning)
                continue
            }
            let words = line.drop { $0 == "\t" || $0 == " " }
            if rule.isEmpty, isHead(words) {
                takeHook(words)
                continue
            }
            rule += rule.isEmpty ? words : " " + words
            if let (text, handle) = Self.split(rule) {
                rules[handle] = RuleWords.withoutCounters(text)
                rule = ""
            }
        }
    }

    /// What precedes a chain's rules: type and hook, flags, a comment. Every rule ends with its handle.
    private func isHead(_ line: Substring) -> Bool {
        line.hasSuffix(";") || line.hasPrefix("comment \"") && Self.split(String(line)) == nil
    }

    private mutating func takeHook(_ line: Substring) {
        let words = line.split(separator: " ")
        guard words.first == "type", let position = words.firstIndex(of: "hook"), position + 1 < words.count else {
            return
        }
        hook = String(words[position + 1])
    }

    private static func split(_ rule: String) -> (text: String, handle: UInt64)? {
        let words = rule.split(separator: " ")
        guard words.count > 2, words.suffix(3).prefix(2) == ["#", "handle"], let handle = UInt64(words[words.count - 1])
        else { return nil }
        return (rule.dropLastWords(3), handle)
    }
}

/// The words of a rule; a quoted one may contain blanks.
enum RuleWords {
    /// Drops counters, which do not affect what a rule matches; a named one stays.
    static func withoutCounters(_ rule: String) -> String {
        var words = split(rule)[...]
        var kept: [Substring] = []
        while let word = words.popFirst() {
            let isName = kept.last.map { ["jump", "goto"].contains($0) } ?? false
            guard word == "counter", words.first != "name", !isName else {
                kept.append(word)
                continue
            }
            if words.first == "packets", words.dropFirst(2).first == "bytes" { words = words.dropFirst(4) }
        }
        return kept.joined(separator: " ")
    }

    private static func split(_ text: String) -> [Substring] {
        var isQuoted = false
        return text.split { character in
            if character == "\"" { isQuoted.toggle() }
            return character == " " && !isQuoted
        }
    }
}

extension String {
    fileprivate func dropLastWords(_ count: Int) -> String {
        var rest = self[...]
        for _ in 0..<count {
            rest = rest.prefix(upTo: rest.lastIndex(of: " ") ?? rest.startIndex)
            while rest.last == " " { rest.removeLast() }
        }
        return String(rest)
    }
}
