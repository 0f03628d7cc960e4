import Foundation
import TableSupport
import TestSupport
import Testing

/// Each line of `dump --json` in full, compared with what libnetfilter_conntrack reads from the same entry.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct DumpJSONTests {
    /// Objects by the kernel's number for the entry, as text with sorted keys.
    private typealias Objects = [Int: String]

    private static func objects(_ objects: [[String: Any]]) throws -> Objects {
        var texts: Objects = [:]
        for object in objects {
            let text = try JSONSerialization.data(withJSONObject: object, options: .sortedKeys)
            texts[try #require(object["id"] as? Int)] = String(decoding: text, as: UTF8.self)
        }
        return texts
    }

    private static func ofLibrary() throws -> Objects {
        try objects(SampleTable.messages().map { try LibraryEntry(parsing: $0).json() })
    }

    private static func ofProgram(_ table: LiveTable, _ words: [String]) throws -> Objects {
        try objects(
            table.lines([Program.path, "dump"] + words).map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return try #require(object as? [String: Any], "\(line)")
            })
    }

    @Test("Every field of every entry is printed, and nothing else", arguments: [["--json"], ["--format", "json"]])
    func everyField(_ words: [String]) throws {
        try LiveTable.inside(crowd: 200) { table in
            // Timeouts and reference counts change: each line must equal one of the library's at some point.
            var known = try Set(Self.ofLibrary().values)
            var unlike: Objects?
            for _ in 0..<LiveTable.attempts where unlike != [:] {
                let ours = try Self.ofProgram(table, words)
                let library = try Self.ofLibrary()
                known.formUnion(library.values)
                #expect(ours.count > 230 && Set(ours.keys) == Set(library.keys))
                unlike = ours.filter { !known.contains($0.value) && unlike?.keys.contains($0.key) ?? true }
            }
            #expect(unlike == [:])
            let all = known.joined()
            for name in ["master", "helper", "labels", "synproxy", "state", "started_ns", "verification_tag_reply"] {
                #expect(all.contains("\"\(name)\":"))
            }
        }
    }
}
