import Foundation
import TestSupport
import Testing

@testable import Netlink

/// An archive made by one user, read by a user with more rights.
struct CaptureArchiveTrustTests {
    /// The error of an archive with these members in front of those of a capture.
    private static func refusal(isPacked: Bool = false, _ fill: (inout TarBytes) -> Void) throws -> KernelError? {
        try inTemporaryFolder { folder in
            try CaptureSample.write(into: "\(folder)/lb1")
            var archive = TarBytes()
            fill(&archive)
            for name in try files(below: "\(folder)/lb1") {
                archive.add(name, [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/lb1/\(name)"))))
            }
            archive.end()
            try Data(archive.bytes).write(to: URL(fileURLWithPath: "\(folder)/archive"))
            if isPacked { try Tool.shell("gzip -1 <archive >packed", in: folder) }
            return CaptureSample.refusal("\(folder)/\(isPacked ? "packed" : "archive")")
        }
    }

    @Test("An archive of our own making is read")
    func sound() throws {
        #expect(try Self.refusal { _ in } == nil)
        #expect(try Self.refusal { $0.add("proc/", type: "5") } == nil)
        #expect(try Self.refusal { $0.add("proc/net/other", [1]) } == nil)
    }

    @Test(
        "What a capture cannot have is an error",
        arguments: [
            ("link", "2", "/etc/passwd", "link is a symbolic link"),
            ("proc", "2", "/proc", "proc is a symbolic link"),
            ("link", "1", "manifest.json", "link is a hard link"), ("link", "1", "/etc/shadow", "link is a hard link"),
            ("device", "3", "", "device is a device"), ("device", "4", "", "device is a device"),
            ("pipe", "6", "", "pipe is a FIFO"), ("/etc/passwd", "0", "", "/etc/passwd leads out of it"),
            ("../passwd", "0", "", "../passwd leads out of it"), ("..", "5", "", ".. leads out of it"),
            ("proc/../../passwd", "0", "", "proc/../../passwd leads out of it"),
            ("manifest.json", "0", "", "it has manifest.json twice"),
            ("./proc//net/./stat/nf_conntrack", "0", "", "it has proc/net/stat/nf_conntrack twice"),
            ("lb2/manifest.json", "0", "", "it has 2 captures:  and lb2/"),
        ] as [(String, Character, String, String)])
    func foreign(_ name: String, _ type: Character, _ link: String, _ detail: String) throws {
        let error = try Self.refusal { $0.add(name, type: type, to: link) }
        #expect(error?.cause == .damaged && error?.detail == detail, "\(String(describing: error))")
        #expect(error?.nextStep == "it was damaged or modified: copy it again")
    }

    @Test("Files of more than 8 GiB are refused before they are read, together and alone, and holes count")
    func tooLarge() throws {
        let detail = "its files have more than 8 GiB"
        #expect(try Self.refusal { $0.add("a", size: 8 << 30 | 1) }?.detail == detail)
        #expect(try Self.refusal { $0.add("a", size: 8 << 30 - 1) }?.cause == .damaged)
        #expect(
            try Self.refusal {
                $0.add(attributes: [("size", "9223372036854775807")])
                $0.add("a")
            }?.cause == .damaged)
        #expect(
            try Self.refusal {
                $0.add(attributes: [
                    ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "a"),
                    ("GNU.sparse.realsize", "1099511627776"),
                ])
                $0.add("a", Array("0\n".utf8) + [UInt8](repeating: 0, count: 510))
            }?.detail == detail)
    }

    @Test("A manifest that is too long is not read, nor one that is mostly holes")
    func longManifest() throws {
        let size = String(64 << 20)
        let error = try Self.refusal {
            $0.add(attributes: [
                ("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "lb/manifest.json"),
                ("GNU.sparse.realsize", size),
            ])
            $0.add("a", Array("0\n".utf8) + [UInt8](repeating: 0, count: 510))
        }
        #expect(error?.cause == .damaged)
    }

    @Test("Any number of members, and names of any length, are refused")
    func many() throws {
        let most = CaptureArchive.mostMembers
        let error = try Self.refusal(isPacked: true) { archive in
            for number in 0...most { archive.add("proc/\(number)/", type: "5") }
        }
        #expect(error?.detail == "it has more than 16384 files and directories")
        let long = String(repeating: "directory/", count: 60)
        let other = try Self.refusal {
            $0.add(attributes: [("path", long + "a")])
            $0.add("a")
        }
        #expect(other?.detail == "it has a name of more than 512 bytes")
    }

    @Test("Names are printed without what controls a terminal, and are compared as bytes")
    func names() throws {
        let error = try Self.refusal { $0.add("\u{1B}[2J", type: "2", to: "a") }
        #expect(error?.cause == .damaged)
        #expect(try Self.refusal { $0.add("link/\u{301}secret", [1]) } == nil)
        #expect(try Self.refusal { $0.add("..\u{301}/a", [1]) } == nil)
        #expect(try Self.refusal { $0.add("..//\u{301}a", [1]) }?.cause == .damaged)
    }
}
