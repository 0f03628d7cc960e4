import Foundation
import Glibc
import Netlink
import Records
import SystemPackage
import TestSupport
import Testing

/// On a real file system without space.
struct FullDiskTests {
    /// Passes on a directory that has so much space; it is gone with the thread.
    private static func inSmallFolder(_ size: String, _ body: @escaping (String) throws -> Void) throws {
        try inTemporaryFolder { folder in
            try onOwnThread {
                typealias Unshare = @convention(c) (CInt) -> CInt
                // glibc exports it, but Swift's module of it is built without _GNU_SOURCE. CLONE_NEWNS.
                guard let symbol = dlsym(nil, "unshare"), unsafeBitCast(symbol, to: Unshare.self)(0x20000) == 0 else {
                    throw SystemFailure("unshare(CLONE_NEWNS)", errno: errno)
                }
                try Tool.run("mount --make-rprivate /")
                try Tool.run("mount -t tmpfs -o size=\(size),mode=700 none \(folder)")
                try body(folder)
            }
        }
    }

    /// A line that cannot be compressed by much.
    private static func line(_ random: inout SeededGenerator) -> String {
        "\"\(Data(random.bytes(300)).base64EncodedString())\"\n"
    }

    @Test("A full disk is an error, no line is lost or cut, and recording goes on once there is space", .needsRoot)
    func append() throws {
        try Self.inSmallFolder("64k") { folder in
            var random = SeededGenerator(seed: 1)
            var expected = ""
            var failure: KernelError?
            var writer = try Recording.writer(folder)
            while failure == nil {
                let batch = (0..<7).map { _ in Self.line(&random) }.joined()
                do throws(KernelError) { try writer.append(batch) } catch { failure = error }
                let written = String(decoding: Array(batch.utf8).prefix(writer.appended), as: UTF8.self)
                #expect(failure != nil || written == batch)
                #expect(written.isEmpty || written.hasSuffix("\n"))
                expected += written
            }
            #expect(failure?.errno == .noSpace && failure?.nextStep?.contains("free space in \(folder)") == true)
            #expect(expected.utf8.count > 40_000)
            let (lines, problems) = try Recording.read(folder)
            #expect(lines.map { $0 + "\n" }.joined() == expected && problems.isEmpty)
            #expect(performing: { try writer.append(Self.line(&random)) }, throws: says("free space"))
            try Tool.run("mount -o remount,size=1m \(folder)")
            let last = Self.line(&random)
            try writer.append(last)
            try writer.finish()
            let after = try Recording.read(folder)
            #expect(after.lines.map { $0 + "\n" }.joined() == expected + last && after.problems.isEmpty)
            #expect(try Recording.segments(folder).count == 1)
        }
    }

    @Test("A segment for whose compression there is no space stays as it is, in the manifest", .needsRoot)
    func compression() throws {
        try Self.inSmallFolder("128k") { folder in
            var random = SeededGenerator(seed: 2)
            var expected = ""
            var writer = try Recording.writer(folder, Recording.limits(age: .seconds(60)))
            while expected.utf8.count < 90_000 {
                let line = Self.line(&random)
                try writer.append(line)
                expected += line
            }
            let last = Self.line(&random)
            #expect(performing: { try writer.append(last, at: 60) }, throws: says("stays uncompressed"))
            #expect(writer.appended == last.utf8.count)
            let names = try Recording.segments(folder)
            #expect(names.count == 2 && names.allSatisfy { $0.hasSuffix(".jsonl") })
            #expect(try Recording.manifest(folder).segments.map(\.name) == Array(names.prefix(1)))
            let (lines, problems) = try Recording.read(folder)
            #expect(lines.map { $0 + "\n" }.joined() == expected + last && problems.isEmpty)
            #expect(try files(below: folder).allSatisfy { !$0.hasSuffix(".new") })
        }
    }

    @Test("Limits give way to new records on a full disk", .needsRoot)
    func limits() throws {
        try Self.inSmallFolder("256k") { folder in
            var random = SeededGenerator(seed: 3)
            var last = ""
            var writer = try Recording.writer(folder, Recording.limits(bytes: 40_000, total: 120_000))
            for _ in 0..<1000 {
                last = Self.line(&random)
                try writer.append(last)
            }
            try writer.finish()
            let (lines, problems) = try Recording.read(folder)
            #expect(lines.last.map { $0 + "\n" } == last && problems.isEmpty)
            #expect((100..<400).contains(lines.count), "\(lines.count)")
        }
    }

    @Test("A directory with no space for a manifest is refused", .needsRoot)
    func manifest() throws {
        try Self.inSmallFolder("4k") { folder in
            try Tool.shell("head -c 4096 /dev/zero >zeros", in: folder)
            #expect(performing: { _ = try Recording.writer(folder) }, throws: says("free space"))
        }
    }
}
