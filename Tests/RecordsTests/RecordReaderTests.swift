import Foundation
import Netlink
import Records
import Synchronization
import SystemPackage
import TestSupport
import Testing

struct RecordReaderTests {
    /// Segments with 1, 2, 3, …, a thousand lines in each.
    private static func fill(_ path: String, _ count: Int = 3) throws -> [String] {
        var writer = try Recording.writer(path, Recording.limits(age: .seconds(1)))
        var expected: [String] = []
        for number in 1...count {
            let lines = (0..<1000).map { "{\"segment \(number)\":\($0 &* 7_919 % 1000)}" }
            try writer.append(lines.map { $0 + "\n" }.joined(), at: number)
            expected += lines
        }
        try writer.finish()
        return expected
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test("A damaged segment gives its lines up to the damage, and is named", .needsTool("zstd"))
    func damage() throws {
        try inTemporaryFolder { folder in
            let expected = try Self.fill(folder)
            let name = try #require(try Recording.segments(folder).dropFirst().first)
            let whole = try Self.bytes("\(folder)/\(name)")
            for (offset, flipped) in stride(from: 0, to: whole.count, by: max(1, whole.count / 60)).map({ ($0, true) })
                + [(whole.count - 1, false), (whole.count / 2, false), (1, false), (0, false)]
            {
                var bytes = flipped ? whole : Array(whole.prefix(offset))
                if flipped { bytes[offset] ^= 0x10 }
                try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
                let (lines, problems) = try Recording.read(folder)
                #expect(problems.map(\.file) == [name], "\(offset) \(flipped)")
                #expect(Array(lines.prefix(1000)) == Array(expected.prefix(1000)))
                #expect(Array(lines.suffix(1000)) == Array(expected.suffix(1000)))
            }
            // A third of a larger one.
            try Tool.shell("seq 1 300000 | zstd -q >whole", in: folder)
            try Tool.shell("head -c $(($(stat -c %s whole) * 2 / 3)) whole >large.zst", in: folder)
            let (lines, problems) = try Recording.read("\(folder)/large.zst")
            #expect(lines.count > 50_000 && lines == (1...lines.count).map(String.init))
            guard case .damaged = problems.first?.kind else {
                Issue.record("\(problems)")
                return
            }
        }
    }

    @Test("Files are read one by one, compressed or not, whatever their names, and from a pipe", .needsTool("zstd"))
    func single() throws {
        try inTemporaryFolder { folder in
            try Tool.shell(
                "seq 1 100000 >plain; zstd -qk plain; gzip -k plain; cat plain.gz plain.gz >twice; mv plain.zst a",
                in: folder)
            let expected = (1...100_000).map(String.init)
            for name in ["plain", "a", "plain.gz"] {
                let (lines, problems) = try Recording.read("\(folder)/\(name)")
                #expect(lines == expected && problems.isEmpty, "\(name)")
                // Slowly, and less at a time than tells how it is compressed.
                try Tool.shell("mkfifo pipe", in: folder)
                let feeder = Process()
                feeder.executableURL = URL(fileURLWithPath: "/bin/bash")
                feeder.arguments = [
                    "-c", "(head -c 1 '\(name)'; sleep 0.1; tail -c +2 '\(name)') >pipe",
                ]
                feeder.currentDirectoryURL = URL(fileURLWithPath: folder)
                try feeder.run()
                let pipe = try FileDescriptor.open("\(folder)/pipe", .readOnly)
                let (piped, trouble) = try Recording.lines(RecordReader(pipe, called: "pipe"))
                try pipe.close()
                feeder.waitUntilExit()
                #expect(piped == expected && trouble.isEmpty, "\(name)")
                try Tool.shell("rm pipe", in: folder)
            }
            #expect(try Recording.read("\(folder)/twice").lines == expected + expected)
        }
    }

    @Test("Reading ends when it is told to, and an error is passed on")
    func stops() throws {
        try inTemporaryFolder { folder in
            _ = try Self.fill(folder)
            var count = 0
            let problems = try RecordReader(folder).forEachLine { _ in
                count += 1
                return count < 1500
            }
            #expect(count == 1500 && problems.isEmpty)
            #expect(throws: Errno.ioError) {
                _ = try RecordReader(folder).forEachLine { (_) throws(Errno) -> Bool in throw Errno.ioError }
            }
        }
    }

    @Test("A line over a mebibyte is skipped and reported, one of a mebibyte is not", arguments: ["cat", "zstd -qc"])
    func longLines(_ compress: String) throws {
        try inTemporaryFolder { folder in
            try Tool.shell(
                """
                { echo 1; head -c $((1<<20)) /dev/zero | tr '\\0' x; echo; head -c $(((1<<20)+1)) /dev/zero | tr '\\0' y; echo
                echo 2; head -c 5000000 /dev/zero | tr '\\0' z; echo; echo; echo 3; printf cut; } | \(compress) >file
                """, in: folder)
            let (lines, problems) = try Recording.read("\(folder)/file")
            #expect(lines == ["1", String(repeating: "x", count: 1 << 20), "2", "", "3"])
            let kinds: [RecordProblem.Kind] = [.cut(bytes: 3), .tooLong(line: 3), .tooLong(line: 5)]
            #expect(problems.map(\.kind) == kinds)
        }
    }

