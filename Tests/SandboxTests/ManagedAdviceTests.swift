import Addresses
import Advice
import Firewall
import Foundation
import Inspection
import TestSupport
import Testing

/// Rules that the real packages of managers made: see `Tests/Fixtures/firewalls/ORIGIN.md`.
@Suite("Advice beside rules that managers make again", .needsRoot, .needsTool("nft"))
struct ManagedAdviceTests {
    private static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../Fixtures/firewalls"

    /// Loads the table filter as a package made it.
    private static func restored(_ name: String, by program: String = "iptables-nft-restore") -> String {
        "\(program) -T filter < '\(folder)/\(name).iptables'"
    }

    /// An administrator's own rules, in the same table.
    private static let ownRules = """

        iptables-nft -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
        iptables-nft -A INPUT -m conntrack --ctstate INVALID -j DROP
        iptables-nft -A INPUT -p tcp --dport 80 -j ACCEPT
        iptables-nft -A INPUT -p icmp -j ACCEPT
        """

    private func advised(_ filter: String) throws -> Advised { try Advised(filter, families: [.ipv4]) }

    @Test(
        "Docker in the table: a rule of one's own gets its fix, and Docker its chains again after the file was loaded")
    func docker() throws {
        let (accept, notrack) = try advised(Self.restored("docker") + Self.ownRules).bothProven()
        #expect(accept.apply.last == "iptables-nft -I INPUT 2 -m conntrack --ctstate INVALID -j lvs-invalid")
        #expect(accept.persist.map(\.reload) == [["netfilter-persistent reload", "systemctl restart docker"]])
        // Docker has no rules in raw, but the file is loaded as a whole.
        #expect(notrack.persist.map(\.reload) == [["netfilter-persistent reload", "systemctl restart docker"]])
    }

    @Test("Docker beside UFW: the fix is UFW's", .needsTool("ufw"))
    func dockerBesideUFW() throws {
        try inTemporaryFolder { folder in
            let ufw = "unshare -m sh -c '\(UFW.enabling)' \(folder) > /dev/null\n"
            let docker = Self.restored("docker", by: "iptables-nft-restore --noflush")
            let (accept, notrack) = try advised(ufw + docker).bothProven()
            #expect(accept.persist.map(\.file) == ["/etc/ufw/before.rules"])
            #expect(accept.persist.map(\.reload) == [["ufw reload"]])
            #expect(notrack.persist.first?.file == "/etc/ufw/before.rules")
        }
    }

    @Test("kube-proxy's chains in the table do not stand in the way of a fix elsewhere")
    func kubeProxy() throws {
        let chains = "iptables-nft -N KUBE-FORWARD\niptables-nft -A FORWARD -j KUBE-FORWARD"
        let (accept, _) = try advised(chains + Self.ownRules).bothProven()
        #expect(accept.persist.map(\.reload) == [["netfilter-persistent reload"]])
    }

    @Test(
        "Shorewall and FireHOL flush all tables: it is said what to set there, and with that set nothing is found",
        .needsTool("iptables-legacy"),
        arguments: [
            ("shorewall", "iptables-nft-restore", "?SECTION INVALID of /etc/shorewall/rules"),
            ("firehol", "iptables-legacy-restore", "before the first interface of /etc/firehol/firehol.conf"),
        ])
    func flushing(name: String, program: String, place: String) throws {
        let advised = try advised(Self.restored(name, by: program))
        #expect(advised.fixes == [])
        #expect(advised.obstacles.map(\.kind) == [.accept, .notrack])
        for obstacle in advised.obstacles {
            #expect(obstacle.why.hasPrefix("\(name) makes these rules again: ") && obstacle.why.contains(place))
        }
        let set = try self.advised(Self.restored("\(name)-accepting", by: program))
        #expect(set.fixes == [] && set.obstacles == [] && set.doubt == nil)
    }

    /// Before all rules that are there, as its own script for that does.
    private static let atTheTop = """

        iptables-nft -I INPUT -d 10.9.9.100 -p tcp --dport 80 -j ACCEPT
        for type in destination-unreachable time-exceeded parameter-problem; do
            iptables-nft -I INPUT -d 10.9.9.100 -p icmp --icmp-type "$type" -j ACCEPT
        done
        """

