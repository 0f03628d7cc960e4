import Addresses
import Foundation
import Glibc
import Packets
import TestSupport
import Testing

/// Where packets are lost, in namespaces: judged by the counters of the rules that drop them, and the host's own.
@Suite("observe, wherever packets are lost", .needsRoot, .needsTool("nft"), .serialized)
struct ObservedDropsTests {
    private static let client = Endpoint(IPAddress(ipv4: 0x0A00_0001), 4000)
    private static let virtual = Endpoint(IPAddress(ipv4: 0x0A00_0064), 80)

    private static let flags: [String: UInt8] = ["syn": 0x02, "ack": 0x10, "fin": 0x11, "rst": 0x04]

    /// Conntrack is active, whatever the rules of a case are.
    private static let tracking = """
        table ip tracking {
         chain input {
          type filter hook input priority 10
          ct state invalid accept
         }
        }

        """

    struct Case: CustomStringConvertible, Sendable {
        var name: String
        var rules: String
        var packets: [String]
        /// `class ctstate packets where` of each loss.
        var lost: Set<String>
        /// The place of the rule that is blamed.
        var rule: String?
        /// What rules have counted then.
        var counted: Int
        var conclusion: String

        var description: String { name }
    }

    static let cases = [
        Case(
            name: "mangle PREROUTING, as against floods",
            rules: chain("mangle PREROUTING", "prerouting", -150, "ct state invalid counter drop"),
            packets: ["fin", "fin", "rst", "syn"], lost: ["fin INVALID 2 pre_routing", "rst INVALID 1 pre_routing"],
            rule: "ip mangle PREROUTING", counted: 3,
            conclusion: "2 FIN and 1 RST of 4 packets were dropped as INVALID by ip mangle PREROUTING handle "),
        Case(
            name: "NEW without SYN in mangle PREROUTING",
            rules: chain(
                "mangle PREROUTING", "prerouting", -150,
                "tcp flags & (fin | syn | rst | ack) != syn ct state new counter drop"),
            packets: ["ack", "ack", "fin"], lost: ["ack NEW 2 pre_routing"], rule: nil, counted: 2,
            conclusion: "2 ACK of 3 packets were dropped as NEW at PRE_ROUTING"),
        Case(
            name: "raw PREROUTING",
            rules: chain("raw PREROUTING", "prerouting", -300, "tcp flags fin,ack counter drop"),
            packets: ["fin", "fin", "rst"], lost: ["fin none 2 before_conntrack"], rule: nil, counted: 2,
            conclusion: "2 FIN of 3 packets were dropped before conntrack at PRE_ROUTING"),
        Case(
            name: "the table of keepalived",
            rules: chain("keepalived in", "input", -1, "ip daddr 10.0.0.100 counter drop"),
            packets: ["fin"], lost: ["fin INVALID 1 local_in"], rule: "ip keepalived in", counted: 1,
            conclusion: "(keepalived makes these rules again: "),
        Case(
            name: "answers at LOCAL_OUT",
            rules: chain("raw PREROUTING", "prerouting", -300, "tcp dport 80 notrack")
                + chain("filter OUTPUT", "output", 0, "ct state invalid counter drop"),
            packets: ["syn", "syn"], lost: ["rst INVALID 2 local_out"], rule: "ip filter OUTPUT", counted: 2,
            conclusion: "2 RST of 2 answers were dropped as INVALID at LOCAL_OUT"),
        Case(
            name: "answers at POST_ROUTING",
            rules: chain("mangle POSTROUTING", "postrouting", -150, "tcp sport 80 counter drop"),
            packets: ["syn"], lost: ["rst ESTABLISHED 1 post_routing"], rule: nil, counted: 1,
            conclusion: "1 RST of 1 answer was dropped as ESTABLISHED at POST_ROUTING"),
        Case(
            name: "REDIRECT loses nothing",
            rules:
                "table ip nat { chain p { type nat hook prerouting priority -100; tcp dport 80 counter redirect to :81; }; }\n",
            packets: ["syn", "syn"], lost: [], rule: nil, counted: 2,
            conclusion: "2 of 2 packets were sent to another address or port by NAT at PRE_ROUTING"),
    ]

    private static let early = [
        Case(
            name: "in front of everything at LOCAL_IN",
            rules: chain("guard in", "input", -1000, "tcp flags fin,ack counter drop"),
            packets: ["fin", "fin", "syn"], lost: ["fin INVALID 2 local_in"], rule: "ip guard in", counted: 2,
            conclusion: "2 FIN of 3 packets were dropped as INVALID by ip guard in handle ")
    ]

