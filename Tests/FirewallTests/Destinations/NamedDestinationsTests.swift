import Addresses
import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Destinations that rules with marks name", .needsRoot, .needsTool("nft"))
struct NamedDestinationsTests {
    private func marked(_ mark: UInt32, _ family: IPAddress.Family = .ipv4, by commands: String) throws -> Set<String> {
        let hints = try inFreshNamespace {
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", commands])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let kernel = LiveKernel()
            let (ruleset, tables) = (try Ruleset(reading: kernel), LegacyTable.all(in: kernel).tables)
            let sets = IPSet.used(by: ruleset, tables, in: kernel).sets
            return NamedDestinations(ruleset, tables, sets).marked(mark, family)
        }
        return Set(hints.map(\.words))
    }

    private func marked(_ mark: UInt32, _ family: IPAddress.Family = .ipv4, byNFT rules: String) throws -> Set<String> {
        try marked(mark, family, by: "nft -f - <<'END'\ntable inet m {\n\(rules)\n}\nEND")
    }

    private static func early(_ rules: String) -> String {
        "chain early { type filter hook prerouting priority -150;\n\(rules)\n}"
    }

    @Test("An address, a protocol and a port, or only some of them; and nothing of rules that set another mark")
    func plain() throws {
        let rules = Self.early(
            """
            ip daddr 10.0.0.100 tcp dport 80 meta mark set 7
            ip saddr 10.1.1.1 ip daddr 10.0.0.101 meta mark set 7
            udp dport 53 meta mark set 7
            ip6 daddr 2001:db8::100 sctp dport 9 meta mark set 7
            ip daddr 10.0.0.99 tcp dport 99 meta mark set 8
            ip daddr 10.2.0.0/17 meta mark set 9
            """)
        let found = try marked(7, byNFT: rules)
        #expect(found == ["tcp 10.0.0.100 80", "* 10.0.0.101 *", "udp * 53"])
        #expect(try marked(7, .ipv6, byNFT: rules) == ["udp * 53", "sctp 2001:db8::100 9"])
        #expect(try marked(9, byNFT: rules) == ["* * *"])
        #expect(try marked(6, byNFT: rules) == [])
    }

