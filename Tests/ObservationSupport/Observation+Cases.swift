import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

extension Observation {
    /// What a filter that drops INVALID does to a DR service, and the rule that does it.
    package static func filtered() throws -> Observation {
        var observation = try of(Counts.filtered().counts, connections: ["ESTABLISHED": 2])
        observation.blame = [try .of([.fin: 3, .rst: 1, .icmpError: 1])]
        return observation
    }

    /// Services of every method and by mark, silent ones, an address, ICMP errors of unknown flows, shared real
    /// servers; large numbers, and names and notices that could harm a terminal.
    package static func rich() throws -> Observation {
        let subjects: [ObservedSubject] = [
            try .service("10.0.0.100:80"), try .service("10.0.0.100:443"), try .service("10.0.0.101:443"),
            try .service("10.0.0.102:80", .tcp, "10.0.0.3:8080", .nat),
            try .service("10.0.0.103:80", .tcp, "10.0.0.4:80", .tun),
            try .service("[2001:db8::100]:53", .udp, "[2001:db8::3]:53"),
            try .service(.fwmark(7, .ipv4), "10.0.0.3:8080", .nat),
            try .address("192.0.2.7:25"), .address(try endpoint("192.0.2.8:0").address, port: nil),
        ]
        var observation = try of(try richCounts(), subjects, connections: ["ESTABLISHED": 2, "FIN_WAIT": 1])
        observation.blame = try richBlame()
        observation.origin.networkNamespace = "lb"
        observation.samples = [try sample()]
        observation.notices = [.legacyTables("iptables-legacy", ["fil\u{1B}[2Jter"])]
        observation.losses = [Loss("connections of IPVS", "reading was stopped after 60 s")]
        return observation
    }

    private static func richCounts() throws -> [PacketCount] {
        var nat = try Counts("10.0.0.102:80")
        nat.way(.syn, .new, 2, leaving: .new)
        var real = try Counts("10.0.0.3:8080")
        real.add(.postRouting, .ack, .established, 18_446_744_073_709_551_000)
        real.add(.forward, .synAck, .established, 2)
        real.add(.forwardPassed, .synAck, .established, 2)
        real.add(.forward, .fin, .invalid, 1)
        var tunnel = try Counts("10.0.0.103:80")
        tunnel.add(.preRouting, .ack, .new, 4_000_000_000)
        tunnel.add(.preRouting, .ack, .established, 3_000_000_000)
        tunnel.add(.preRoutingPassed, .ack, .new, 4_000_000_000)
        tunnel.add(.preRoutingPassed, .ack, .established, 3_000_000_000)
        tunnel.add(.localIn, .ack, .new, 4_000_000_000)
        tunnel.add(.localIn, .ack, .established, 3_000_000_000)
        tunnel.add(.localInPassed, .ack, .new, 4_000_000_000)
        tunnel.add(.localInPassed, .ack, .established, 2_999_999_999)
        var wrapped = try Counts("10.0.0.4:0", IPProtocol(rawValue: 4))
        wrapped.add(.postRouting, .other, .untracked, 6_999_999_999)
        var six = try Counts("[2001:db8::100]:53", .udp)
        six.way(.udp, .new, 5)
        six.way(.icmpError, CTState(rawValue: 9), 1)
        var mail = try Counts("192.0.2.7:25")
        mail.way(.syn, .new, 1)
        var nobody = try Counts("10.0.0.100:0", .icmp)
        nobody.way(.icmpError, .invalid, 3, passed: 1)
        let counts = [nat, real, tunnel, wrapped, six, mail, nobody]
        return try counts.reduce(Counts.filtered().counts) { $0 + $1.counts }
    }

    /// A FIN from a client.
    private static func sample() throws -> Sample {
        let (client, virtual) = (try endpoint("10.0.0.1:41048"), try endpoint("10.0.0.100:80"))
        var headers = PacketHeaders(from: client.address, to: virtual.address, protocol: .tcp, length: 52)
        (headers.sourcePort, headers.destinationPort, headers.tcpFlags) = (client.port, virtual.port, [.fin, .ack])
        return Sample(headers, .invalid, at: .localIn, Moment(nanoseconds: 1_795_406_401_000_000_000))
    }

    private static func richBlame() throws -> [Blame] {
        var hostile = try Blame.of([.fin: 1], to: "10.0.0.1:41048", chain: "a\u{1B}[31mb", handle: 9)
        hostile.text = .known(statement: "ct state invalid drop comment \"\u{202E}x\"", hook: nil)
        var gone = try Blame.of([.icmpError: 1], handle: 12)
        gone.text = .unknown("the rule has gone")
        return [try .of([.fin: 5, .rst: 1, .icmpError: 1]), hostile, gone, try .of([.udp: 1], handle: nil)]
    }

    /// Each form that a document may have.
    package static func all() throws -> [Observation] {
        [
            try filtered(), try rich(), try of([]), try of([], []), try of(Counts.fixed().counts),
            try of(Counts.confirmed().counts, vsConntrack: "1"),
            try of(Counts.confirmedAndMended().counts, vsConntrack: "1"),
        ]
    }
}
