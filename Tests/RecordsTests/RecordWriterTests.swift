import Addresses
import Foundation
import Netlink
import Records
import TestSupport
import Testing

struct RecordWriterTests {
    @Test("Directory and files are for their owner only, and named by number and time")
    func modes() throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/records"
            var writer = try Recording.writer(path)
            #expect(try Recording.segments(path).isEmpty)
            try writer.append("{}\n", at: 40)
            #expect(
                try Tool.shell("stat -c '%a %n' records records/*.jsonl", in: folder) == """
                    700 records
                    600 records/000001-2026-11-29T09-48-01Z.jsonl

                    """)
            #expect(
                try String(contentsOfFile: "\(path)/000001-2026-11-29T09-48-01Z.jsonl", encoding: .utf8)
                    == "{\"segment\":1}\n{}\n")
            try writer.finish()
            #expect(try Recording.segments(path) == ["000001-2026-11-29T09-48-01Z.jsonl.zst"])
            #expect(
                try Tool.shell("stat -c %a records/*.zst records/manifest.json", in: folder) == "600\n600\n")
        }
    }

    @Test("The manifest says what zstd(1) and zlib say", .needsTool("zstd"), arguments: [true, false])
    func manifest(_ compresses: Bool) throws {
        try inTemporaryFolder { folder in
            var writer = try Recording.writer(folder, Recording.limits(bytes: 100), compresses: compresses)
            for second in 0..<20 { try writer.append("{\"second\":\(second)}\n", at: second) }
            try writer.finish()
            let manifest = try Recording.manifest(folder)
            #expect(manifest.schema == "ct-inspect/1" && manifest.segments.count > 2)
            #expect(manifest.next_segment == manifest.segments.count + 1)
            #expect(manifest.segments.map(\.name) == (try Recording.segments(folder)))
            #expect(manifest.segments.first?.from == "2026-11-29T09:47:21.000Z")
            #expect(manifest.segments.last?.to == "2026-11-29T09:47:40.000Z")
            for segment in manifest.segments {
                #expect(segment.name.hasSuffix(compresses ? ".jsonl.zst" : ".jsonl"))
                let measured = try Tool.shell(
                    """
                    f=\(segment.name); \(compresses ? "zstd -qdc" : "cat") $f >plain; cat plain | wc -lc | xargs; stat -c %s $f
                    python3 -c 'import sys,zlib; print("%08x" % zlib.crc32(open(sys.argv[1],"rb").read()))' $f; rm plain
                    """, in: folder)
                let expected = "\(segment.lines) \(segment.bytes)\n\(segment.bytes_on_disk)\n\(segment.crc32)\n"
                #expect(measured == expected)
                #expect(segment.bytes <= 100)
            }
        }
    }

    @Test("What was appended is what is read, whatever the batches, sizes and times", arguments: 0..<6)
    func roundTrip(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        try inTemporaryFolder { folder in
            var expected: [String] = []
            var seconds = 0
            for _ in 0..<3 {
                let limits = Recording.limits(
                    bytes: .random(in: 20...9000, using: &random), age: .seconds(Int.random(in: 9...99, using: &random))
                )
                var writer = try Recording.writer(folder, limits, compresses: .random(using: &random))
                for _ in 0..<20 {
                    let count = Int.random(in: 0...20, using: &random)
                    let lines = (0..<count).map { _ in
                        "{\"n\":\"\(String(repeating: "x", count: .random(in: 0...200, using: &random)))\"}"
                    }
                    try writer.append(lines.map { $0 + "\n" }.joined(), at: seconds)
                    expected += lines
                    seconds += Int.random(in: 0...5, using: &random)
                    try writer.rotateIfDue(at: Recording.moment(seconds))
                }
                if Bool.random(using: &random) { try writer.finish() }
            }
            let (lines, problems) = try Recording.read(folder)
            #expect(lines == expected && problems.isEmpty)
            #expect(try Recording.segments(folder).count > 3)
        }
    }

    @Test("A segment ends before it gets too large, and no line is split")
    func size() throws {
        try inTemporaryFolder { folder in
            var writer = try Recording.writer(folder, Recording.limits(bytes: 40), compresses: false)
            try writer.append("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n{\"a\":4}\n")
            #expect(writer.appended == 32)
            let long = String(repeating: "x", count: 100)
            try writer.append("{\"a\":5}\n\"\(long)\"\n{\"a\":6}\n")
            try writer.finish()
            let contents = try Recording.segments(folder).map {
                try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
            }
            #expect(
                contents == [
                    "{\"segment\":1}\n{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", "{\"segment\":2}\n{\"a\":4}\n{\"a\":5}\n",
                    "{\"segment\":3}\n\"\(long)\"\n", "{\"segment\":4}\n{\"a\":6}\n",
                ])
        }
    }

    @Test("A segment ends at its age, with or without more lines, and an empty one never")
    func age() throws {
        try inTemporaryFolder { folder in
            var writer = try Recording.writer(folder, Recording.limits(age: .seconds(60)))
            try writer.rotateIfDue(at: Recording.moment(1000))
            try writer.append("1\n", at: 1000)
            try writer.append("2\n", at: 1059)
            try writer.rotateIfDue(at: Recording.moment(1059))
            #expect(try Recording.segments(folder) == ["000001-2026-11-29T10-04-01Z.jsonl"])
            try writer.rotateIfDue(at: Recording.moment(1060))
            #expect(try Recording.segments(folder) == ["000001-2026-11-29T10-04-01Z.jsonl.zst"])
            try writer.append("3\n", at: 2000)
            try writer.append("4\n", at: 3000)
            #expect(try Recording.segments(folder).count == 3)
            // A clock that was set back.
            try writer.append("5\n", at: 100)
            try writer.append("6\n", at: 159)
            #expect(try Recording.segments(folder).count == 3)
            try writer.append("7\n", at: 160)
            #expect(try Recording.segments(folder).count == 4)
            #expect(try Recording.read(folder).lines == ["1", "2", "3", "4", "5", "6", "7"])
        }
    }

    @Test("The oldest segments go when there are too many, and their numbers stay theirs")
    func count() throws {
        try inTemporaryFolder { folder in
            let limits = Recording.limits(bytes: 30, segments: 2)
            var writer = try Recording.writer(folder, limits)
            for number in 1...9 { try writer.append("\"line \(number), long\"\n") }
            #expect(try Recording.read(folder).lines.map { $0.prefix(7) } == ["\"line 7", "\"line 8", "\"line 9"])
            try writer.finish()
            #expect(try Recording.segments(folder).map { $0.prefix(6) } == ["000008", "000009"])
            #expect(try Recording.manifest(folder).segments.count == 2)
        }
    }

    @Test("Numbers do not repeat even if nothing is kept")
    func numbers() throws {
        try inTemporaryFolder { folder in
            for number in 1...3 {
                var writer = try Recording.writer(folder, Recording.limits(segments: 0))
                try writer.append("1\n")
                #expect(try Recording.segments(folder).map { $0.prefix(6) } == ["00000\(number)"])
                try writer.finish()
                #expect(try Recording.segments(folder).isEmpty)
            }
        }
    }

    @Test("The oldest segments go when all have too many bytes, also while the last one grows")
    func bytes() throws {
        try inTemporaryFolder { folder in
            func total() throws -> Int {
                try Recording.segments(folder).reduce(0) {
                    $0 + (try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($1)")).count)
                }
            }
            let limits = Recording.limits(bytes: 1000, total: 3500)
            var writer = try Recording.writer(folder, limits, compresses: false)
            let line = String(repeating: "x", count: 99) + "\n"
            for number in 1...100 {
                try writer.append(line)
                let sum = try total()
                #expect(sum <= 3500 && (number < 40 || sum > 2400), "\(number): \(sum)")
            }
            try writer.finish()
            #expect(try total() <= 3500)
            let manifest = try Recording.manifest(folder)
            #expect(manifest.segments.map(\.name) == (try Recording.segments(folder)))
        }
    }

    @Test("A second recorder is refused, until the first one is gone")
    func lock() throws {
        try inTemporaryFolder { folder in
            do {
                let first = try Recording.writer(folder)
                #expect(performing: { _ = try Recording.writer(folder) }, throws: says("another recorder writes to it"))
                _ = first.appended
            }
            _ = try Recording.writer(folder)
        }
    }

    @Test("A directory that others can write to, a file, and a missing parent are refused, with what to do")
    func refused() throws {
        try inTemporaryFolder { folder in
            try Tool.shell("mkdir -m 777 open; touch file", in: folder)
            #expect(performing: { _ = try Recording.writer("\(folder)/open") }, throws: says("can write to it"))
            #expect(performing: { _ = try Recording.writer("\(folder)/file") }, throws: says("give a directory"))
            #expect(performing: { _ = try Recording.writer("\(folder)/a/b") }, throws: says("create its parent"))
            #expect(performing: { _ = try Recording.writer("") }, throws: says("cannot record"))
            var writer = try Recording.writer("\(folder)/records")
            #expect(performing: { try writer.append("no end") }, throws: says("has no end"))
        }
    }
}
