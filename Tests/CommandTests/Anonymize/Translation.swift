import Addresses
import Anonymizing
import Foundation
import Testing

/// Says of what a command said about the original what it should say about the anonymized capture.
struct Translation {
    private var addresses: AddressMapping
    /// Of hosts and namespaces, by those that they replace.
    var names: [String: String]

    /// - Parameters:
    ///   - key: the file of the key.
    ///   - names: of hosts and namespaces, by those that they replace.
    init(key: String, names: [String: String]) throws {
        let key = try AnonymizingKey(file: key)
        _ = try Anonymizer(key)
        addresses = AddressMapping(key)
        self.names = names
    }

    /// The replacement of an address.
    mutating func address(_ address: IPAddress) -> IPAddress { addresses.mapped(address) }

    /// Every address, and every prefix, in a text.
    mutating func text(_ text: String) -> String {
        var out = ""
        var rest = Substring(text)
        while let match = rest.firstMatch(of: /[0-9a-fA-F:.]{2,}(\/[0-9]{1,3})?/) {
            out += rest[..<match.range.lowerBound] + word(String(match.output.0))
            rest = rest[match.range.upperBound...]
        }
        out += rest
        for (original, replacement) in names { out = out.replacing(original, with: replacement) }
        return out
    }

    private mutating func word(_ word: String) -> String {
        if let prefix = Prefix(word) { return addresses.mapped(prefix).map { "\($0)" } ?? word }
        // An address and a port, a full stop, a colon.
        for end in word.indices.reversed() where word[end] == ":" || word[end] == "." {
            if let address = IPAddress(String(word[..<end])) { return "\(addresses.mapped(address))\(word[end...])" }
        }
        return word
    }

    /// A document with its lists in an order that does not depend on addresses.
    mutating func document(_ json: String, translating isOriginal: Bool) throws -> String {
        let value = try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
        return canonical(value, isOriginal)
    }

    private mutating func canonical(_ value: Any, _ isOriginal: Bool) -> String {
        switch value {
        case let object as [String: Any]:
            var members: [String] = []
            for (name, value) in object { members.append("\(name): \(canonical(value, isOriginal))") }
            return "{" + members.sorted().joined(separator: ", ") + "}"
        case let list as [Any]:
            var elements: [String] = []
            for value in list { elements.append(canonical(value, isOriginal)) }
            return "[" + elements.sorted().joined(separator: ", ") + "]"
        case let text as String: return "“\(Self.words(isOriginal ? self.text(text) : text))”"
        default: return "\(value)"
        }
    }

    /// Lines, in any order, with any number of blanks between words, as columns are as wide as what is in them.
    mutating func lines(_ text: String, translating isOriginal: Bool) -> [String] {
        var lines: [String] = []
        for line in text.split(separator: "\n") {
            let line = isOriginal ? self.text(String(line)) : String(line)
            lines.append(Self.words(line))
        }
        return lines.sorted()
    }

    /// In any order: sentences list services and addresses in theirs.
    private static func words(_ text: String) -> String {
        let words = text.split(whereSeparator: \.isWhitespace).map { word in
            String(word).trimmingCharacters(in: CharacterSet(charactersIn: ",.;:()"))
        }
        return words.filter { $0 != "and" }.sorted().joined(separator: " ")
    }

    /// The words of a text without addresses, by how often they are there.
    func bag(_ text: String) -> [String: Int] {
        var text = text
        for (original, replacement) in names { text = text.replacing(original, with: replacement) }
        let words = text.replacing(/[0-9a-f]*[.:][0-9a-f.:]*[0-9a-f]/, with: "ADDRESS").split { character in
            !character.isLetter && !character.isNumber && character != "-"
        }
        return words.reduce(into: [:]) { $0[String($1), default: 0] += 1 }
    }
}
