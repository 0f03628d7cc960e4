import Addresses
import Foundation
import Netlink
import SystemPackage
import TestSupport
import Testing

/// A capture written as a tar archive.
@Suite(.needsTool("tar"))
struct ArchiveDestinationTests {
    private final class Sink { var bytes: [UInt8] = [] }

    /// Writes one to a file, and returns what had come before it was finished.
    private static func write(
        _ kernel: ScriptedKernel, to path: String, _ record: (RecordingKernel) throws -> Void
    ) throws -> Int {
        let sink = Sink()
        let recording = try RecordingKernel(
            kernel, archiving: { piece in piece.withUnsafeBytes { sink.bytes += $0 } }, tool: "ct-inspect tests")
        try record(recording)
        let early = sink.bytes.count
        try recording.finish()
        try Data(sink.bytes).write(to: URL(fileURLWithPath: path))
        return early
    }

    private static func kernel(_ host: String = "lb1") -> ScriptedKernel {
        let kernel = ScriptedKernel(files: [
            "proc/net/b": [[0x31, 0x0A]], "proc/net/a": [Array(repeating: 0x32, count: 3000)], "proc/c": [[]],
        ])
        kernel.origin.host = host
        return kernel
    }

    @Test("Nothing comes before it is complete; then one directory for its owner, with the checksums last")
    func members() throws {
        try inTemporaryFolder { folder in
            let path = "\(folder)/archive"
            let early = try Self.write(Self.kernel(), to: path) { recording in
                for name in ["proc/net/b", "proc/net/a", "proc/c", "proc/net/b"] {
                    _ = try recording.text(of: KernelFile(name))
                }
                _ = try? recording.text(of: KernelFile("proc/none"))
            }
            #expect(early == 0)
            let lines = try Tool.shell("tar -tvf archive", in: folder).split(separator: "\n")
            let names = lines.compactMap { $0.split(separator: " ").last.map(String.init) }
            let root = try #require(names.first)
            #expect(root.contains(/^lb1-\d{8}T\d{6}Z\/$/))
            #expect(
                names.map { String($0.dropFirst(root.count)) } == [
                    "", "manifest.json", "netlink.pcap", "proc/", "proc/c", "proc/net/", "proc/net/a", "proc/net/b",
                    "proc/net/b.2", "CRC32SUMS",
                ])
            for line in lines { #expect(line.hasPrefix(line.hasSuffix("/") ? "drwx------" : "-rw-------")) }
            let kernel = try CapturedKernel(path)
            #expect(try kernel.text(of: KernelFile("proc/net/a")).utf8.count == 3000)
            #expect(try kernel.text(of: KernelFile("proc/net/b")) == "1")
            #expect(try kernel.text(of: KernelFile("proc/c")).isEmpty)
            #expect(kernel.origin.host == "lb1")
        }
    }

    @Test("It has the same files as a directory of the same answers")
    func equal() throws {
        try inTemporaryFolder { folder in
            let names = ["proc/net/b", "proc/none", "proc/net/a", "proc/net/b"]
            _ = try Self.write(Self.kernel(), to: "\(folder)/archive") { recording in
                for name in names { _ = try? recording.text(of: KernelFile(name)) }
            }
            let recording = try RecordingKernel(Self.kernel(), into: "\(folder)/lb1", tool: "ct-inspect tests")
            for name in names { _ = try? recording.text(of: KernelFile(name)) }
            try recording.finish()
            try Tool.shell(
                "mkdir out; tar -xf archive -C out --strip-components 1; diff -r out lb1 -x CRC32SUMS -x netlink.pcap",
                in: folder)
        }
    }

    @Test(
        "The directory is named by the host, in plain characters",
        arguments: [
            ("lb-1.example", "lb-1.example"), ("a/../b", "a_.._b"), ("-rf", "capture"), ("", "capture"),
            (".hidden", "capture"), ("ü", "__"),
        ])
    func names(_ host: String, _ name: String) throws {
        try inTemporaryFolder { folder in
            _ = try Self.write(Self.kernel(host), to: "\(folder)/archive") { _ in }
            #expect(try Tool.shell("tar -tf archive", in: folder).hasPrefix("\(name)-2"))
        }
    }

    @Test("A file that is given back is not in it, and its place is used again")
    func discarded() throws {
        try inTemporaryFolder { folder in
            _ = try Self.write(Self.kernel(), to: "\(folder)/archive") { recording in
                for name in ["proc/net/a", "proc/none", "proc/net/b", "proc/none"] {
                    _ = try? recording.text(of: KernelFile(name))
                }
            }
            let listed = try Tool.shell("tar -tf archive", in: folder)
            #expect(listed.contains("proc/net/a\n") && listed.contains("proc/net/b\n") && !listed.contains("none"))
            #expect(try CapturedKernel("\(folder)/archive").text(of: KernelFile("proc/net/b")) == "1")
        }
    }
}
