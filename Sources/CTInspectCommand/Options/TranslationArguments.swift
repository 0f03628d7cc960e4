import Conntrack

/// The addresses that may follow `--src-nat`, `--dst-nat` and `--any-nat`, as with conntrack(8): ArgumentParser has no options whose value
/// may be missing, so that the flags stay flags, and each address becomes the value of a hidden option.
enum TranslationArguments {
    private static let flags: [String: FilterFlag] = [
        "-n": .srcNat, "--src-nat": .srcNat, "-g": .dstNat, "--dst-nat": .dstNat, "-j": .anyNat, "--any-nat": .anyNat,
    ]

    /// The name, without hyphens, of the option that gets the address.
    static func option(_ flag: FilterFlag) -> String { flag.rawValue + "-to" }

    /// The words of a command line, with the addresses as values of options of their own.
    static func separated(_ words: [String]) -> [String] {
        guard let command = words.first, ["dump", "events"].contains(command) else { return words }
        var separated: [String] = []
        var flag: FilterFlag?
        for (place, word) in words.enumerated() {
            if word == "--" { return separated + words[place...] }
            if let flag, mayBeAddress(word) {
                separated.append("--\(option(flag))=\(word)")
            } else if let (flag, value) = given(word) {
                separated += ["--" + flag.rawValue, "--\(option(flag))=\(value)"]
            } else {
                separated.append(word)
            }
            flag = flags[word]
        }
        return separated
    }

    /// `--dst-nat=ADDRESS`
    private static func given(_ word: String) -> (FilterFlag, Substring)? {
        guard let equals = word.firstIndex(of: "="), word.hasPrefix("--"),
            let flag = flags[String(word[..<equals])]
        else { return nil }
        let value = word[word.index(after: equals)...]
        return value.isEmpty ? nil : (flag, value)
    }

    /// As the name of a table is none, and neither is an option. Whether it is one indeed is seen when it is read.
    private static func mayBeAddress(_ word: String) -> Bool {
        guard let first = word.utf8.first, first != UInt8(ascii: "-") else { return false }
        let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        return isDigit || first == UInt8(ascii: "[") || first == UInt8(ascii: "!") || word.contains(":")
    }
}