    @Test("csf inserts its chain INVALID before what csfpre.sh made: csfpost.sh helps, and with it nothing is found")
    func csf() throws {
        let refused = try advised(Self.restored("csf"))
        #expect(refused.fixes == [] && refused.obstacles.count == 2)
        for obstacle in refused.obstacles {
            #expect(obstacle.why.hasPrefix("csf makes these rules again: ") && obstacle.why.contains("csfpost.sh"))
        }
        let early = try advised(
            Self.restored("csf") + Self.atTheTop.replacing("-I INPUT -d", with: "-I INPUT 4 -d"))
        #expect(early.obstacles.contains { $0.why.contains("csfpost.sh") })
        let late = try advised(Self.restored("csf") + Self.atTheTop)
        #expect(late.fixes == [] && late.obstacles == [] && late.doubt == nil)
    }

    @Test("Calico drops INVALID of a host endpoint before any policy: it is said what to set there")
    func calico() throws {
        let refused = try advised(Self.restored("calico"))
        #expect(refused[.accept] == nil)
        let why = try #require(refused.obstacles.first { $0.kind == .accept }?.why)
        #expect(why.hasPrefix("calico makes these rules again: ") && why.contains("doNotTrack"))
    }

    @Test(
        "kube-proxy and Docker's nftables drop nothing that goes to other services, and a rule of one's own gets its fix",
        arguments: [
            "iptables-nft-restore < '\(folder)/kube-proxy.iptables'",
            "ipset restore -file '\(folder)/kube-proxy-ipvs.ipset' && iptables-nft-restore < '\(folder)/kube-proxy-ipvs.iptables'",
            "nft -f '\(folder)/kube-proxy.nft'", "nft -f '\(folder)/docker-nft.nft'",
        ])
    func unconcerned(rules: String) throws {
        let alone = try advised(rules)
        #expect(alone.fixes == [] && alone.obstacles == [] && alone.doubt == nil)
        let (accept, notrack) = try advised(rules + Self.ownRules).bothProven()
        #expect(!(accept.apply + notrack.apply).contains { $0.contains("KUBE") || $0.contains("kube-proxy") })
    }

    @Test("Where Shorewall's rules accept what is not tracked, notrack does: in a table that it does not flush")
    func untracked() throws {
        let icmp = "\niptables-nft -I net-fw -m conntrack --ctstate NEW,RELATED,UNTRACKED -p icmp -j ACCEPT"
        let advised = try advised(Self.restored("shorewall") + icmp)
        #expect(advised.obstacles.map(\.kind) == [.accept])
        let notrack = try #require(advised[.notrack])
        #expect(notrack.proof.result == .proven)
        #expect(notrack.apply.allSatisfy { $0.hasPrefix("nft '") && $0.contains("inet lvs-notrack") })
        #expect(notrack.persist.map(\.file) == ["/etc/lvs-notrack.nft", "/etc/systemd/system/lvs-notrack.service"])
    }

    @Test(
        "keepalived drops all packets to its address: it is said how to accept them, and then the fix leaves its table alone"
    )
    func keepalived() throws {
        let refusing = try advised("nft -f '\(Self.folder)/keepalived.nft'" + Self.ownRules)
        #expect(refusing.fixes == [])
        #expect(refusing.doubt?.contains("keepalived makes these rules again") == true)
        let accepting = try advised("nft -f '\(Self.folder)/keepalived-accepting.nft'" + Self.ownRules)
        let (accept, notrack) = try accepting.bothProven()
        #expect(!(accept.apply + notrack.apply + accept.undo).contains { $0.contains("keepalived") })
    }

    @Test(
        "keepalived's marks of a group of virtual servers: packets of its service get them, and the trap beside is found"
    )
    func keepalivedMarks() throws {
        let marks = "sed s/10.0.0.100/10.9.9.100/ '\(Self.folder)/keepalived-ipvs.nft' | nft -f -"
        let alone = try Advised(marks, families: [.ipv4], mark: 1000)
        #expect(alone.fixes == [] && alone.obstacles == [] && alone.doubt == nil, "\(alone)")
        let trapped = try Advised(marks + Self.ownRules, families: [.ipv4], mark: 1000)
        #expect(trapped.doubt == nil && !(trapped.fixes.isEmpty && trapped.obstacles.isEmpty), "\(trapped)")
        #expect(!trapped.fixes.flatMap { $0.apply + $0.undo }.contains { $0.contains("keepalived") })
    }

    @Test("keepalived beside a table of nft: a reload of nftables flushes its table, too")
    func keepalivedBesideNFT() throws {
        let own = """

            nft -f - <<'END'
            table inet edge {
                chain input {
                    type filter hook input priority filter; policy accept;
                    ct state invalid drop
                }
            }
            END
            """
        let (accept, _) = try advised("nft -f '\(Self.folder)/keepalived-accepting.nft'" + own).bothProven()
        #expect(accept.persist.map(\.reload) == [["systemctl reload nftables", "systemctl restart keepalived"]])
    }
}
