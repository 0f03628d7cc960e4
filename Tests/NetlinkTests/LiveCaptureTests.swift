import Addresses
import CNetlink
import Foundation
import Netlink
import TestSupport
import Testing

/// A live kernel's answers, and those from its capture.
@Suite(.needsRoot, .needsTool("conntrack"))
struct LiveCaptureTests {
    static let sysctl = KernelFile(sysctl: "net.netfilter.nf_conntrack_acct")
    static let absent = KernelFile("proc/net/ct_inspect_none")

    /// All answers of a source to the same requests.
    struct Heard: Equatable {
        var entries: [[UInt8]] = []
        var files: [String] = []
        var errors: [String] = []
    }

    /// - Parameter between: called between the two readings of a file.
    static func ask(_ kernel: any KernelSource, _ between: () throws -> Void = {}) throws -> Heard {
        var heard = Heard()
        _ = try kernel.ask(conntrackDump) { message, datagram in heard.entries.append(datagram.copy(message.payload)) }
        heard.files.append(try kernel.text(of: sysctl))
        try between()
        heard.files.append(try kernel.text(of: sysctl))
        for file in [absent, KernelFile("proc/net/ct_inspect_none/below")] {
            do { _ = try kernel.text(of: file) } catch { heard.errors.append("\(error.asked): \(error.cause)") }
        }
        do { _ = try GenericFamily("ct-inspect-none", from: kernel) } catch { heard.errors.append("\(error)") }
        heard.files.append(String(try GenericFamily("nlctrl", from: kernel).id))
        return heard
    }

    static func record(into path: String) throws -> Heard {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_acct=0")
            for port in 1...50 {
                try Tool.run("conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport \(port) --dport 53 -t 100")
            }
            let recording = try RecordingKernel(
                LiveKernel(networkNamespace: "lb"), into: path, tool: "ct-inspect tests")
            let heard = try ask(recording) { try Tool.run("sysctl -w net.netfilter.nf_conntrack_acct=1") }
            try recording.finish()
            return heard
        }
    }

    @Test func saysTheSame() throws {
        try inTemporaryFolder { path in
            let live = try Self.record(into: path)
            #expect(live.entries.count == 50)
            #expect(live.files.prefix(2) == ["0", "1"])
            #expect(live.errors.count == 3)
            let kernel = try CapturedKernel(path)
            #expect(try Self.ask(kernel) == live)
            #expect(kernel.origin.networkNamespace == "lb")
        }
    }

    @Test func whatWasForbiddenIsForbiddenAgain() throws {
        try inTemporaryFolder { path in
            let live = try inFreshNamespace {
                try dropCapabilities()
                let recording = try RecordingKernel(LiveKernel(), into: path, tool: "ct-inspect tests")
                let error = #expect(throws: KernelError.self) { try recording.ask(conntrackDump) { _, _ in } }
                try recording.finish()
                return error
            }
            let error = #expect(throws: KernelError.self) { try CapturedKernel(path).ask(conntrackDump) { _, _ in } }
            #expect(error?.cause == .forbidden)
            #expect(error == live)
        }
    }

    @Test(.needsTool("tcpdump")) func tcpdumpReadsIt() throws {
        try inTemporaryFolder { path in
            let live = try Self.record(into: path)
            let packets = Self.packets(try Tool.run("tcpdump -r \(path)/netlink.pcap -t"))
            // A link header: PACKET_USER or PACKET_KERNEL, ARPHRD_NETLINK, the bus in its last two bytes.
            #expect(packets.allSatisfy { $0.starts(with: [0, 6, 3, 0x38]) || $0.starts(with: [0, 7, 3, 0x38]) })
            #expect(packets.map { $0[15] }.first == 12)
            #expect(packets.map { $0[15] }.last == 16)
            #expect(packets.filter { $0[1] == 7 }.count == 3)
            #expect(packets.first.map { Array($0.dropFirst(16)) } == conntrackDump.message(sequence: 1))
            #expect(live.entries.count == 50)
        }
    }

    /// The bytes of each packet in a listing from tcpdump, which knows the link type, but not netlink: rows of an
    /// offset, hexadecimal digits, and the same as text.
    private static func packets(_ listing: String) -> [[UInt8]] {
        var packets: [[UInt8]] = []
        for row in listing.split(separator: "\n") {
            if row.hasPrefix("\t0x") {
                packets[packets.count - 1] += hexadecimal(row.components(separatedBy: "  ")[1])
            } else {
                packets.append([])
            }
        }
        return packets
    }
}
