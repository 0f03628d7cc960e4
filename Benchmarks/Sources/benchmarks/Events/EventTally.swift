/// The events that a listener has written, by kind.
struct EventTally: Codable {
    var new = 0
    var update = 0
    var destroy = 0
    /// Overruns that it reported.
    var lost = 0
    /// Anything else: resyncs, summaries.
    var other = 0

    enum Format {
        /// `{…"event":"new"…}`
        case jsonLines
        /// `    [NEW] …`
        case conntrack
    }

    /// Whether it holds all events of a run, of which the generator made one half NEW and the other DESTROY.
    func holdsAll(of made: Int) -> Bool { new == made / 2 && destroy == made / 2 && lost == 0 }

    init() {}

    init(of path: String, as format: Format) throws {
        var tally = EventTally()
        var rest: [UInt8] = []
        try readPieces(of: path) { piece in
            var start = 0
            while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
                if rest.isEmpty {
                    tally.add(UnsafeRawBufferPointer(rebasing: piece[start..<end]), as: format)
                } else {
                    rest += piece[start..<end]
                    rest.withUnsafeBytes { tally.add($0, as: format) }
                    rest.removeAll(keepingCapacity: true)
                }
                start = end + 1
            }
            rest += piece[start...]
        }
        self = tally
    }

    private mutating func add(_ line: UnsafeRawBufferPointer, as format: Format) {
        switch format {
        case .jsonLines: add(kind: Self.kind(inJSON: line))
        case .conntrack: add(kind: Self.kind(inBrackets: line))
        }
    }

    private mutating func add(kind: String) {
        switch kind.lowercased() {
        case "new": new += 1
        case "update": update += 1
        case "destroy": destroy += 1
        case "lost": lost += 1
        default: other += 1
        }
    }

    private static let key = Array("\"event\":".utf8)

    /// The value of the member `event`, at any position in the line.
    private static func kind(inJSON line: UnsafeRawBufferPointer) -> String {
        var rest = line[...]
        while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
            rest = rest[quote...]
            if rest.starts(with: key) {
                let value = rest.dropFirst(key.count).drop { $0 == UInt8(ascii: " ") }
                return String(decoding: value.dropFirst().prefix { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
            }
            rest = rest.dropFirst()
        }
        return ""
    }

    private static func kind(inBrackets line: UnsafeRawBufferPointer) -> String {
        let kind = line.drop { $0 == UInt8(ascii: " ") }
        guard kind.first == UInt8(ascii: "[") else { return "" }
        return String(decoding: kind.dropFirst().prefix { $0 != UInt8(ascii: "]") }, as: UTF8.self)
    }
}
