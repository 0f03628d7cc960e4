import Foundation
import Netlink
import SystemPackage
import TestSupport
import Testing

@testable import Firewall

@Suite("A copy of a ruleset in another namespace", .needsRoot, .needsTool("nft"))
struct RulesetCopyTests {
    private struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    private struct Listed: Sendable {
        var text: String
        var missing: [String]
    }

    /// What nft lists where the ruleset was made by shell commands, and where it was copied.
    private func listings(_ script: String, list: String) throws -> (made: String, copy: Listed) {
        let (made, ruleset) = try inFreshNamespace {
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", script])
            guard outcome.status == 0 else { throw Refused(description: outcome.errors) }
            return (try Tool.run(list), try Ruleset(reading: LiveKernel()))
        }
        let copy = try inFreshNamespace {
            let missing = try RulesetCopy(of: ruleset, into: LiveKernel()).missing
            return Listed(
                text: try Tool.run(list), missing: missing.map { "\($0.object.description): \($0.why.description)" })
        }
        return (made, copy)
    }

    private func expectEqual(
        _ script: String, list: String = "nft -s list ruleset", contains words: String...
    ) throws {
        let (made, copy) = try listings(script, list: list)
        #expect(copy.missing == [])
        // iptables-save has the time in a comment.
        func rules(_ text: String) -> [Substring] { text.split(separator: "\n").filter { !$0.hasPrefix("#") } }
        #expect(rules(copy.text) == rules(made))
        for word in words { #expect(made.contains(word)) }
    }

    @Test("nft's rules, with sets, maps, objects and anonymous sets, are listed alike")
    func nft() throws {
        try expectEqual(
            """
            nft -f - <<'END'
            table inet guard {
                comment "ours";
                counter seen {
                }
                limit few {
                    rate 10/second burst 3 packets
                }
                set blocked { type ipv4_addr; flags interval; elements = { 192.0.2.0/24, 198.51.100.1-198.51.100.9 }; }
                set recent { type ipv4_addr . inet_service; size 1000; flags dynamic,timeout; timeout 1m; }
                map ports { type inet_service : verdict; elements = { 22 : accept, 23 : jump closed }; }
                map counted { type ipv4_addr : counter; elements = { 10.0.0.1 : "seen" }; }
                chain closed {
                    drop
                }
                chain early {
                    type filter hook prerouting priority raw; policy accept;
                    notrack
                }
                chain input {
                    type filter hook input priority filter; policy drop;
                    ct state vmap { established : accept, related : accept, invalid : drop }
                    ip saddr @blocked counter name "seen" drop comment "reported"
                    ip saddr . tcp dport { 10.0.0.1 . 80, 10.0.0.2 . 443 } accept
                    tcp dport 8080 add @recent { ip saddr . tcp dport limit rate 5/minute } accept
                    tcp dport vmap @ports
                    counter name ip saddr map @counted
                    limit name "few" log prefix "rest " drop
                }
                chain out {
                    type nat hook postrouting priority srcnat; policy accept;
                    oifname "eth0" masquerade
                }
            }
            table ip6 six {
                chain input {
                    type filter hook input priority 10; policy accept;
                    icmpv6 type { destination-unreachable, packet-too-big, time-exceeded } accept
                }
            }
            END
            """, contains: "vmap", "@recent", "masquerade")
    }

    private static let iptables = """
        for program in iptables-nft ip6tables-nft; do
            $program -P INPUT DROP
            $program -N mine
            $program -A INPUT -m conntrack --ctstate INVALID -j DROP
            $program -A INPUT -p tcp -m multiport --dports 80,443 -m comment --comment "pages" -j ACCEPT
            $program -A INPUT -p tcp -m tcp ! --syn -m limit --limit 3/min -j LOG --log-prefix "odd "
            $program -A INPUT ! -p udp -m mark --mark 7 -j mine
            $program -A mine -p tcp -j REJECT --reject-with tcp-reset
            $program -t raw -A PREROUTING -p udp --dport 53 -j CT --notrack
            $program -t mangle -A PREROUTING -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400
        done
        """

    @Test(
        "Rules of iptables-nft, whose matches must know the protocol, are listed alike by nft and by iptables-save",
        .needsTool("iptables-nft"),
        arguments: [
            ("nft -s list ruleset", "ct state invalid"), ("iptables-nft-save", "--ctstate INVALID"),
            ("ip6tables-nft-save", "--reject-with tcp-reset"),
        ])
    func iptables(list: String, word: String) throws {
        try expectEqual(Self.iptables, list: list, contains: word)
    }

    @Test("UFW's own rules are listed alike", .needsTool("ufw"))
    func ufw() throws {
        try inTemporaryFolder { folder in
            try expectEqual(
                "unshare -m sh -c '\(UFW.enabling)' \(folder) > /dev/null", contains: "ufw-before-input")
        }
    }

    @Test("Ten thousand rules and a hundred sets are copied whole")
    func large() throws {
        let sets =
            "for set in $(seq 0 99); do echo \"add set ip big s$set { type ipv4_addr; }\"; echo \"add element ip big s$set { $(seq -s, -f 10.$set.0.%g 1 100) }\"; done"
        let rules =
            "for rule in $(seq 1 10000); do echo \"add rule ip big input ip saddr @s$((rule % 100)) tcp dport { $rule, $((rule + 1)) } drop\"; done"
        try expectEqual(
            "{ echo add table ip big; echo add chain ip big input; \(sets); \(rules); } | nft -f -", contains: "@s99")
    }

    @Test("What the kernel does not accept is named, and the rest is copied")
    func missing() throws {
        var ruleset = try inFreshNamespace {
            try Tool.run("nft add table inet guard; add chain inet guard input; add chain inet guard other")
            for rule in ["counter", "tcp dport { 80, 443 } quota 9 bytes", "tcp dport { 22, 23 } accept"] {
                try Tool.run("nft add rule inet guard input \(rule)")
            }
            return try Ruleset(reading: LiveKernel())
        }
        // As if it came from a kernel with an expression that this one lacks.
        let name = Array("quota".utf8)
        for rule in ruleset[.rule].indices {
            var bytes = ruleset[.rule][rule].attributes
            if let place = bytes.indices.first(where: { bytes[$0...].starts(with: name) }) { bytes[place] = 0x78 }
            ruleset[.rule][rule].attributes = bytes
        }
        let (missing, text) = try inFreshNamespace { [ruleset] in
            (try RulesetCopy(of: ruleset, into: LiveKernel()).missing, try Tool.run("nft -s list ruleset"))
        }
        #expect(missing.map(\.object.description) == ["rule inet guard input"])
        #expect(missing.map(\.why.errno) == [.noSuchFileOrDirectory])
        #expect(text.contains("counter\n\t\ttcp dport { 22, 23 } accept") && text.contains("chain other"), "\(text)")
    }

    @Test("An anonymous set that fills a transaction by itself is copied, too")
    func largeSet() throws {
        let addresses = "$(for a in $(seq 0 59); do seq -s, -f 10.1.$a.%g 1 250; done | paste -sd,)"
        try expectEqual(
            "echo \"table ip big { chain input { ip saddr { \(addresses) } drop; }; }\" > \"$TMPDIR/rules\"; nft -f \"$TMPDIR/rules\"",
            contains: "10.1.59.250")
    }

    @Test("Where there are rules already, nothing is copied")
    func occupied() throws {
        let listed = try inFreshNamespace {
            try Tool.run("nft add table inet guard; add chain inet guard input; add rule inet guard input accept")
            let ruleset = try Ruleset(reading: LiveKernel())
            let before = try Tool.run("nft list ruleset")
            #expect(throws: KernelError.self) { try RulesetCopy(of: ruleset, into: LiveKernel()) }
            return [before, try Tool.run("nft list ruleset")]
        }
        #expect(listed[0] == listed[1] && listed[0].contains("accept"))
    }

    @Test("A transaction that is refused as a whole says so, and one with nothing is accepted")
    func whole() throws {
        let error: KernelError? = try inFreshNamespace {
            let nothing = try Transaction.send([], to: 10, for: "do nothing")
            #expect(nothing.isEmpty)
            let request = Request.netfilter("ask", subsystem: 10, message: 0, flags: 0)
            // NFNL_SUBSYS_CTNETLINK knows no transactions.
            do throws(KernelError) { _ = try Transaction.send([request], to: 1, for: "try it") } catch { return error }
            return nil
        }
        #expect(error?.asked == "try it")
    }

    @Test("Rules of a chain that was refused are named with it, however many there are")
    func missingChain() throws {
        var ruleset = try inFreshNamespace {
            let rules = (0..<3000).map { "add rule ip guard input tcp dport \($0 + 1) drop\n" }.joined()
            try inTemporaryFolder { folder in
                let commands = "add table ip guard\nadd chain ip guard input\nadd chain ip guard other\n" + rules
                try Data((commands + "add rule ip guard other accept\n").utf8).write(
                    to: URL(fileURLWithPath: folder + "/rules"))
                try Tool.run("nft -f \(folder)/rules")
            }
            return try Ruleset(reading: LiveKernel())
        }
        // As if its chain had been refused.
        ruleset[.chain] = ruleset[.chain].filter { $0.name == "other" }
        let (missing, text) = try inFreshNamespace { [ruleset] in
            (try RulesetCopy(of: ruleset, into: LiveKernel()).missing, try Tool.run("nft -s list ruleset"))
        }
        #expect(missing.count == 3000 && missing.allSatisfy { $0.object.name == "input" })
        #expect(text.contains("chain other {\n\t\taccept"))
    }

    @Test("Without the capability it is forbidden")
    func forbidden() throws {
        let ruleset = try inFreshNamespace {
            try Tool.run("nft add table inet guard")
            return try Ruleset(reading: LiveKernel())
        }
        let cause: KernelError.Cause? = try inFreshNamespace {
            try dropCapabilities()
            do throws(KernelError) { _ = try RulesetCopy(of: ruleset, into: LiveKernel()) } catch { return error.cause }
            return nil
        }
        #expect(cause == .forbidden)
    }
}
