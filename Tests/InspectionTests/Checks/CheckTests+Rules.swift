import Addresses
import Conntrack
import Firewall
import IPVS

@testable import Inspection

extension CheckTests {
    private static let seven = Service.Identity.fwmark(7, .ipv4)

    private static let strict = DroppingRule(
        family: .inet, table: "firewalld", chain: "filter_PREROUTING", decision: .rule(handle: 5))

    static let rules = [
        Case("fwmark-unset", .error, ["mark": 7, "packets": 0, "rules_that_set_marks": 1]) {
            $0.mark(seven, by: [.init(.ip, .change(kept: 0, toggled: 8))])
        } butNot: {
            $0.mark(seven, by: [.init(.ip, .change(kept: 0, toggled: 7))])
        },
        // A bit is added to whatever the mark was: 7 may come of it, and 6 may not.
        Case("fwmark-unset", .error) {
            $0.mark(.fwmark(6, .ipv4), by: [.init(.inet, .change(kept: ~1, toggled: 1))])
        } butNot: {
            $0.mark(seven, by: [.init(.inet, .change(kept: ~1, toggled: 1))])
        },
        Case("fwmark-unset", .error, ["rules_that_set_marks": 1]) {
            $0.mark(.fwmark(7, .ipv6), by: [.init(.ip, .change(kept: 0, toggled: 7))])
        } butNot: {
            $0.mark(.fwmark(7, .ipv6), by: [.init(.ip6, .change(kept: 0, toggled: 7))])
        },
        Case("fwmark-unset", .warning, ["packets": 12, "rules_that_set_marks": 0]) {
            $0.mark(seven, by: [])
            var counted = Statistics()
            counted.packetsIn = 12
            $0.web.statistics = counted
        } butNot: {
            $0.rules = .known(RuleFacts())
        },
        Case("rp-ipv6", .warning, ["rules": 1]) {
            try $0.separate("2001:db8::100")
            $0.changeRules { $0.reversePathRules = [strict] }
        } butNot: {
            try $0.separate("2001:db8::100")
        },
        // By the interface that answers leave by nothing is dropped; on which one an address of lo comes is not known.
        Case("rp-ipv6", .warning) {
            try $0.separate("2001:db8::100")
            $0.changeRules { $0.reversePathRules = [strict] }
        } butNot: {
            try $0.separate("2001:db8::100", output: "eth0")
            $0.changeRules { $0.reversePathRules = [strict] }
        },
        Case("rp-ipv6", .warning) {
            try $0.separate("2001:db8::100")
            $0.changeRules { $0.reversePathRules = [strict] }
        } butNot: {
            try $0.separate("2001:db8::100", holder: "lo")
            $0.changeRules { $0.reversePathRules = [strict] }
        },
        Case("fw-reload", .warning, ["fixes": 1, "files_read": 1]) {
            $0.changeRules {
                $0.fixes = [
                    .init("chain ip filter lvs-invalid", .nowhere(["/etc/iptables/rules.v4"])),
                    .init("chain ip6 filter lvs-invalid", .inFile("/etc/iptables/rules.v6")),
                ]
            }
        } butNot: {
            $0.changeRules {
                $0.fixes = [.init("chain ip filter lvs-invalid", .inFile("/etc/iptables/rules.v4"))]
            }
        },
        Case("fw-reload", .warning, ["rules_lost": 1, "rules_gained": 2, "files_read": 1]) {
            $0.changeRules {
                $0.reloads = [RuleReload(), RuleReload()]
                $0.reloads[1].files = ["/etc/nftables.conf"]
                $0.reloads[1].lost = ["inet filter input “tcp dport 80 accept”"]
                $0.reloads[1].gained = ["inet filter input “ct state invalid drop”", "inet filter input “policy drop”"]
            }
        } butNot: {
            $0.changeRules {
                $0.reloads = [RuleReload()]
                $0.reloads[0].files = ["/etc/nftables.conf"]
            }
        },
        Case("fw-reload", .warning, ["rules_lost": 0, "rules_gained": 0, "files_read": 1, "tables_lost": 1]) {
            $0.changeRules {
                $0.reloads = [RuleReload()]
                $0.reloads[0].files = ["/etc/nftables.conf"]
                $0.reloads[0].lostTables = ["table inet lvs-notrack"]
            }
        } butNot: {
            $0.changeRules { $0.reloads = [RuleReload()] }
        },
        Case("fw-owner", .info, ["tables": 1]) {
            $0.changeRules { $0.ownedTables = ["inet firewalld"] }
        } butNot: {
            $0.changeRules { $0.managers = [.firewalld] }
        },
        Case("settings-rewritten", .info, ["programs": 1, "kube_ipvs0": 1]) {
            $0.changeNetwork { $0.interfaces["kube-ipvs0"] = .init(usesARP: false) }
        } butNot: {
            $0.changeRules { $0.managers = [.ufw, .iptables, .keepalived] }
        },
        Case("settings-rewritten", .info, ["programs": 2, "kube_ipvs0": 0]) {
            $0.changeRules { $0.managers = [.docker, .kubeProxy] }
        } butNot: {
            $0.changeRules { $0.managers = [.docker, .kubeProxy] }
            $0.services = .known([])
        },
    ]

