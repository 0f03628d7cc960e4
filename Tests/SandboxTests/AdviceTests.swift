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
        let (accept, notrack) = try advised.bothProven()
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
        let (accept, _) = try advised.bothProven()
        #expect(accept.apply.last == "nft 'insert rule inet filter input index 1 ct state invalid jump lvs-invalid'")
    }

    @Test("A policy drops what is neither NEW nor ESTABLISHED: the jump is the chain's last rule")
    func policy() throws {
        let advised = try Advised(
            Self.nft("ct state established,related accept\ntcp dport 80 ct state new accept"), families: [.ipv4])
        let (accept, notrack) = try advised.bothProven()
        #expect(accept.apply.last == "nft 'add rule inet filter input ct state invalid jump lvs-invalid'")
        // Packets that are not tracked are not NEW either.
        #expect(notrack.apply.last == "nft 'add rule inet filter input ct state untracked jump lvs-untracked'")
    }

    private static let openings = "tcp dport 80 tcp flags & (fin | syn | rst | ack) == syn ct state new accept"

    @Test("ACKs dropped as NEW: no rule about INVALID is a fix, notrack is; where they pass there is nothing to fix")
    func newACKs() throws {
        let filter = Self.nft("ct state established,related,invalid accept\n" + Self.openings)
        let advised = try Advised(filter, families: [.ipv4])
        #expect(advised.fixes.map(\.kind) == [.notrack] && advised.obstacles.map(\.kind) == [.accept])
        #expect(advised[.notrack]?.findings == [.acksDropped] && advised[.notrack]?.proof.result == .proven)
        let open = try Advised(
            Self.nft("ct state established,related,invalid accept\ntcp dport 80 ct state new accept"),
            families: [.ipv4])
        #expect(open.fixes == [] && open.obstacles == [])
    }

    @Test("FireHOL's way, INVALID and NEW ACKs in one rule: both are found, and one fix is for both")
    func newAndInvalid() throws {
        let filter = """
            iptables-nft -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
            iptables-nft -A INPUT -p tcp -m tcp --tcp-flags ACK ACK -m conntrack --ctstate INVALID,NEW -j DROP
            iptables-nft -A INPUT -p tcp --dport 80 -j ACCEPT
            """
        let notrack = try #require(try Advised(filter, families: [.ipv4])[.notrack])
        #expect(notrack.findings.contains(.acksDropped) && notrack.findings.contains(.invalidDropped))
        #expect(notrack.proof.result == .proven)
    }

    @Test("INVALID is dropped in two tables: both get their chain")
    func twoTables() throws {
        let mangle = "iptables-nft -t mangle -A PREROUTING -m conntrack --ctstate INVALID -j DROP"
        let input = Self.nft("ct state invalid drop\ntcp dport 80 accept\nmeta l4proto icmp accept")
        let (accept, _) = try Advised(mangle + "\n" + input, families: [.ipv4]).bothProven()
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
        let (accept, notrack) = try Advised(filter).bothProven()
        #expect(accept.persist.map(\.file) == ["/etc/iptables/rules.v4", "/etc/iptables/rules.v6"])
        // What is not tracked meets the rule that rejects the rest, if it is an error.
        #expect(notrack.apply.contains("iptables-nft -I INPUT 4 -m conntrack --ctstate UNTRACKED -j lvs-untracked"))
    }

    @Test(
        "Rules that use sets of ipset are proven like others, and undone", .needsTool("ipset"),
        arguments: ["iptables-nft", "iptables-legacy"])
    func sets(_ program: String) throws {
        let filter = """
            ipset create vips hash:ip; ipset add vips \(Director.vip)
            \(program) -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
            \(program) -A INPUT -m conntrack --ctstate INVALID -m set --match-set vips dst -j DROP
            \(program) -A INPUT -p tcp -m set --match-set vips dst --dport 80 -j ACCEPT
            \(program) -A INPUT -p icmp -j ACCEPT
            \(program) -P INPUT DROP
            """
        let fixes = try Advised(filter, families: [.ipv4]).bothProven()
        #expect(fixes.accept.apply.last?.contains(" -I INPUT 2 ") == true, "\(fixes.accept.apply)")
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
        let (accept, notrack) = try Advised(filter, families: [.ipv4]).bothProven()
        #expect(accept.apply.last == "iptables-legacy -I INPUT 2 -m conntrack --ctstate INVALID -j lvs-invalid")
        #expect(notrack.apply.first == "iptables-legacy -t raw -N lvs-notrack")
    }

    @Test("UFW's own rules", .needsTool("ufw"))
    func ufw() throws {
        try inTemporaryFolder { folder in
            let (accept, notrack) = try Advised("unshare -m sh -c '\(UFW.enabling)' \(folder) > /dev/null").bothProven()
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
            // What flushes all tables has this one loaded again.
            let unit = try #require(notrack.persist.last).lines
            for line in ["After", "PartOf", "ReloadPropagatedFrom"] {
                #expect(unit.contains("\(line)=nftables.service"))
            }
            #expect(unit.contains("ExecReload=/usr/sbin/nft -f /etc/lvs-notrack.nft"))
        }
    }

    @Test("ACKs are INVALID because entries are confirmed: the setting belongs to the fix")
    func confirmed() throws {
        let filter = Self.nft("ct state invalid drop\ntcp dport 80 accept\nmeta l4proto { icmp, ipv6-icmp } accept")
        let advised = try Advised(filter, settings: [Sysctls.ipvsConntrack: "1", Sysctls.tcpLoose: "1"])
        let (accept, notrack) = try advised.bothProven()
        #expect(accept.apply.first == "sysctl -w net.ipv4.vs.conntrack=0")
        #expect(accept.undo.last == "sysctl -w net.ipv4.vs.conntrack=1")
        #expect(!notrack.apply.contains { $0.hasPrefix("sysctl") })
    }

    @Test("SCTP, of which a client's chunks are INVALID without an entry, is accepted to its service")
    func sctp() throws {
        let rules = "ct state established,related accept; ct state invalid drop; sctp dport 80 accept"
        let (accept, notrack) = try Advised(Self.nft(rules), protocol: .sctp).bothProven()
        #expect(accept.apply.contains { $0.contains("ip daddr \(Director.vip) sctp dport 80 accept") })
        #expect(notrack.apply.contains { $0.contains("sctp dport 80 notrack") })
    }

    @Test("A service by mark: packets are accepted to where they get it, or not tracked there")
    func mark() throws {
        let marking = """
            nft -f - <<'END'
            table ip m {
                chain p { type filter hook prerouting priority mangle; ip daddr \(Director.vip) tcp dport { 80, 443 } meta mark set 7; }
            }
            END

            """
        let filter = Self.nft("ct state invalid drop\ntcp dport { 80, 443 } accept\nmeta l4proto icmp accept")
        let (accept, notrack) = try Advised(marking + filter, families: [.ipv4], mark: 7).bothProven()
        for port in [80, 443] {
            #expect(
                accept.apply.contains { $0.contains("ip daddr \(Director.vip) tcp dport \(port)") }, "\(accept.apply)")
            #expect(notrack.apply.contains { $0.contains("\(port)") }, "\(notrack.apply)")
        }
    }

    @Test("A service with NAT destinations, too, must be tracked")
    func alsoNAT() throws {
        let filter = Self.nft("ct state invalid drop\ntcp dport 80 accept\nmeta l4proto { icmp, ipv6-icmp } accept")
        // Its answers must get through, too.
        let forwards = "sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1\n"
        let advised = try Advised(forwards + filter, method: .nat)
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