    @Test("Sets, ranges, sets of several fields, and maps, of which only what has the mark")
    func sets() throws {
        let rules =
            "map vips { type ipv4_addr . inet_service : mark; elements = { 10.0.0.1 . 80 : 7, 10.0.0.2 . 81 : 8, 10.0.0.3 . 82 : 7 }; }\n"
            + Self.early(
                """
                ip daddr { 10.0.0.100, 10.0.0.101 } tcp dport { 80, 443 } meta mark set 5
                ip daddr . tcp dport { 10.0.0.102 . 8080 } meta mark set 5
                tcp dport 90-92 meta mark set 6
                ip daddr != { 10.0.0.100 } tcp dport != 80 meta mark set 4
                meta mark set ip daddr . tcp dport map @vips
                """)
        #expect(
            try marked(5, byNFT: rules) == [
                "tcp 10.0.0.100 80", "tcp 10.0.0.100 443", "tcp 10.0.0.101 80", "tcp 10.0.0.101 443",
                "tcp 10.0.0.102 8080",
            ])
        #expect(try marked(6, byNFT: rules).contains("tcp * 90"))
        #expect(try marked(4, byNFT: rules).contains("tcp * *"))
        #expect(try marked(7, byNFT: rules).isSuperset(of: ["tcp 10.0.0.1 80", "tcp 10.0.0.3 82"]))
        #expect(try !marked(7, byNFT: rules).contains("tcp 10.0.0.2 81"))
    }

    @Test("Rules in chains that others jump to, by verdict maps too")
    func jumps() throws {
        let rules = """
            chain seven { tcp dport 80 meta mark set 7; }
            chain eight { meta mark set 8; }
            chain between { ip daddr 10.0.0.100 jump seven; }

            """
            + Self.early(
                "iifname \"eth0\" jump between\nip daddr vmap { 10.0.0.101 : jump eight, 10.0.0.102 : accept }")
        #expect(try marked(7, byNFT: rules) == ["tcp 10.0.0.100 80"])
        #expect(try marked(8, byNFT: rules) == ["* 10.0.0.101 *"])
    }

    @Test("After IPVS, marks do not matter")
    func late() throws {
        let rules = "chain late { type filter hook forward priority 0; tcp dport 80 meta mark set 7; }"
        #expect(try marked(7, byNFT: rules) == [])
    }

    @Test(
        "Of iptables, nft and legacy, with ports of matches", .needsTool("iptables-legacy"),
        arguments: ["nft", "legacy"])
    func iptables(_ variant: String) throws {
        let rules = [
            "-N WEB", "-A PREROUTING -d 10.0.0.100 -p tcp --dport 80 -j MARK --set-mark 7",
            "-A PREROUTING -p tcp -m multiport --dports 443,8443 -j MARK --set-mark 7",
            "-A PREROUTING ! -d 10.0.0.9 -p udp ! --dport 5 -j MARK --set-mark 6",
            "-A PREROUTING -d 10.0.0.103 -j WEB", "-A WEB -p tcp --dport 81 -j MARK --set-mark 5",
            "-A FORWARD -d 10.0.0.7 -j MARK --set-mark 7",
        ]
        let commands = rules.map { "iptables-\(variant) -t mangle \($0)" }.joined(separator: "; ")
        #expect(try marked(7, by: commands) == ["tcp 10.0.0.100 80", "tcp * 443", "tcp * 8443"])
        #expect(try marked(6, by: commands) == ["udp * *"])
        #expect(try marked(5, by: commands) == ["tcp 10.0.0.103 81"])
        let six = "ip6tables-\(variant) -t mangle -A PREROUTING -d 2001:db8::100 -p tcp --dport 80 -j MARK --set-mark 7"
        #expect(try marked(7, .ipv6, by: six) == ["tcp 2001:db8::100 80"])
        #expect(try marked(7, .ipv4, by: six) == [])
    }

    @Test(
        "Sets of ipset, in the direction in which a rule looks into them", .needsTool("ipset"),
        arguments: ["nft", "legacy"])
    func ipsets(_ variant: String) throws {
        func marked(_ rule: String) throws -> Set<String> {
            try self.marked(
                7,
                by: """
                    ipset create gone hash:ip
                    ipset create vips hash:ip; ipset add vips 10.0.0.100; ipset add vips 10.0.0.101
                    ipset create web hash:ip,port; ipset add web 10.0.0.102,tcp:80; ipset add web 10.0.0.103,udp:53
                    ipset create ports bitmap:port range 0-1023; ipset add ports 443
                    ipset create nets hash:net,port; ipset add nets 10.1.0.0/16,tcp:90; ipset add nets 10.0.0.104,sctp:91
                    ipset create pairs hash:ip,port,ip; ipset add pairs 10.9.9.9,tcp:70,10.0.0.105
                    ipset destroy gone
                    iptables-\(variant) -t mangle -A PREROUTING \(rule) -j MARK --set-mark 7
                    """)
        }
        #expect(
            try marked("-p tcp --dport 80 -m set --match-set vips dst") == ["tcp 10.0.0.100 80", "tcp 10.0.0.101 80"])
        #expect(try marked("-m set --match-set web dst,dst") == ["tcp 10.0.0.102 80", "udp 10.0.0.103 53"])
        #expect(try marked("-m set --match-set web dst,src") == ["* 10.0.0.102 *", "* 10.0.0.103 *"])
        #expect(
            try marked("-p tcp -m set --match-set vips dst -m set --match-set ports dst") == [
                "tcp 10.0.0.100 443", "tcp 10.0.0.101 443",
            ])
        #expect(try marked("-m set --match-set nets dst,dst") == ["tcp * 90", "sctp 10.0.0.104 91"])
        #expect(try marked("-m set --match-set pairs src,dst,dst") == ["tcp 10.0.0.105 70"])
        for rule in ["-m set --match-set vips src", "-m set ! --match-set vips dst"] {
            let found = try marked(rule)
            #expect(found == ["* * *"], "\(rule)")
        }
    }

    @Test("All ports that any rule names")
    func ports() throws {
        let all = try inFreshNamespace {
            for words in ["table inet f", "chain inet f i", "rule inet f i tcp dport 8080 accept"] {
                _ = try Tool.run("nft add \(words)")
            }
            return NamedDestinations(try Ruleset(reading: LiveKernel()), [], []).all
        }
        #expect(all.compactMap(\.port) == [8080])
    }
}

extension DestinationHint {
    fileprivate var words: String {
        [`protocol`?.description, address?.description, port.map(String.init)].map { $0 ?? "*" }.joined(separator: " ")
    }
}
