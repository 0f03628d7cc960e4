import Anonymizing
import CNetlink
import Foundation
import Netlink
import TestSupport
import Testing

/// A capture that is anonymized can come from anybody.
@Suite("Messages and files that are not what they should be")
struct HostileMessageTests {
    private static let fixtures = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Fixtures")

    /// The datagrams of a pcap, each with its bus, and whether it is a request.
    private static func datagrams(_ name: String) throws -> [(bus: Request.Bus, isRequest: Bool, bytes: [UInt8])] {
        let pcap = [UInt8](
            try Data(contentsOf: fixtures.appendingPathComponent("\(name)/capture/netlink.pcap")))
        var found: [(bus: Request.Bus, isRequest: Bool, bytes: [UInt8])] = []
        var offset = 24
        while offset + 32 <= pcap.count {
            let length = (0..<4).reduce(0) { $0 | Int(pcap[offset + 8 + $1]) << (8 * $1) }
            let end = offset + 16 + length
            guard end <= pcap.count, let bus = Request.Bus(rawValue: UInt16(pcap[offset + 31])) else { break }
            found.append((bus, pcap[offset + 17] == 7, Array(pcap[(offset + 32)..<end])))
            offset = end
        }
        return found
    }

    /// Whether it can be walked over.
    private static func expectFrames(_ bytes: RawSpan) {
        var cursor = MessageCursor()
        var isWhole = true
        do { while try cursor.next(in: bytes) != nil {} } catch { isWhole = false }
        #expect(isWhole)
    }

    @Test("Damaged messages become messages, or nothing", arguments: ["mixed", "dr-conntrack"], UInt64(1)...20)
    func messages(_ name: String, _ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let key = try #require(AnonymizingKey(generator.bytes(32)))
        let anonymizer = try Anonymizer(key)
        for (bus, isRequest, bytes) in try Self.datagrams(name) {
            let isDamaged = Int.random(in: 0..<3, using: &generator) == 0
            let given = isDamaged ? generator.damage(bytes) : bytes
            if isRequest {
                let rewritten = anonymizer.rewritten(request: given, on: bus)
                Self.expectFrames(rewritten.span.bytes)
                if !isDamaged { #expect(!rewritten.isEmpty) }
            } else {
                anonymizer.rewrite(given.span.bytes) { Self.expectFrames($0) }
            }
        }
    }

    @Test("Damaged files are rewritten, or left out", arguments: UInt64(1)...20)
    func files(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let anonymizer = try Anonymizer(AnonymizingKey())
        let folder = Self.fixtures.appendingPathComponent("mixed/capture")
        for path in ["proc/net/ip_vs_conn", "bpf/ip_vs_conn", "proc/net/ip_vs_app"] {
            let bytes = generator.damage([UInt8](try Data(contentsOf: folder.appendingPathComponent(path))))
            for kind in [path, "proc/net/raw", "sockopt/ip/filter", "sockopt/ip6/nat", "proc/net/ip_vs_conn_sync"] {
                guard let rewriter = anonymizer.contentRewriter(for: KernelFile(kind)) else { continue }
                let middle = bytes.count / 2
                let (first, second) = (Array(bytes[..<middle]), Array(bytes[middle...]))
                rewriter.take(first.span.bytes) { _ in }
                rewriter.take(second.span.bytes) { _ in }
                _ = rewriter.finish { _ in }
            }
        }
    }

    @Test("An error within an error does not go on")
    func nested() throws {
        let anonymizer = try Anonymizer(AnonymizingKey())
        var bytes: [UInt8] = []
        for _ in 0..<20_000 {
            let length = UInt32(bytes.count + 20)
            var outer: [UInt8] = []
            withUnsafeBytes(of: (length, UInt16(NLMSG_ERROR), UInt16(0), UInt32(1), UInt32(0), Int32(-22))) {
                outer += $0
            }
            if bytes.count > 200_000 { break }
            bytes = outer + bytes
        }
        anonymizer.rewrite(bytes.span.bytes) { Self.expectFrames($0) }
    }

    @Test("Nobody knows this file, and none of it is kept")
    func unknown() throws {
        let anonymizer = try Anonymizer(AnonymizingKey())
        #expect(anonymizer.contentRewriter(for: KernelFile("etc/shadow")) == nil)
        let setting = try #require(anonymizer.contentRewriter(for: KernelFile("proc/sys/kernel/hostname")))
        let name = Array("lb1\n".utf8)
        setting.take(name.span.bytes) { _ in }
        #expect(setting.finish { _ in } != nil)
    }
}