    static let offloads = [
        Case("lro", .warning, ["interfaces": 1]) {
            $0.mergedReceiving = .known(["eth1", "lo"])
        } butNot: {
            $0.mergedReceiving = .known(["lo"])
        }
    ]

    static let partners = [
        Case("backup-only", .error, ["backup_only": 0, "services": 1]) {
            $0.run(2)
            try $0.lead(.init(.local))
        } butNot: {
            $0.run(2)
            try $0.lead(.init(.local))
            $0.set("backup_only", 1)
        },
        // A master serves and forwards; a backup whose only real server is itself has nobody to send anything to.
        Case("backup-only", .error) {
            $0.run(2)
            try $0.lead(.init(.local))
        } butNot: {
            $0.run(1)
            try $0.lead(.init(.local))
        },
        Case("backup-only", .error) {
            $0.run(2)
            try $0.lead(.init(.local))
        } butNot: {
            $0.run(2)
            try $0.lead(.init(.local))
            $0.web.destinations[1].weight = 0
        },
        Case("sync-none", .info, ["vrrp": 1, "sync_daemons": 0]) {
            $0.changeNetwork { $0.speaksVRRP = true }
        } butNot: {
            $0.changeNetwork { $0.speaksVRRP = true }
            $0.run(1)
        },
    ]

    static let timeouts = [
        Case("tcp-timeout-short", .info, ["tcp_timeout_seconds": 900, "keepalive_seconds": 7200]) {
            $0.keepIdle(900)
        } butNot: {
            $0.keepIdle(7200)
        }
    ]
}

extension DirectorFacts {
    /// The one service is one by a mark.
    fileprivate mutating func mark(_ identity: Service.Identity, by settings: [MarkSetting]) {
        web.identity = identity
        changeRules { $0.marks = settings }
    }

    /// The one service is one of IPv6, whose VIP is on one interface, while the default route leaves by another.
    fileprivate mutating func separate(_ address: String, holder: String = "eth0", output: String = "eth1") throws {
        web = try Self.web("[\(address)]:80", .dr)
        try place(address) { ($0.holders, $0.defaultOutput) = ([holder], output) }
    }

    mutating func changeRules(_ change: (inout RuleFacts) -> Void) {
        var rules = rules.value ?? RuleFacts()
        change(&rules)
        self.rules = .known(rules)
    }

    mutating func keepIdle(_ seconds: UInt32) {
        var configuration = configuration.value ?? Director.Configuration()
        configuration.timeouts.tcp = seconds
        self.configuration = .known(configuration)
    }
}
