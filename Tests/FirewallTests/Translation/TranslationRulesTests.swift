import Addresses
import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Rules that may have translated a packet", .needsRoot, .needsTool("nft"))
struct TranslationRulesTests {
    private static let early: [NetfilterHook] = [.preRouting, .localOut]
    private static let late: [NetfilterHook] = [.localIn, .postRouting]

    private func packet(
        _ to: String = "10.0.0.100:8080", _ transport: IPProtocol = .tcp, from source: String = "10.0.0.1"
    ) throws -> PartialPacket {
        let end = try #require(Endpoint(to))
        return PartialPacket(
            end.address.family, transport, from: IPAddress(source), to: end.address, port: end.port)
    }

    private func read(_ commands: String) throws -> TranslationRules {
        try inFreshNamespace {
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", commands])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let rules = TranslationRules(reading: LiveKernel(), after: nil)
            #expect(rules.unread == [])
            return rules
        }
    }

    private func nft(_ chains: String) throws -> TranslationRules {
        try read("nft -f - <<'END'\ntable inet n {\n\(chains)\n}\nEND")
    }

    private static func base(_ hook: String, _ rules: String, _ name: String = "c") -> String {
        "\nchain \(name) { type nat hook \(hook) priority 0;\n\(rules)\n}"
    }

