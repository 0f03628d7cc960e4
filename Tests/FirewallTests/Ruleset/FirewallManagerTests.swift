import Foundation
import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Managers and the rules that they make again")
struct FirewallManagerTests {
    private static let folder =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../../Fixtures/firewalls"

    @Test(
        "Rules that the managers' real packages made are recognized", .needsRoot, .needsTool("nft"),
        .needsTool("iptables-legacy"), .needsTool("ipset"),
        arguments: [
            ("iptables-nft-restore -T filter", "shorewall.iptables", [FirewallManager.shorewall, .iptables]),
            ("iptables-legacy-restore -T filter", "firehol.iptables", [.firehol, .iptablesLegacy]),
            ("iptables-nft-restore", "docker.iptables", [.docker, .iptables]),
            ("nft -f", "keepalived.nft", [.keepalived]),
            ("nft -f", "keepalived-accepting.nft", [.keepalived]),
            ("nft -f", "keepalived-ipvs.nft", [.keepalived]),
            ("nft -f", "docker-nft.nft", [.docker]),
            ("nft -f", "kube-proxy.nft", [.kubeProxy]),
            ("iptables-nft-restore", "kube-proxy.iptables", [.kubeProxy, .iptables]),
            ("iptables-legacy-restore", "kube-proxy.iptables", [.kubeProxy, .iptablesLegacy]),
            ("iptables-nft-restore", "kube-proxy-ipvs.iptables", [.kubeProxy, .iptables]),
            ("iptables-nft-restore", "calico.iptables", [.calico, .iptables]),
            ("iptables-legacy-restore", "csf.iptables", [.csf, .iptablesLegacy]),
        ])
    func recognized(program: String, file: String, managers: [FirewallManager]) throws {
        let found = try inFreshNamespace {
            try Tool.run("ip link set lo up")
            if file.hasPrefix("kube-proxy-ipvs") {
                try Tool.run("ipset restore -file \(Self.folder)/kube-proxy-ipvs.ipset")
            }
            try Tool.run("\(program) \(Self.folder)/\(file)")
            let kernel = LiveKernel()
            return try Ruleset(reading: kernel).managers(beside: LegacyTable.all(in: kernel).tables)
        }
        #expect(found == managers)
    }

    @Test("Whose rules are lost in which chains, and what to set there")
    func advice() {
        func advice(_ chain: String, _ table: String, _ managers: [FirewallManager]) -> String? {
            FirewallManager.advice(aboutChain: chain, inTable: table, of: managers)
        }
        #expect(advice("INPUT", "filter", [.docker, .kubeProxy, .calico, .ufw, .iptables]) == nil)
        #expect(advice("ufw-before-input", "filter", [.ufw, .iptables]) == nil)
        #expect(advice("DOCKER-USER", "filter", [.docker, .iptables]) == nil)
        #expect(advice("DOCKER-ISOLATION-STAGE-2", "filter", [.docker])?.contains("DOCKER-USER") == true)
        #expect(advice("KUBE-FORWARD", "filter", [.kubeProxy])?.contains("conntrack.tcpBeLiberal") == true)
        #expect(advice("forward", "kube-proxy", [.kubeProxy])?.hasPrefix("kube-proxy ") == true)
        #expect(advice("cali-fw-eth0", "filter", [])?.contains("doNotTrack") == true)
        #expect(advice("in", "keepalived", [.keepalived])?.contains("“accept”") == true)
        #expect(advice("INPUT", "filter", [.csf, .iptablesLegacy])?.contains("csfpost.sh") == true)
        #expect(advice("filter-FORWARD", "docker-bridges", [.docker])?.contains("--bridge-accept-fwmark") == true)
        #expect(advice("filter-FORWARD", "docker-bridges", [.docker])?.contains("DOCKER-USER") == false)
        #expect(advice("INPUT", "raw", [.shorewall, .iptables])?.contains("?SECTION INVALID") == true)
        #expect(advice("filter_INPUT", "firewalld", [])?.hasPrefix("firewalld makes these rules again: ") == true)
        let opening = FirewallManager.advice(aboutChain: "filter_INPUT", inTable: "firewalld", areOpenings: true)
        #expect(opening?.contains("--add-port") == true && opening?.contains("INVALID") == false)
        let port = FirewallManager.advice(
            aboutChain: "LOGDROPIN", inTable: "filter", of: [.csf, .iptables], areOpenings: true)
        #expect(port?.contains("TCP_IN") == true && port?.contains("csfpost.sh") == false)
        #expect(FirewallManager.advice(aboutChain: "forward", inTable: "kube-proxy", areOpenings: true) == nil)
    }
}
