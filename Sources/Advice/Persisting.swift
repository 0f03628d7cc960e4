import Addresses
import Firewall

/// Where the rules of a fix are kept, so that they are there when the manager loads its rules again, and when the host has started.
struct Persisting {
    private let format: FixFormat
    private let exemption: Exemption
    private let others: [FirewallManager]

    /// - Parameter others: whose rules are flushed, too, when the file is loaded.
    init(_ format: FixFormat, _ exemption: Exemption, flushing others: [FirewallManager]) {
        (self.format, self.exemption, self.others) = (format, exemption, others)
    }

    // MARK: Gates

    func lines(_ gate: Gate, _ script: IPTablesScript) -> Fix.Persistence {
        let lines =
            [":\(gate.state.chain) - [0:0]"] + script.chain(gate, exemption)
            + gate.places.map { "-A \($0.chain) \(script.jump(gate))" }
        guard format == .ufw else {
            let before = gate.places.compactMap(\.rule).first.map { ", the last before the rule “\($0)”" } ?? ""
            return iptablesFile(script, "in the part *\(gate.table)\(before)", lines)
        }
        return .init(
            ufwFile(script), "before the line that begins with “# drop INVALID packets”", lines, reload: ["ufw reload"])
    }

    func lines(_ gate: Gate, _ script: NFTScript) -> Fix.Persistence {
        let jumps = gate.places.map { place in
            guard let position = place.position else { return "at the end of chain \(place.chain)" }
            return place.rule.map { "before “\($0)” in chain \(place.chain)" }
                ?? "before rule \(position + 1) of chain \(place.chain)"
        }
        return nftFile(
            "in table \(gate.family) \(gate.table); the last line \(jumps.joined(separator: " and "))",
            script.block(gate, exemption) + [script.jump(gate)])
    }

    // MARK: No tracking

    func untracking(_ script: IPTablesScript) -> Fix.Persistence {
        let chain = IPTablesScript.untrackedChain
        let rules = script.untracking(exemption)
        let jump = "-A \(IPTablesScript.untrackedJump)"
        guard format == .ufw else {
            return iptablesFile(
                script, "a part of its own, or in the part *raw",
                ["*raw", ":\(chain) - [0:0]"] + rules + [jump, "COMMIT"])
        }
        // UFW flushes its own tables only: without -F, each reload would add another jump.
        return .init(
            ufwFile(script),
            "before the line “*filter” (without -F PREROUTING if others have rules there)",
            ["*raw", ":\(chain) - [0:0]", "-F PREROUTING"] + rules + [jump, "COMMIT"], reload: ["ufw reload"])
    }

    /// By nft.
    var untracking: [Fix.Persistence] {
        let block = NFTScript.untracking.untrackingBlock(exemption)
        guard format == .firewalld else { return [nftFile("at its end", block)] }
        // Debian's nftables.service flushes all tables, firewalld's and this one, too, when it is loaded again: PartOf= has systemd restart this
        // unit with it, and ReloadPropagatedFrom= reload it (src/core/transaction.c, transaction_add_propagate_reload_jobs).
        let (file, unit) = ("/etc/lvs-notrack.nft", "lvs-notrack.service")
        let table = NFTScript.untracking.table
        return [
            .init(file, "", ["table inet \(table)", "delete table inet \(table)"] + block, reload: []),
            .init(
                "/etc/systemd/system/\(unit)", "",
                [
                    "[Unit]", "Description=No connection tracking for LVS services", "Before=network-pre.target",
                    "Wants=network-pre.target", "After=nftables.service", "PartOf=nftables.service",
                    "ReloadPropagatedFrom=nftables.service", "", "[Service]", "Type=oneshot", "RemainAfterExit=yes",
                    "ExecStart=/usr/sbin/nft -f \(file)", "ExecReload=/usr/sbin/nft -f \(file)",
                    "ExecStop=/usr/sbin/nft delete table inet \(table)", "",
                    "[Install]", "WantedBy=multi-user.target",
                ], reload: ["systemctl daemon-reload", "systemctl enable --now \(unit)"]),
        ]
    }

    // MARK: Files

    private func ufwFile(_ script: IPTablesScript) -> String {
        script.family == .ipv4 ? "/etc/ufw/before.rules" : "/etc/ufw/before6.rules"
    }

    /// Debian's iptables-persistent.
    private func iptablesFile(_ script: IPTablesScript, _ place: String, _ lines: [String]) -> Fix.Persistence {
        let isIPv4 = script.family == .ipv4
        let name = isIPv4 ? "iptables" : "ip6tables"
        return .init(
            isIPv4 ? "/etc/iptables/rules.v4" : "/etc/iptables/rules.v6",
            "(on RHEL /etc/sysconfig/\(name), and then systemctl reload \(name)) \(place)", lines,
            reload: ["netfilter-persistent reload"] + reloads)
    }

    private func nftFile(_ place: String, _ lines: [String]) -> Fix.Persistence {
        // Of iptables nobody else brings the rules back.
        let iptables = others == [.iptables] || others == [.iptables, .nft] ? ["netfilter-persistent reload"] : []
        return .init(
            "/etc/nftables.conf", place, lines, reload: ["systemctl reload nftables"] + iptables + reloads)
    }

    /// First those who flush all tables again.
    private var reloads: [String] {
        (others.filter(\.remakesEveryTable) + others.filter { !$0.remakesEveryTable }).compactMap(\.reload)
    }
}
