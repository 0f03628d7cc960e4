import Testing

/// A line of `conntrack -L -o extended,id,labels`, split into words.
struct ConntrackLine {
    let family: String
    let `protocol`: String
    let number: String
    let state: String?
    let original: [String: String]
    let reply: [String: String]
    /// Words that belong to neither direction: mark, zone, id, helper …, and `zone-orig` and `zone-reply`.
    let rest: [String: String]
    /// Words in brackets: UNREPLIED, ASSURED.
    let flags: Set<String>

    init(_ line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        try #require(words.count > 6, "\(line)")
        (family, `protocol`, number) = (words[0], words[2], words[3])
        state = words[5].contains("=") ? nil : words[5]
        var directions: [[String: String]] = []
        var (rest, flags): ([String: String], Set<String>) = ([:], [])
        for word in words.dropFirst(5) where word != state {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 1 {
                flags.insert(word.filter { $0 != "[" && $0 != "]" })
                continue
            }
            if parts[0] == "src" { directions.append([:]) }
            let last = try #require(directions.indices.last)
            // An echo has its own id in each direction, before that of the entry.
            let isOfEntry = parts[0] == "id" && (words[2].hasPrefix("icmp") ? directions[last]["id"] != nil : true)
            if Self.directional.contains(parts[0]), !isOfEntry {
                directions[last][parts[0]] = parts[1]
            } else {
                rest[parts[0]] = parts[1]
            }
        }
        try #require(directions.count == 2, "\(line)")
        (original, reply) = (directions[0], directions[1])
        (self.rest, self.flags) = (rest, flags)
    }

    private static let directional: Set = [
        "src", "dst", "sport", "dport", "srckey", "dstkey", "type", "code", "id", "packets", "bytes",
    ]
}

extension ConntrackLine {
    var isSourceTranslated: Bool { original["src"] != reply["dst"] }
    var isDestinationTranslated: Bool { original["dst"] != reply["src"] }
}
