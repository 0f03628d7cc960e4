import Foundation
import Records
import TestSupport
import Testing

/// What an earlier recorder left that did not end as it should.
struct RecordRecoveryTests {
    private static let name = "000001-2026-11-29T09-47-21Z.jsonl"

    @Test("A segment that was cut anywhere keeps its whole lines", arguments: [true, false])
    func cutAnywhere(_ compresses: Bool) throws {
        try inTemporaryFolder { folder in
            let lines = ["{\"segment\":1}", "{\"a\":1}", "{\"a\":22}", "{\"a\":333}"]
            let whole = Array(lines.map { $0 + "\n" }.joined().utf8)
            for end in 0...whole.count {
                let path = "\(folder)/\(end)"
                try Tool.shell("mkdir -m 700 \(end)", in: folder)
                try Data(whole.prefix(end)).write(to: URL(fileURLWithPath: "\(path)/\(Self.name)"))
                let kept = whole.prefix(end).count { $0 == UInt8(ascii: "\n") }
                // A reader before the next recorder sees the same lines, and the cut.
                let cut = end - lines.prefix(kept).reduce(0) { $0 + $1.utf8.count + 1 }
                let before = try Recording.read(path)
                #expect(before.lines == Array(lines.prefix(kept).dropFirst()))
                #expect(before.problems == (cut > 0 ? [RecordProblem(Self.name, .cut(bytes: cut))] : []))
                var writer = try Recording.writer(path, compresses: compresses)
                let segments = try Recording.manifest(path).segments
                #expect(segments.map(\.lines) == (kept == 0 ? [] : [kept]), "\(end)")
                #expect(
                    try Recording.segments(path) == (kept == 0 ? [] : [Self.name + (compresses ? ".zst" : "")]))
                try writer.append("{\"a\":4}\n", at: 60)
                try writer.finish()
                let (read, problems) = try Recording.read(path)
                #expect(read == lines.prefix(kept).dropFirst() + ["{\"a\":4}"] && problems.isEmpty, "\(end)")
                #expect(try Recording.segments(path).last?.hasPrefix("000002-") == true)
            }
        }
    }

    /// Some segments with 1, 2, 3, ….
    private static func fill(_ path: String, _ count: Int = 4, compresses: Bool = true) throws {
        var writer = try Recording.writer(path, Recording.limits(bytes: 16), compresses: compresses)
        for number in 1...count { try writer.append("\(number)\n", at: number) }
        try writer.finish()
    }

    @Test(
        "A manifest that is lost, damaged or wrong is made again from the files",
        arguments: [
            "rm manifest.json", "echo nothing >manifest.json", "echo '{}' >manifest.json",
            "sed -i 's/\"bytes_on_disk\" : [0-9]*/\"bytes_on_disk\" : 7/' manifest.json",
            "sed -i 's/000002-/000009-/' manifest.json",
            "sed -i 's/\"next_segment\" : 5/\"next_segment\" : 3/' manifest.json",
            "rm manifest.json; mkdir manifest.json.old; ln -s /etc/passwd manifest.json",
        ])
    func manifest(_ spoil: String) throws {
        try inTemporaryFolder { folder in
            try Self.fill(folder)
            let before = try Recording.manifest(folder)
            try Tool.shell(spoil, in: folder)
            #expect(try Recording.read(folder).lines == ["1", "2", "3", "4"])
            _ = try Recording.writer(folder)
            let after = try Recording.manifest(folder)
            #expect(after.next_segment == before.next_segment)
            #expect(after.segments.map(\.name) == before.segments.map(\.name))
            #expect(after.segments.map(\.crc32) == before.segments.map(\.crc32))
            #expect(after.segments.map(\.bytes) == before.segments.map(\.bytes))
            #expect(after.segments.map(\.lines) == before.segments.map(\.lines))
            #expect(after.segments.map(\.to) == before.segments.map(\.to))
            let (lines, problems) = try Recording.read(folder)
            #expect(lines == ["1", "2", "3", "4"] && problems.isEmpty)
        }
    }

    @Test("A recorder that was killed while it ended a segment leaves nothing twice", .needsTool("zstd"))
    func betweenSteps() throws {
        try inTemporaryFolder { folder in
            try Self.fill(folder, 1)
            let packed = try #require(try Recording.segments(folder).first)
            try Tool.shell("cp \(packed) .\(packed).new; touch .manifest.json.new", in: folder)
            for state in ["rm manifest.json", "true", "rm manifest.json; truncate -s 5 \(packed)"] {
                try Tool.shell("zstd -qdk \(packed); \(state)", in: folder)
                let before = try Recording.read(folder)
                #expect(before.lines == ["1"] && before.problems.isEmpty, "\(state)")
                _ = try Recording.writer(folder)
                #expect(try files(below: folder) == [".lock", packed, "manifest.json"], "\(state)")
                #expect(try Recording.read(folder).lines == ["1"], "\(state)")
            }
        }
    }

    @Test("Other files stay, and links are neither followed nor removed")
    func strangers() throws {
        try inTemporaryFolder { folder in
            try Tool.shell(
                """
                mkdir -m 700 records; echo secret >secret; cd records; echo mine >notes.jsonl
                ln -s ../secret 000007-2026-11-29T09-47-21Z.jsonl; mkdir 000008-2026-11-29T09-47-21Z.jsonl.zst
                echo x >7-2026-11-29T09-47-21Z.jsonl; echo x >000009-2026-11-29T09-47-21Z.jsonl.xz
                """, in: folder)
            let before = try files(below: folder)
            let path = "\(folder)/records"
            #expect(
                try Recording.read(path).problems.map(\.file) == [
                    "000007-2026-11-29T09-47-21Z.jsonl", "000008-2026-11-29T09-47-21Z.jsonl.zst",
                ])
            var writer = try Recording.writer(path, Recording.limits(segments: 0))
            try writer.append("1\n")
            #expect(try Recording.segments(path).contains { $0.hasPrefix("000009-") && $0.hasSuffix("Z.jsonl") })
            try writer.finish()
            #expect(try files(below: folder) == (before + ["records/.lock", "records/manifest.json"]).sorted())
            #expect(try Tool.shell("cat secret; [ -L records/000007-* ] && echo link", in: folder) == "secret\nlink\n")
        }
    }

    @Test("What cannot be unpacked to its end is kept, and said to be damaged")
    func damaged() throws {
        try inTemporaryFolder { folder in
            try Self.fill(folder)
            let second = try #require(try Recording.segments(folder).dropFirst().first)
            try Tool.shell("truncate -s -3 \(second); rm manifest.json", in: folder)
            _ = try Recording.writer(folder)
            #expect(try Recording.manifest(folder).segments.count == 4)
            let (lines, problems) = try Recording.read(folder)
            #expect(lines.filter { $0 != "2" } == ["1", "3", "4"] && problems.map(\.file) == [second])
        }
    }
}
