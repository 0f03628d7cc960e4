import Addresses
import Advice
import CNetlink
import Collection
import Conntrack
import Firewall
import Foundation
import IPVS
import Inspection
import Netlink
import Sandbox
import TestSupport
import Testing

/// What a director with a packet filter is advised to do, by the program's own readers: only IPVS's services are a test's.
private struct Advised {
    let fixes: [Fix]
    let obstacles: [AdviceReport.Obstacle]
    let settings: [Remedy.Setting]

    init(
        _ filter: String, settings: [String: String] = [Sysctls.ipvsConntrack: "0", Sysctls.tcpLoose: "1"],
        format: FixFormat? = nil, method: ForwardingMethod = .dr, families: [IPAddress.Family] = [.ipv4, .ipv6],
        prepare: @escaping @Sendable () throws -> Void = {}
    ) throws {
        let services = try Director(":").services.filter { families.contains($0.identity.family) }.map { service in
            var service = service
            for index in service.destinations.indices { service.destinations[index].method = .dr }
            if method != .dr, let first = service.destinations.first {
                var other = first
                other.method = method
                service.destinations.append(other)
            }
            return service
        }
        self = try inFreshNamespace {
            let outcome = try Tool.outcome(of: "/usr/bin/env", ["bash", "-ec", Director.network + "\n" + filter])
            guard outcome.status == 0 else { throw Director.Failed(description: outcome.errors) }
            try prepare()
            let kernel = LiveKernel()
            var director = try CheckedDirector(reading: kernel)
            director.facts.services = .known(services)
            director.facts.sysctls.values = settings
            guard let trial = try director.tryFilter(reading: kernel) else {
                throw Director.Failed(description: "no trial")
            }
            let checks = CheckReport(Check.filterChecksOnly, of: director.facts)
            guard let advisor = Advisor(trial, director.facts, checks.findings, format: format) else {
                return Advised(fixes: [], obstacles: [], settings: [])
            }
            let (fixes, obstacles) = advisor.advice()
            return Advised(fixes: fixes, obstacles: obstacles, settings: advisor.settings)
        }
    }

    private init(fixes: [Fix], obstacles: [AdviceReport.Obstacle], settings: [Remedy.Setting]) {
        (self.fixes, self.obstacles, self.settings) = (fixes, obstacles, settings)
    }

    subscript(kind: Fix.Kind) -> Fix? { fixes.first { $0.kind == kind } }
}

extension Check {
    fileprivate static var filterChecksOnly: [Check] {
        ["invalid-dropped", "icmp-not-accepted", "icmpv6-ptb"].compactMap(Check.named)
    }
}

@Suite("Advice proven in the sandbox", .needsRoot, .needsTool("nft"))
struct AdviceTests {
    private static func nft(_ input: String) -> String {
        """
        nft -f - <<'END'
        table inet filter {
            set blocked { type ipv4_addr; elements = { 198.51.100.1 } }
            chain log-and-drop {
                drop
            }
            chain input {
                type filter hook input priority filter; policy drop;
                \(input)
            }
        }
        END
        """
    }

    /// Both kinds of fixes, proven.
    private func expectBoth(_ advised: Advised, _ comment: Comment? = nil) throws -> (accept: Fix, notrack: Fix) {
        #expect(advised.obstacles == [], comment)
        let accept = try #require(advised[.accept], comment)
        let notrack = try #require(advised[.notrack], comment)
        for fix in [accept, notrack] {
            #expect(fix.proof.result == .proven, comment)
            #expect(fix.proof.packets.allSatisfy { $0.passes })
            #expect(fix.proof.packets.contains { !$0.hadPassed })
            #expect(!fix.proof.closed.isEmpty && fix.proof.closed.allSatisfy { $0.passes == $0.hadPassed })
        }
        return (accept, notrack)
    }