    @Test("What unpacks to more than it should have is an error", .needsTool("zstd"))
    func bomb() throws {
        try inTemporaryFolder { folder in
            _ = try Self.fill(folder, 1)
            let name = try #require(try Recording.segments(folder).first)
            try Tool.shell("(yes || true) | head -c 1G | zstd -q -f -o \(name)", in: folder)
            let (lines, problems) = try Recording.read(folder)
            #expect(lines.count < 20_000 && problems.map(\.file) == [name])
            #expect(problems.first?.description.contains("bytes, unpacked") == true)
        }
    }

    @Test("A segment that the manifest has and the directory lacks is missing, and what the manifest lacks is read")
    func missing() throws {
        try inTemporaryFolder { folder in
            let expected = try Self.fill(folder)
            let name = try #require(try Recording.segments(folder).dropFirst().first)
            try Tool.shell("mv \(name) ..hidden", in: folder)
            let (lines, problems) = try Recording.read(folder)
            #expect(lines == expected.prefix(1000) + expected.suffix(1000))
            #expect(problems == [RecordProblem(name, .missing)])
            try Tool.shell("mv ..hidden \(name); rm manifest.json", in: folder)
            let whole = try Recording.read(folder)
            #expect(whole.lines == expected && whole.problems.isEmpty)
            try Tool.shell("echo '{\"segments\":1}' >manifest.json", in: folder)
            let spoiled = try Recording.read(folder)
            #expect(spoiled.lines == expected && spoiled.problems.map(\.file) == ["manifest.json"])
        }
    }

    @Test("A manifest cannot name a file elsewhere, and links are not followed", .needsTool("zstd"))
    func links() throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/records"
            let expected = try Self.fill(path)
            let name = try #require(try Recording.segments(path).first)
            try Tool.shell("mv records/\(name) elsewhere; ln -s ../elsewhere records/\(name)", in: folder)
            let linked = try Recording.read(path)
            #expect(linked.lines == Array(expected.dropFirst(1000)) && linked.problems.map(\.file) == [name])
            try Tool.shell("rm records/\(name); mkfifo records/\(name)", in: folder)
            #expect(try Recording.read(path).lines == Array(expected.dropFirst(1000)))
            try Tool.shell("sed -i 's,\"000002-,\"../000002-,' records/manifest.json", in: folder)
            let elsewhere = try Recording.read(path)
            #expect(elsewhere.lines == Array(expected.dropFirst(1000)))
            #expect(elsewhere.problems.map(\.file) == ["manifest.json", name])
        }
    }

    @Test("What has no records is refused, with what to give")
    func refused() throws {
        try inTemporaryFolder { folder in
            #expect(performing: { _ = try RecordReader("\(folder)/none") }, throws: says("ct-inspect record --to"))
            #expect(performing: { _ = try RecordReader(folder) }, throws: says("ct-inspect record --to"))
            #expect(performing: { _ = try RecordReader("") }, throws: says("ct-inspect record --to"))
            _ = try Recording.writer(folder)
            #expect(try Recording.read(folder).problems.isEmpty)
        }
    }

    @Test("A directory is read while a recorder ends, compresses and removes segments in it")
    func meanwhile() throws {
        try inTemporaryFolder { folder in
            let writing = BackgroundWork {
                var writer = try Recording.writer(folder, Recording.limits(bytes: 2000, segments: 5))
                for number in 0..<6000 { try writer.append("{\"n\":\(number)}\n") }
                try writer.finish()
            }
            var readings = 0
            var last = -1
            while !writing.isDone {
                guard (try? Recording.segments(folder).isEmpty) == false else { continue }
                let (lines, problems) = try Recording.read(folder)
                let numbers = lines.compactMap { Int($0.dropFirst(5).dropLast()) }
                #expect(numbers.count == lines.count)
                #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
                for problem in problems {
                    switch problem.kind {
                    case .removed, .cut: continue
                    default: Issue.record("\(problem)")
                    }
                }
                // Without a removal between, none is missing in the middle.
                if problems.isEmpty, let first = numbers.first, let end = numbers.last {
                    #expect(numbers.count == end - first + 1)
                }
                last = max(last, numbers.last ?? -1)
                readings += 1
            }
            try writing.outcome()
            #expect(readings > 3 && last > 0)
            #expect(try Recording.read(folder).lines.last == "{\"n\":5999}")
        }
    }
}

/// Work on a thread of its own.
private final class BackgroundWork: Sendable {
    private let result = Mutex<Result<Void, any Error>?>(nil)

    init(_ work: @escaping @Sendable () throws -> Void) {
        let thread = Thread { [self] in
            let outcome = Result { try work() }
            result.withLock { $0 = outcome }
        }
        thread.start()
    }

    var isDone: Bool { result.withLock { $0 != nil } }

    func outcome() throws { try result.withLock { try $0?.get() } }
}