    @Test(
        "A condition that the packet meets, or that is not known of it; and one that it surely does not meet",
        arguments: [
            ("redirect", true), ("ip daddr 10.0.0.100 tcp dport 8080 redirect to :80", true),
            ("iifname \"eth7\" ct state new redirect", true), ("ip daddr 10.0.0.0/9 redirect", true),
            ("ip daddr 10.128.0.0/9 redirect", false), ("ip saddr 10.0.0.1 dnat ip to 10.0.0.3", true),
            ("ip saddr 10.0.0.2 dnat ip to 10.0.0.3", false), ("ip saddr != 10.0.0.1 redirect", false),
            ("ip daddr 10.0.0.101 redirect", false), ("tcp dport 8081 redirect", false),
            ("tcp dport != 8080 redirect", false), ("tcp dport 8000-8100 redirect", true),
            ("tcp dport 8081-8100 redirect", false), ("tcp dport { 80, 8080 } redirect", true),
            ("tcp dport { 80, 443 } redirect", false), ("tcp dport != { 80, 8080 } redirect", false),
            ("tcp dport { 80, 8000-9000 } redirect", true), ("udp dport 8080 redirect", false),
            ("meta l4proto { tcp, udp } redirect", true), ("ip6 daddr 2001:db8::1 redirect", false),
            ("ip daddr . tcp dport { 10.0.0.100 . 8080 } redirect", true),
            ("ip daddr . tcp dport { 10.0.0.100 . 80 } redirect", false),
            ("dnat ip to tcp dport map { 8080 : 10.0.0.3, 81 : 10.0.0.4 }", true),
            ("dnat ip to tcp dport map { 80 : 10.0.0.3, 81 : 10.0.0.4 }", false),
            ("accept\nredirect", false), ("counter return\nredirect", false), ("log drop\nredirect", false),
            ("meta mark 7 accept\nredirect", true), ("limit rate 1/second accept\nredirect", true),
            ("continue\nredirect", true), ("redirect\ndnat ip to 10.0.0.3", true),
            ("tcp dport 8080 accept", false), ("meta mark 7 redirect", true), ("tcp sport 1000 redirect", true),
        ])
    func conditions(_ rule: String, _ isMeant: Bool) throws {
        let rules = try nft(Self.base("prerouting", rule))
        let found = rules.rules(for: try packet(), at: Self.early)
        #expect(found.count == (isMeant ? 1 : 0), "\(found)")
        #expect(rules.rules(for: try packet(), at: Self.late) == [])
        if isMeant { #expect(found.first?.place.hasPrefix("inet n c handle ") == true) }
    }

    @Test("Chains are entered by the rules that the packet may meet, and each once")
    func jumps() throws {
        let rules = try nft(
            """
            map ways { type inet_service : verdict; elements = { 8080 : jump web, 53 : jump dns }; }
            chain web { jump more; jump more; meta l4proto tcp redirect to :80; }
            chain dns { redirect; }
            chain more { ip daddr 10.0.0.100 dnat ip to 10.0.0.3; }
            chain unused { redirect; }
            """ + Self.base("prerouting", "tcp dport vmap @ways; udp dport vmap @ways; tcp dport 81 goto dns")
                + Self.base("output", "jump web", "out")
                + "\nchain f { type filter hook prerouting priority 0; tcp dport 8080 accept; }")
        #expect(
            rules.rules(for: try packet(), at: [.preRouting]).map(\.text)
                == ["ip daddr 10.0.0.100 dnat to 10.0.0.3", "meta l4proto tcp redirect to :80"])
        #expect(
            rules.rules(for: try packet("10.0.0.9:53", .udp), at: [.preRouting]).map(\.text) == ["redirect"])
        #expect(rules.rules(for: try packet("10.0.0.9:81"), at: [.preRouting]).map(\.text) == ["redirect"])
        #expect(rules.rules(for: try packet("10.0.0.9:82"), at: [.preRouting]) == [])
        #expect(
            rules.rules(for: try packet("10.0.0.9:82"), at: [.localOut]).map(\.text) == [
                "meta l4proto tcp redirect to :80"
            ])
    }

    @Test("Of a packet of which nothing is known every rule of its family is told")
    func unknown() throws {
        let rules = try nft(
            Self.base("postrouting", "ip daddr 10.0.0.3 tcp dport 80 snat ip to 10.0.0.2\nip6 daddr ::1 masquerade"))
        let nothing = PartialPacket(.ipv4, nil, from: nil, to: nil, port: nil)
        #expect(
            rules.rules(for: nothing, at: Self.late).map(\.text) == [
                "ip daddr 10.0.0.3 tcp dport 80 snat to 10.0.0.2"
            ])
        let six = PartialPacket(.ipv6, nil, from: nil, to: nil, port: nil)
        #expect(rules.rules(for: six, at: Self.late).map(\.text) == ["ip6 daddr ::1 masquerade"])
    }

    /// Rules of iptables, and whether a packet to `10.0.0.100:8080` may meet them.
    private static let cases = [
        ("-j REDIRECT", true), ("-d 10.0.0.100 -p tcp --dport 8080 -j REDIRECT --to-ports 80", true),
        ("-d 10.0.0.0/8 -p tcp --dport 8000:9000 -j DNAT --to-destination 10.0.0.3:80", true),
        ("! -d 10.0.0.100 -j REDIRECT", false), ("-d 10.0.1.0/24 -j DNAT --to-destination 10.0.0.3", false),
        ("-s 10.0.0.2 -j DNAT --to-destination 10.0.0.3", false), ("-p udp --dport 8080 -j REDIRECT", false),
        ("-p tcp --dport 8081 -j REDIRECT", false), ("-p tcp ! --dport 8080 -j REDIRECT", false),
        ("-p tcp -m multiport --dports 80,8000:8100 -j REDIRECT", true),
        ("-p tcp -m multiport --dports 80,8081:8100 -j REDIRECT", false),
        ("-p tcp -m multiport ! --dports 80,443 -j REDIRECT", true), ("-p tcp -m tcp --sport 9 -j REDIRECT", true),
        ("-i eth7 -m mark --mark 3 -j NETMAP --to 10.0.0.3", true), ("-p tcp --dport 8080 -j RETURN", false),
    ]

    @Test(
        "The same of iptables, nft and legacy", .needsTool("iptables-legacy"), arguments: ["nft", "legacy"], cases)
    func iptables(_ variant: String, _ rule: (words: String, isMeant: Bool)) throws {
        let program = "iptables-\(variant) -t nat"
        let rules = try read(
            "\(program) -N own; \(program) -A PREROUTING -p tcp -j own; \(program) -A PREROUTING -p udp -j own; \(program) -A own \(rule.words)"
        )
        let found = rules.rules(for: try packet(), at: Self.early)
        #expect(found.count == (rule.isMeant ? 1 : 0), "\(found)")
        #expect(rules.rules(for: try packet(), at: Self.late) == [])
        #expect(rules.rules(for: try packet("[2001:db8::1]:8080", from: "2001:db8::2"), at: Self.early) == [])
        guard rule.isMeant, let first = found.first else { return }
        #expect(first.place.hasPrefix(variant == "nft" ? "ip nat own handle " : "iptables-legacy nat own rule 1"))
    }

    @Test(
        "Behind a rule that ends each packet's way the next is not met; behind one that ends some it may be",
        .needsTool("iptables-legacy"), arguments: ["nft", "legacy"], [("", 0), ("-i eth7", 1), ("-p tcp", 1)])
    func lasting(_ variant: String, _ rule: (condition: String, count: Int)) throws {
        let program = "iptables-\(variant) -t nat"
        for target in ["ACCEPT", "RETURN"] {
            let rules = try read(
                "\(program) -A PREROUTING \(rule.condition) -j \(target); \(program) -A PREROUTING -j REDIRECT")
            #expect(rules.rules(for: try packet(), at: Self.early).count == rule.count)
        }
    }

    @Test("ip6tables-legacy", .needsTool("ip6tables-legacy"))
    func legacy6() throws {
        let rules = try read("ip6tables-legacy -t nat -A POSTROUTING -d 2001:db8::3 -j MASQUERADE")
        let meant = rules.rules(for: try packet("[2001:db8::3]:80", from: "2001:db8::2"), at: Self.late)
        #expect(meant.map(\.place) == ["ip6tables-legacy nat POSTROUTING rule 1"])
        #expect(meant.map(\.text) == ["-A POSTROUTING -d 2001:db8::3/128 -j MASQUERADE"])
        #expect(rules.rules(for: try packet("[2001:db8::4]:80", from: "2001:db8::2"), at: Self.late) == [])
    }

    @Test("Rules are read again once they have changed, and only then")
    func again() throws {
        try inFreshNamespace {
            try Tool.run("nft add table ip n")
            let kernel = LiveKernel()
            let none = TranslationRules(reading: kernel, after: nil)
            let packet = try packet()
            #expect(TranslationRules(reading: kernel, after: none).rules(for: packet, at: Self.early) == [])
            try Tool.run("nft add chain ip n c { type nat hook prerouting priority 0 ; }")
            try Tool.run("nft add rule ip n c redirect")
            let later = TranslationRules(reading: kernel, after: none)
            #expect(later.rules(for: packet, at: Self.early).count == 1)
            #expect(TranslationRules(reading: kernel, after: later).rules(for: packet, at: Self.early).count == 1)
        }
    }
}