    @Test("nft: the jump comes before the rule that drops INVALID, which others before it precede")
    func nft() throws {
        let advised = try Advised(
            Self.nft(
                """
                ip saddr @blocked drop
                ct state established,related accept
                ct state invalid drop
                tcp dport 80 accept
                meta l4proto ipv6-icmp accept
                """))
        let (accept, notrack) = try expectBoth(advised)
        #expect(accept.apply.last == "nft 'insert rule inet filter input index 2 ct state invalid jump lvs-invalid'")
        #expect(accept.persist.map(\.file) == ["/etc/nftables.conf"])
        #expect(notrack.undo.last == "nft 'delete table inet lvs-notrack'")
    }

    @Test("A chain that logs and drops for others, too, stays as it is: the jump comes before the rule about INVALID")
    func sharedChain() throws {
        let advised = try Advised(
            Self.nft(
                """
                ip saddr @blocked jump log-and-drop
                ct state invalid goto log-and-drop
                tcp dport 80 accept
                icmp type destination-unreachable accept
                """), families: [.ipv4])
        let (accept, _) = try expectBoth(advised)
        #expect(accept.apply.last == "nft 'insert rule inet filter input index 1 ct state invalid jump lvs-invalid'")
    }

    @Test("A policy drops what is neither NEW nor ESTABLISHED: the jump is the chain's last rule")
    func policy() throws {
        let advised = try Advised(
            Self.nft("ct state established,related accept\ntcp dport 80 ct state new accept"), families: [.ipv4])
        let (accept, notrack) = try expectBoth(advised)
        #expect(accept.apply.last == "nft 'add rule inet filter input ct state invalid jump lvs-invalid'")
        // Packets that are not tracked are not NEW either.
        #expect(notrack.apply.last == "nft 'add rule inet filter input ct state untracked jump lvs-untracked'")
    }