    private static func chain(_ place: String, _ hook: String, _ priority: Int, _ rule: String) -> String {
        let names = place.split(separator: " ")
        return
            "table ip \(names[0]) { chain \(names[1]) { type filter hook \(hook) priority \(priority); \(rule); }; }\n"
    }

    private func inNamespace(_ rules: String, _ body: @escaping (FrameWire) throws -> Void) throws {
        try inFreshNamespace {
            let wire = try FrameWire()
            try Tool.run("ip addr add 10.0.0.100/24 dev \(FrameWire.interface)")
            let folder = try TemporaryFolder()
            let file = folder.url.appendingPathComponent("rules").path
            try Data((Self.tracking + rules).utf8).write(to: URL(fileURLWithPath: file))
            try Tool.run("nft -f \(file)")
            try body(wire)
        }
    }

    private func observe() throws -> BackgroundTool {
        let program = try BackgroundTool([Program.path, "observe", "--vip", "10.0.0.100:80", "--json"])
        try waitUntil("its table is there") {
            try Tool.run("nft list tables").contains("ct-inspect-\(program.process)-")
        }
        return program
    }

    private func end(_ program: BackgroundTool) throws -> [String: Any] {
        program.signal(SIGINT)
        #expect(try program.wait() == 0)
        #expect(try SchemaScript.check("observe", program.output).lines == ["1 passed, 0 failed"])
        return try #require(
            try JSONSerialization.jsonObject(with: Data(program.output.utf8)) as? [String: Any])
    }

    private func send(_ packets: [String], _ wire: FrameWire, from client: Endpoint = client) throws {
        for (number, name) in packets.enumerated() {
            let source = Endpoint(client.address, client.port + UInt16(number))
            try wire.send(PacketBytes.tcp(try #require(Self.flags[name]), from: source, to: Self.virtual))
        }
        try wire.settle()
    }

    /// What the rules of others have counted.
    private static func counted() throws -> Int {
        let tables = try Tool.run("nft list tables").split(separator: "\n").filter { !$0.contains(" ct-inspect-") }
        return try tables.reduce(0) { sum, table in
            let listing = try Tool.run("nft list \(table)")
            return sum + listing.matches(of: /counter packets (\d+)/).compactMap { Int($0.1) }.reduce(0, +)
        }
    }

    private func losses(_ document: [String: Any]) throws -> Set<String> {
        let service = try #require((document["services"] as? [[String: Any]])?.first)
        let rows = try #require(service["dropped"] as? [[String: Any]])
        return Set(
            rows.map { "\($0["class"] ?? "") \($0["ctstate"] ?? "") \($0["packets"] ?? 0) \($0["where"] ?? "")" })
    }

    @Test("Each loss is told with its place and ctstate, and its rule", arguments: cases + early)
    func lost(_ example: Case) throws {
        try inNamespace(example.rules) { wire in
            let program = try observe()
            try send(example.packets, wire)
            try waitUntil("the rules have met them") { try Self.counted() == example.counted }
            let document = try end(program)
            let lost = try losses(document)
            #expect(lost == example.lost)
            let conclusions = (document["conclusions"] as? [String] ?? []).joined(separator: "\n")
            #expect(conclusions.contains(example.conclusion), "\(conclusions)")
            guard let rule = example.rule else { return }
            let blame = try #require(document["blame"] as? [[String: Any]])
            #expect(blame.map { "\($0["family"] ?? "") \($0["table"] ?? "") \($0["chain"] ?? "")" } == [rule])
        }
    }

    @Test("A drop in front of conntrack is traced once it is seen")
    func tracedEarly() throws {
        try inNamespace(Self.chain("raw PREROUTING", "prerouting", -300, "tcp flags fin,ack counter drop")) { wire in
            let program = try observe()
            try send(["fin"], wire)
            try waitUntil("such packets are traced") {
                try Tool.run("nft list ruleset").matches(of: /goto trace_none|jump trace_none/).count == 1
            }
            try send(["fin", "fin"], wire)
            try waitUntil("the rules have met them") { try Self.counted() == 3 }
            let document = try end(program)
            let blame = try #require(document["blame"] as? [[String: Any]])
            #expect(blame.map { "\($0["table"] ?? "") \($0["packets"] ?? 0)" } == ["raw 2"])
            let conclusions = try #require(document["conclusions"] as? [String])
            #expect(conclusions.contains { $0.contains("3 FIN of 3 packets were dropped before conntrack by ip raw") })
        }
    }

    @Test("What rp_filter drops is no rule's, and the host's counter says so")
    func reversePath() throws {
        try inNamespace("") { wire in
            try Tool.run("sysctl -w net.ipv4.conf.all.rp_filter=1")
            let program = try observe()
            try send(["syn", "syn", "syn"], wire, from: Endpoint(IPAddress(ipv4: 0xC633_6401), 4000))
            try waitUntil("rp_filter has dropped them") {
                try Tool.run("nstat -asz TcpExtIPReversePathFilter").contains(#/IPReversePathFilter +3\b/#)
            }
            let document = try end(program)
            let lost = try losses(document)
            #expect(lost == ["syn NEW 3 routing"])
            let findings = try #require(document["findings"] as? [[String: Any]])
            #expect(
                Set(findings.compactMap { $0["id"] as? String }) == ["lost-before-local-in", "lost-outside-netfilter"])
            let outside =
                findings.first { $0["id"] as? String == "lost-outside-netfilter" }?["evidence"] as? [String: Int]
            #expect(outside?["tcpext_ipreversepathfilter"] == 3 && outside?["lost"] == 3)
        }
    }

    @Test(
        "What TPROXY gives to a socket of this host is delivered, and not lost; without a socket it is lost in routing",
        arguments: [true, false])
    func transparent(isListening: Bool) throws {
        let rules = Self.chain(
            "mangle PREROUTING", "prerouting", -150, "tcp dport 80 counter tproxy to :3129 meta mark set 1 accept")
        try inNamespace(rules) { wire in
            try Tool.run("ip rule add fwmark 1 lookup 100")
            try Tool.run("ip route add local 0.0.0.0/0 dev lo table 100")
            // Not an address of this host: without the rule's mark it would be sent on.
            try Tool.run("ip addr del 10.0.0.100/24 dev \(FrameWire.interface)")
            try Tool.run("ip addr add 10.0.0.99/24 dev \(FrameWire.interface)")
            try Tool.run("sysctl -w net.ipv4.ip_forward=0")
            let listener = isListening ? try TransparentListener(port: 3129) : nil
            defer { withExtendedLifetime(listener) {} }
            let program = try observe()
            try send(["syn", "syn"], wire)
            try waitUntil("the rule has met them") { try Self.counted() == 2 }
            let document = try end(program)
            let opened = try Tool.run("ss -Htn state syn-recv").split(separator: "\n").count
            #expect(opened == (isListening ? 2 : 0))
            let lost = try losses(document)
            #expect(lost == (isListening ? [] : ["syn NEW 2 routing"]))
            let service = try #require((document["services"] as? [[String: Any]])?.first)
            let counts = try #require(service["packets"] as? [[String: Any]])
            let delivered = counts.first { $0["point"] as? String == "delivered" && $0["class"] as? String == "syn" }
            #expect(delivered?["packets"] as? Int == (isListening ? 2 : nil))
        }
    }

    @Test("Chains in front of the first point are named, and empty ones are not")
    func front() throws {
        let rules = """
            table netdev guard {
             chain empty { type filter hook ingress device \(FrameWire.interface) priority 0; }
             chain early { type filter hook ingress device \(FrameWire.interface) priority 1; tcp dport 80 counter drop; }
            }
            table ip first { chain before { type filter hook prerouting priority -500; tcp dport 81 drop; }; }
            table ip raw {
             chain OUTPUT { type filter hook output priority -300; tcp dport 81 drop; }
             chain empty { type filter hook output priority -301; }
             chain later { type filter hook output priority 0; tcp dport 81 drop; }
            }

            """
        try inNamespace(rules) { wire in
            let program = try observe()
            try send(["syn"], wire)
            try waitUntil("the rules have met it") { try Self.counted() == 1 }
            let document = try end(program)
            let notices = try #require(document["notices"] as? [String])
            #expect(notices.contains { $0.hasPrefix("what netdev guard early, ip first before drop is") }, "\(notices)")
            #expect(notices.contains { $0.hasPrefix("what ip raw OUTPUT drops of") }, "\(notices)")
            #expect(notices.count == 2)
        }
    }
}

/// A socket that takes connections to addresses that are not its host's.
private final class TransparentListener {
    private let socket: CInt

    init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        // IP_TRANSPARENT (linux/in.h)
        var yes: CInt = 1
        guard socket >= 0, setsockopt(socket, CInt(IPPROTO_IP), 19, &yes, 4) == 0 else {
            throw SystemFailure("setsockopt(IP_TRANSPARENT)", errno: errno)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(socket, 8) == 0 else { throw SystemFailure("listen", errno: errno) }
    }

    deinit { close(socket) }
}
