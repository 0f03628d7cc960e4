import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Netlink

/// A capture read from a tar archive.
@Suite("Captures in archives", .needsTool("tar"), .needsTool("gzip"), .needsTool("zstd"))
struct CaptureArchiveTests {
    /// A capture `lb1`, and what a command in the folder around it makes of it: `archive`.
    private static func archived(_ command: String, _ look: (String) throws -> Void) throws {
        try inTemporaryFolder { folder in
            try CaptureSample.write(into: "\(folder)/lb1")
            try Tool.shell(command, in: folder)
            try look("\(folder)/archive")
        }
    }

    private static let commands = [
        "tar -cf archive lb1", "tar -czf archive lb1", "tar -c lb1 | zstd -q >archive", "tar -C lb1 -cf archive .",
        "tar -cf archive ./lb1", "tar --format=posix -cf archive lb1", "tar --format=gnu -cf archive lb1",
        "cd lb1 && tar -cf ../archive $(ls -r)", "tar -C / -cf archive ${PWD#/}/lb1",
        "mkdir -p a/$(printf '%0200d' 7)/b && cp -r lb1 a/*/b && tar -czf archive a",
        "echo note >note && tar -cf archive note lb1",
    ]

    @Test("It is found in the archive and read, wherever in it it is", arguments: commands)
    func flavours(_ command: String) throws {
        try Self.archived(command) { path in
            #expect(CaptureSample.refusal(path) == nil, "\(command)")
            for verifying in [true, false] {
                let kernel = try CapturedKernel(path, verifying: verifying)
                #expect(kernel.origin == ScriptedKernel().origin)
                #expect(try kernel.ask(CaptureSample.dump) { _, _ in }.messages == 2)
                #expect(try kernel.ask(CaptureSample.dump) { _, _ in }.messages == 3)
                #expect(try kernel.list(CaptureTrustTests.folder) == ["nf_conntrack"])
                #expect(try kernel.list(KernelFile("proc/net")) == ["ip_vs_conn", "stat"])
                #expect(try kernel.text(of: CaptureSample.file) == "first reading")
                #expect(throws: KernelError.self) { try kernel.text(of: CaptureSample.absent) }
                #expect(throws: KernelError.self) { try kernel.text(of: KernelFile("proc/net/stat")) }
                #expect(throws: KernelError.self) { try kernel.text(of: KernelFile("../lb1/manifest.json")) }
            }
        }
    }

    @Test("A capture that has been opened can be read by several, each from its beginning")
    func again() throws {
        try Self.archived("tar -czf archive lb1") { path in
            let capture = try Capture(path)
            try FileManager.default.removeItem(atPath: path)
            for verifying in [true, false, false] {
                let kernel = try CapturedKernel(capture, verifying: verifying)
                #expect(try kernel.ask(CaptureSample.dump) { _, _ in }.messages == 2)
                #expect(kernel.capture === capture)
            }
        }
    }

    @Test("A FIFO is read as a file is")
    func fifo() throws {
        try Self.archived("tar -cf archive lb1 && mkfifo fifo && (cat archive >fifo &)") { path in
            #expect(CaptureSample.refusal(path.replacingOccurrences(of: "/archive", with: "/fifo")) == nil)
        }
    }

    @Test("Damage of a file in the archive is found by its checksum")
    func damaged() throws {
        try Self.archived("echo 2 >>lb1/proc/net/stat/nf_conntrack; tar -czf archive lb1") { path in
            #expect(CaptureSample.refusal(path)?.detail == "proc/net/stat/nf_conntrack is not as it was written")
        }
        try Self.archived("rm lb1/proc/net/stat/nf_conntrack; tar -cf archive lb1") { path in
            #expect(CaptureSample.refusal(path)?.cause == .damaged)
        }
        try Self.archived("rm lb1/CRC32SUMS; tar -cf archive lb1") { path in
            #expect(CaptureSample.refusal(path)?.detail == "it has no readable CRC32SUMS")
        }
        try Self.archived("tar -cf archive lb1") { path in
            let count = try Data(contentsOf: URL(fileURLWithPath: path)).count
            for offset in stride(from: 0, to: count, by: 97) {
                try change(path) { $0[offset] ^= 0x20 }
                // A flipped bit of a header can be of an owner or a time, which nobody reads.
                if let error = CaptureSample.refusal(path) { #expect(error.cause == .damaged) }
                try change(path) { $0[offset] ^= 0x20 }
            }
        }
    }

    @Test("Unpacking tells how far it is")
    func progress() throws {
        try Self.archived("tar -czf archive lb1") { path in
            final class Heard { var counts: [Int] = [] }
            let heard = Heard()
            _ = try Capture(path) { heard.counts.append($0) }
            #expect(heard.counts == heard.counts.sorted())
            #expect(heard.counts.last.map { $0 > 5000 && $0 % 10_240 == 0 } == true)
        }
    }

    @Test("What is no capture says so")
    func none() throws {
        let unknown = "it is neither a directory nor a tar archive"
        #expect(CaptureSample.refusal("/etc/passwd")?.detail == unknown)
        #expect(CaptureSample.refusal("/dev/zero")?.detail == unknown)
        #expect(CaptureSample.refusal("/dev/null")?.detail == unknown)
        for (command, detail) in [
            (": >archive", "it is empty"), ("tar -cf archive lb1/proc", "it has no manifest.json"),
            ("tar -cJf archive lb1", unknown), ("tar -cf archive -T /dev/null", "it has no manifest.json"),
            ("cp -r lb1 lb2; tar -cf archive lb1 lb2", "it has 2 captures: lb1/ and lb2/"),
            ("tar -cf archive lb1 && truncate -s 4K archive", "it was cut: the mark of its end is missing"),
        ] {
            try Self.archived(command) { path in
                let error = CaptureSample.refusal(path)
                #expect(error?.cause == .damaged && error?.nextStep != nil)
                #expect(error?.detail == detail, "\(command)")
            }
        }
    }
}
