import Foundation
import Netlink
import TestSupport
import Testing

/// The result of reading a modified capture.
struct CaptureDamageTests {
    /// Writes a capture, modifies it, and checks it.
    static func damaged(_ damage: (String) throws -> Void, _ look: (String) throws -> Void) throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            try #require(CaptureSample.refusal(path) == nil)
            try damage(path)
            try look(path)
        }
    }

    @Test("Any flipped bit in any file is found", arguments: [0x01, 0x20, 0x80] as [UInt8])
    func flippedBits(bit: UInt8) throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            for file in try files(below: path).map({ "\(path)/\($0)" }) {
                let count = try Data(contentsOf: URL(fileURLWithPath: file)).count
                for offset in stride(from: 0, to: count, by: max(1, count / 200)) {
                    try change(file) { $0[offset] ^= bit }
                    #expect(CaptureSample.refusal(path)?.cause == .damaged, "byte \(offset) of \(file)")
                    try change(file) { $0[offset] ^= bit }
                }
            }
            #expect(CaptureSample.refusal(path) == nil)
        }
    }

    @Test(
        "A truncated file is found",
        arguments: ["CRC32SUMS", "manifest.json", "netlink.pcap", "proc/net/stat/nf_conntrack"])
    func shortened(name: String) throws {
        try Self.damaged {
            try change("\($0)/\(name)") { $0.removeLast() }
        } _: { path in
            #expect(CaptureSample.refusal(path)?.cause == .damaged)
        }
    }

    @Test(
        "A missing file is found",
        arguments: ["CRC32SUMS", "manifest.json", "netlink.pcap", "proc/net/stat/nf_conntrack.2"])
    func missing(name: String) throws {
        try Self.damaged {
            try FileManager.default.removeItem(atPath: "\($0)/\(name)")
        } _: { path in
            let error = CaptureSample.refusal(path)
            #expect(error?.cause == .damaged)
            #expect(error?.nextStep != nil)
            #expect(error?.description.contains(name) == true)
            #expect(error?.nextStep?.contains("copy it again") == true)
        }
    }

    @Test func noFolderIsNoCapture() {
        #expect(CaptureSample.refusal("/etc/passwd")?.cause == .damaged)
        #expect(CaptureSample.refusal("/tmp")?.cause == .damaged)
        #expect(CaptureSample.refusal("/tmp")?.description.contains("CRC32SUMS") == true)
    }

    @Test func checksumsDoNotLeadOutOfTheFolder() throws {
        try Self.damaged {
            try change("\($0)/CRC32SUMS") { $0 += Array("00000000  ../../../../etc/passwd\n".utf8) }
        } _: { path in
            #expect(CaptureSample.refusal(path)?.detail == "CRC32SUMS is not as it was written")
        }
    }

    @Test(
        "Foreign pcap headers are rejected",
        arguments: [
            // A byte-swapped and a nanosecond magic, Ethernet.
            (0..<4, [0xA1, 0xB2, 0xC3, 0xD4], "this is not a pcap file in this machine's byte order"),
            (0..<4, [0x4D, 0x3C, 0xB2, 0xA1], "this is not a pcap file in this machine's byte order"),
            (20..<24, [1, 0, 0, 0], "its link type is not netlink (253)"),
        ] as [(Range<Int>, [UInt8], String)])
    func fileHeader(range: Range<Int>, bytes: [UInt8], why: String) throws {
        try Self.damaged {
            try change("\($0)/netlink.pcap") { $0.replaceSubrange(range, with: bytes) }
        } _: { path in
            let error = CaptureSample.refusal(path, verifying: false)
            #expect(error?.cause == .damaged)
            #expect(error?.nextStep != nil)
            #expect(error?.description.contains(why) == true)
        }
    }

    /// The first record: a 16-byte pcap header, a 16-byte link header, the request of 16 bytes.
    @Test(
        "Foreign records are rejected",
        arguments: [
            (32, [15, 0, 0, 0], "its length is 15"),
            (32, [1, 0, 16, 0], "its length is 1048577"),
            (40, [0, 0], "it is not between us and the kernel"),
            (54, [0, 99], "it is not between us and the kernel"),
            // PACKET_USER: an answer without a known request.
            (40, [0, 6], "an answer without a request"),
        ] as [(Int, [UInt8], String)])
    func record(offset: Int, bytes: [UInt8], why: String) throws {
        try Self.damaged {
            try change("\($0)/netlink.pcap") { $0.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
        } _: { path in
            let error = CaptureSample.refusal(path, verifying: false)
            #expect(error?.cause == .damaged)
            #expect(error?.nextStep != nil)
            #expect(error?.description.contains(why) == true, "\(String(describing: error))")
        }
    }

    @Test func anAnswerWithoutItsEndIsDamaged() throws {
        try Self.damaged {
            // Header of the file; the request; a datagram with two entries.
            try change("\($0)/netlink.pcap") { $0.removeSubrange((24 + 32 + 16 + 32 + 32)...) }
        } _: { path in
            let error = CaptureSample.refusal(path, verifying: false)
            #expect(error?.cause == .damaged)
            #expect(error?.nextStep != nil)
            #expect(error?.detail == "the answer in the capture is truncated")
        }
    }

    @Test("A pcap truncated anywhere gives errors", arguments: [true, false]) func cutPcap(verifying: Bool) throws {
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            let file = "\(path)/netlink.pcap"
            let whole = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
            // Up to the end of the first answer.
            for count in 0..<24 + (32 + 16) + (32 + 32) + (32 + 20) {
                try change(file) { $0 = Array(whole.prefix(count)) }
                let cause = CaptureSample.refusal(path, verifying: verifying)?.cause
                // Between two records, an unverified truncation only shows as a missing answer.
                #expect(cause == .damaged || !verifying && cause == .failed, "cut to \(count) bytes")
            }
        }
    }

    @Test("A named pipe in place of a file does not block", arguments: [true, false]) func pipes(verifying: Bool)
        throws
    {
        for name in ["CRC32SUMS", "manifest.json", "netlink.pcap", "proc/net/stat/nf_conntrack"] {
            try Self.damaged {
                try FileManager.default.removeItem(atPath: "\($0)/\(name)")
                #expect(mkfifo("\($0)/\(name)", 0o600) == 0)
            } _: { path in
                let isAccepted = CaptureSample.refusal(path, verifying: verifying) == nil
                #expect(!isAccepted || !verifying, "\(name)")
            }
        }
    }

    @Test func linksAreNotFollowed() throws {
        try Self.damaged {
            try FileManager.default.removeItem(atPath: "\($0)/manifest.json")
            try FileManager.default.createSymbolicLink(
                atPath: "\($0)/manifest.json", withDestinationPath: "/etc/passwd")
        } _: { path in
            #expect(CaptureSample.refusal(path)?.cause == .damaged)
            #expect(CaptureSample.refusal(path, verifying: false)?.cause == .damaged)
        }
    }

    @Test func aManifestOfAnotherVersionSaysSo() throws {
        try Self.damaged {
            let file = "\($0)/manifest.json"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let changed = text.replacingOccurrences(of: "ct-inspect-capture/1", with: "ct-inspect-capture/2")
            try changed.write(toFile: file, atomically: false, encoding: .utf8)
        } _: { path in
            let error = CaptureSample.refusal(path, verifying: false)
            #expect(error?.detail == "its schema is ct-inspect-capture/2, not ct-inspect-capture/1")
        }
    }

    @Test("A capture without a valid time says so", arguments: ["", "yesterday", "2026-02-30T00:00:00Z"])
    func noTime(_ time: String) throws {
        try Self.damaged {
            let file = "\($0)/manifest.json"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let changed = text.replacing(/("taken_at" : ")[^"]*/) { $0.output.1 + time }
            try #require(changed != text)
            try changed.write(toFile: file, atomically: false, encoding: .utf8)
        } _: { path in
            let error = CaptureSample.refusal(path, verifying: false)
            #expect(error?.cause == .damaged)
            #expect(error?.detail == "taken_at is not an RFC 3339 time: “\(time)”")
        }
    }

    @Test func randomDamageGivesErrorsOnly() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        try inTemporaryFolder { path in
            try CaptureSample.write(into: path)
            let file = "\(path)/netlink.pcap"
            let whole = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
            var refused = 0
            for _ in 0..<2_000 {
                try change(file) { $0 = generator.damage(whole) }
                if let error = CaptureSample.refusal(path, verifying: false) {
                    refused += 1
                    #expect(!error.description.isEmpty, "seed \(seed)")
                }
            }
            #expect(refused > 500, "seed \(seed)")
        }
    }
}
