import Addresses
import Conntrack
import Firewall
import Foundation
import Netlink
import Packets
import SystemPackage
import TestSupport
import Testing

@Suite("Packet samples from NFLOG", .needsRoot, .needsTool("nft"))
struct SampleSocketTests {
    @Test(arguments: ["127.0.0.1", "::1"]) func areWhatWasSent(_ text: String) throws {
        let local = try #require(IPAddress(text))
        let (icmp, type, code): (IPProtocol, UInt8, UInt8) = local.family == .ipv4 ? (.icmp, 3, 4) : (.icmpv6, 2, 0)
        let samples = try inFreshNamespace {
            let socket = try Self.sampled(at: "prerouting priority -199")
            let (client, server) = (Endpoint(local, 4711), Endpoint(local, 80))
            try RawSocket.send(PacketBytes.tcp(0x11, from: client, to: server))
            let mtuAndSegment = [0, 0, 0x05, 0x14] + PacketBytes.tcp(0x10, from: server, to: client)
            try RawSocket.send(PacketBytes.icmp(type: type, code: code, mtuAndSegment, from: local, to: local))
            try RawSocket.send(Self.datagram(local))
            // Without the RST that answers the FIN, which may arrive at any position among them.
            return try Self.all(of: socket).filter { $0.headers.packetClass != .rst }
        }
        let fixed = local.family == .ipv4 ? 20 : 40
        var fin = PacketHeaders(from: local, to: local, protocol: .tcp, length: fixed + 20)
        (fin.sourcePort, fin.destinationPort, fin.tcpFlags) = (4711, 80, [.fin, .ack])
        var tooBig = PacketHeaders(from: local, to: local, protocol: icmp, length: fixed + 8 + fixed + 20)
        (tooBig.icmpType, tooBig.icmpCode) = (type, code)
        tooBig.embedded = EmbeddedFlow(.tcp, from: local, 80, to: local, 4711)
        var datagram = PacketHeaders(from: local, to: local, protocol: .udp, length: fixed + 8 + 4)
        (datagram.sourcePort, datagram.destinationPort) = (4712, 9)
        // The answer to the datagram, whose port is closed, comes last: it belongs to a flow in the table.
        #expect(samples.map(\.headers).prefix(3) == [fin, tooBig, datagram])
        #expect(samples.map(\.ctstate) == [.invalid, .invalid, .new, .related])
        #expect(samples.map(\.headers.packetClass) == [.fin, .icmpError, .udp, .icmpError])
        #expect(samples.last?.headers.icmpName == "port-unreachable")
        #expect(samples.last?.headers.embedded == EmbeddedFlow(.udp, from: local, 4712, to: local, 9))
        #expect(Set(samples.map(\.hook)) == [.preRouting])
        #expect(Set(samples.map(\.inputInterface)) == [1])
        let age = Date.now.timeIntervalSince1970 * 1e9 - Double(try #require(samples.first).moment.nanoseconds)
        #expect(abs(age) < 60e9)
    }

    @Test func behindRoutingTheyAreOfTheTimeOfReceipt() throws {
        let samples = try inFreshNamespace {
            let socket = try Self.sampled(at: "postrouting priority 100", rule: "meta mark set 7")
            try RawSocket.send(Self.datagram(try #require(IPAddress("127.0.0.1"))))
            return try Self.all(of: socket)
        }
        let sample = try #require(samples.first)
        #expect(sample.hook == .postRouting && sample.outputInterface == 1 && sample.inputInterface == nil)
        #expect(sample.moment == Self.now && sample.mark == 7)
    }

    @Test func twoAtOnceHaveGroupsOfTheirOwn() throws {
        try inFreshNamespace {
            let first = try SampleSocket(first: 2000)
            let second = try SampleSocket(first: 2000)
            #expect(first.group == 2000 && second.group == 2001)
            let taken = try Self.takenGroups()
            #expect(taken == [2000, 2001])
        }
    }

    @Test func aGroupGoesWithItsSocket() throws {
        let (held, left) = try inFreshNamespace {
            let held = try withExtendedLifetime(SampleSocket(first: 2000)) { try Self.takenGroups() }
            return (held, try Self.takenGroups())
        }
        #expect(held == [2000])
        #expect(left.isEmpty)
    }

    @Test(
        "A group held by another program is skipped, and is free again once that program is killed",
        .needsTool("python3"))
    func killed() throws {
        try inFreshNamespace {
            let other = try BackgroundTool(["/usr/bin/python3", "-c", Self.holdsGroups, "2000", "2001"])
            try waitUntil("it has its groups") { other.output.contains("held") }
            let beside = try SampleSocket(first: 2000).group
            #expect(beside == 2002)
            let error = #expect(throws: KernelError.self) { try SampleSocket(first: 2000, tries: 2) }
            #expect(error?.cause == .failed)
            #expect(error?.detail == "all 2 groups tried are in use by other programs")
            other.signal(SIGKILL)
            let status = try other.wait()
            #expect(status == -SIGKILL)
            let left = try Self.takenGroups()
            #expect(left.isEmpty)
            let freed = try SampleSocket(first: 2000).group
            #expect(freed == 2000)
        }
    }

    @Test func withoutTheCapabilityItIsForbidden() throws {
        let error = try inFreshNamespace {
            try dropCapabilities()
            return #expect(throws: KernelError.self) { try SampleSocket() }
        }
        #expect(error?.cause == .forbidden)
    }

    /// Every packet is either a sample or counted as lost, once a later one has arrived.
    @Test(arguments: [1, 2000]) func noneIsLostInSilence(_ count: Int) throws {
        try inFreshNamespace {
            let socket = try Self.sampled(at: "prerouting priority -199", rule: "udp dport 9", buffer: 16 << 10)
            let local = try #require(IPAddress("127.0.0.1"))
            for _ in 0..<count { try RawSocket.send(Self.datagram(local)) }
            var received = try Self.read(socket).count
            #expect(socket.loss.mayBeMore == (count > 100))
            try RawSocket.send(Self.datagram(local))
            received += try Self.read(socket).count
            #expect(!socket.loss.mayBeMore)
            #expect(received + socket.loss.counted == count + 1)
            #expect((socket.loss.counted > 0) == (count > 100))
        }
    }

    @Test func whatOtherRulesLogIsNoSample() throws {
        try inFreshNamespace {
            let socket = try Self.sampled(at: "prerouting priority -199")
            try Tool.nft(
                """
                flush chain inet samples c
                add rule inet samples c log prefix "[UFW BLOCK] " group \(socket.group)
                """)
            try RawSocket.send(Self.datagram(try #require(IPAddress("127.0.0.1"))))
            let samples = try Self.all(of: socket)
            #expect(samples.isEmpty)
            // The datagram, and the answer to it.
            #expect(socket.ignored == 2)
            #expect(socket.loss.isNone)
        }
    }

    private static let now = Moment(nanoseconds: 5)

    /// To a port that is closed.
    private static func datagram(_ local: IPAddress) -> [UInt8] {
        PacketBytes.udp(from: Endpoint(local, 4712), to: Endpoint(local, 9))
    }

    /// Binds a group and has each packet at a hook logged to it, queued in the kernel.
    private static func sampled(
        at hook: String, rule: String = "", buffer: Int = 1 << 20
    ) throws -> SampleSocket {
        try Tool.run("ip link set lo up")
        let socket = try SampleSocket(buffer: buffer)
        let rules = ["invalid", "established", "related", "new", "untracked"].map {
            "\(rule) ct state \($0) log prefix \"\($0.uppercased())\" group \(socket.group) snaplen 128"
        }
        try Tool.nft(
            """
            table inet samples {
            chain c {
            type filter hook \(hook); policy accept;
            \(rules.joined(separator: "\n"))
            }
            }
            """)
        return socket
    }

    private static func all(of socket: SampleSocket) throws -> [Sample] {
        var samples: [Sample] = []
        try socket.finish(at: now) { samples.append($0) }
        return samples
    }

    /// The samples that arrived within the time for which the kernel queues packets.
    private static func read(_ socket: SampleSocket) throws -> [Sample] {
        usleep(300_000)
        var samples: [Sample] = []
        while try !socket.receive(at: now, { samples.append($0) }) {}
        return samples
    }

    /// The file shows the network namespace of the process; a child's is that of this thread.
    private static func takenGroups() throws -> [Int] {
        try Tool.run("cat /proc/net/netfilter/nfnetlink_log").split(separator: "\n")
            .compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }.sorted()
    }

    /// Binds the groups given as arguments, with a socket of its own.
    private static let holdsGroups = """
        import socket, struct, sys, time
        s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        s.bind((0, 0))
        for group in sys.argv[1:]:
            body = struct.pack('!BBH', 0, 0, int(group)) + struct.pack('HHBBBB', 5, 1, 1, 0, 0, 0)
            s.send(struct.pack('IHHII', 16 + len(body), 4 << 8 | 1, 5, 1, 0) + body)
            assert struct.unpack_from('i', s.recv(4096), 16)[0] == 0
        print('held', flush=True)
        time.sleep(120)
        """
}