    @Test("INVALID is dropped in two tables: both get their chain")
    func twoTables() throws {
        let mangle = "iptables-nft -t mangle -A PREROUTING -m conntrack --ctstate INVALID -j DROP"
        let input = Self.nft("ct state invalid drop\ntcp dport 80 accept\nmeta l4proto icmp accept")
        let (accept, _) = try expectBoth(try Advised(mangle + "\n" + input, families: [.ipv4]))
        #expect(
            accept.apply.contains(
                "iptables-nft -t mangle -I PREROUTING 1 -m conntrack --ctstate INVALID -j lvs-invalid"))
        #expect(accept.apply.contains { $0.hasPrefix("nft 'insert rule inet filter input index 0") })
    }

    @Test("iptables-nft, with IPv6")
    func iptables() throws {
        let filter = ["iptables-nft", "ip6tables-nft"].map { program in
            """
            \(program) -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
            \(program) -A INPUT -m conntrack --ctstate INVALID -j DROP
            \(program) -A INPUT -p tcp --dport 80 -j ACCEPT
            \(program) -A INPUT -j REJECT
            """
        }.joined(separator: "\n")
        let (accept, notrack) = try expectBoth(try Advised(filter))
        #expect(accept.persist.map(\.file) == ["/etc/iptables/rules.v4", "/etc/iptables/rules.v6"])
        // What is not tracked meets the rule that rejects the rest, if it is an error.
        #expect(notrack.apply.contains("iptables-nft -I INPUT 4 -m conntrack --ctstate UNTRACKED -j lvs-untracked"))
    }

    @Test("iptables-legacy", .needsTool("iptables-legacy"))
    func legacy() throws {
        let filter = """
            iptables-legacy -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
            iptables-legacy -A INPUT -m conntrack --ctstate INVALID -j DROP
            iptables-legacy -A INPUT -p tcp --dport 80 -j ACCEPT
            iptables-legacy -A INPUT -p icmp -j ACCEPT
            iptables-legacy -P INPUT DROP
            """
        let (accept, notrack) = try expectBoth(try Advised(filter, families: [.ipv4]))
        #expect(accept.apply.last == "iptables-legacy -I INPUT 2 -m conntrack --ctstate INVALID -j lvs-invalid")
        #expect(notrack.apply.first == "iptables-legacy -t raw -N lvs-notrack")
    }

    @Test("UFW's own rules", .needsTool("ufw"))
    func ufw() throws {
        try inTemporaryFolder { folder in
            let (accept, notrack) = try expectBoth(
                try Advised("unshare -m sh -c '\(UFW.enabling)' \(folder) > /dev/null"))
            let files = ["/etc/ufw/before.rules", "/etc/ufw/before6.rules"]
            #expect(accept.persist.map(\.file) == files)
            #expect(notrack.persist.map(\.file).starts(with: files))
            #expect(accept.persist.allSatisfy { $0.reload == ["ufw reload"] })
        }
    }

    @Test("firewalld's own rules: only without tracking", .needsTool("firewalld"))
    func firewalld() throws {
        try inTemporaryFolder { folder in
            let advised = try Advised("unshare -m sh -c '\(Firewalld.enabling)' \(folder) > /dev/null")
            #expect(advised[.accept] == nil)
            #expect(advised.obstacles.map(\.kind) == [.accept])
            let notrack = try #require(advised[.notrack])
            #expect(notrack.proof.result == .proven)
            #expect(notrack.persist.map(\.file) == ["/etc/lvs-notrack.nft", "/etc/systemd/system/lvs-notrack.service"])
            #expect(!notrack.apply.contains { $0.contains("firewalld") })
        }
    }

    @Test("ACKs are INVALID because entries are confirmed: the setting belongs to the fix")
    func confirmed() throws {
        let filter = Self.nft("ct state invalid drop\ntcp dport 80 accept\nmeta l4proto { icmp, ipv6-icmp } accept")
        let advised = try Advised(filter, settings: [Sysctls.ipvsConntrack: "1", Sysctls.tcpLoose: "1"])
        let (accept, notrack) = try expectBoth(advised)
        #expect(accept.apply.first == "sysctl -w net.ipv4.vs.conntrack=0")
        #expect(accept.undo.last == "sysctl -w net.ipv4.vs.conntrack=1")
        #expect(!notrack.apply.contains { $0.hasPrefix("sysctl") })
    }

    @Test("A service with NAT destinations, too, must be tracked")
    func alsoNAT() throws {
        let filter = Self.nft("ct state invalid drop\ntcp dport 80 accept\nmeta l4proto { icmp, ipv6-icmp } accept")
        let advised = try Advised(filter, method: .nat)
        #expect(advised[.accept]?.proof.result == .proven)
        #expect(advised.obstacles.map(\.kind) == [.notrack])
    }

    @Test("Names that are no words of nft's language become no commands")
    func hostileNames() throws {
        let advised = try Advised("", families: [.ipv4]) {
            var writer = TableWriter(.inet, "x; flush ruleset; add table inet x")
            writer.baseChain("in'$(touch /tmp/owned)", at: .localIn, priority: 0)
            writer.rule(in: "in'$(touch /tmp/owned)", .ctState(.invalid), .verdict(.drop))
            let refusals = try Transaction.send(writer.messages, to: NFNL_SUBSYS_NFTABLES, for: "make a table")
            #expect(refusals.isEmpty)
        }
        #expect(advised[.accept] == nil)
        #expect(advised.obstacles.map(\.kind) == [.accept])
        // It needs no name of the director's.
        let notrack = try #require(advised[.notrack])
        #expect(notrack.proof.result == .proven)
        #expect(!(notrack.apply + notrack.undo + notrack.persist.flatMap(\.lines)).contains { $0.contains("owned") })
    }

    @Test("Nothing is dropped: there is nothing to advise")
    func fine() throws {
        let advised = try Advised("")
        #expect(advised.fixes == [] && advised.obstacles == [])
    }
}
