import Addresses
import Firewall

/// Rules as iptables(8) or ip6tables(8) takes them: with `-t` and a program's name as commands, without as lines of iptables-restore(8).
struct IPTablesScript {
    let family: IPAddress.Family
    let table: String
    /// `iptables-nft`, `ip6tables-legacy`
    let program: String

    init(_ family: IPAddress.Family, table: String, isLegacy: Bool = false) {
        self.family = family
        self.table = table
        program = (family == .ipv4 ? "iptables" : "ip6tables") + (isLegacy ? "-legacy" : "-nft")
    }

    /// As lines for sh(1).
    func commands(_ rules: [String]) -> [String] {
        rules.map { "\(program) \(table == "filter" ? "" : "-t \(table) ")\($0)" }
    }

    // MARK: Gates

    /// The rules of the chain that accepts.
    func chain(_ gate: Gate, _ exemption: Exemption) -> [String] {
        let chain = gate.state.chain
        let ends = ["--tcp-flags SYN,ACK,FIN,RST,URG ACK,FIN", "--tcp-flags SYN,FIN,RST,URG,PSH RST"]
        var rules: [String] = []
        for item in exemption.services([family]) where gate.state.takes(item.protocol) {
            let flags = gate.state == .invalid && item.protocol == .tcp ? ends : [""]
            rules += flags.map { line("-A \(chain)", selection(item), $0, "-j ACCEPT") }
        }
        return rules + errors(exemption).map { line("-A \(chain)", $0, "-j ACCEPT") }
    }

    func jump(_ gate: Gate) -> String {
        "-m conntrack --ctstate \(gate.state.rawValue.uppercased()) -j \(gate.state.chain)"
    }

    func apply(_ gate: Gate, _ exemption: Exemption) -> [String] {
        let jumps = gate.places.map { place in
            place.position.map { "-I \(place.chain) \($0 + 1) \(jump(gate))" } ?? "-A \(place.chain) \(jump(gate))"
        }
        return commands(["-N \(gate.state.chain)"] + chain(gate, exemption) + jumps)
    }

    func undo(_ gate: Gate) -> [String] {
        commands(
            gate.places.map { "-D \($0.chain) \(jump(gate))" } + ["-F \(gate.state.chain)", "-X \(gate.state.chain)"])
    }

    // MARK: No tracking

    static let untrackedChain = "lvs-notrack"
    static let untrackedJump = "PREROUTING -j \(untrackedChain)"

    /// The rules of the chain that exempts from tracking; of table raw.
    func untracking(_ exemption: Exemption) -> [String] {
        (exemption.services([family]).map(selection) + errors(exemption)).map {
            line("-A \(Self.untrackedChain)", $0, "-j CT --notrack")
        }
    }

    func applyUntracking(_ exemption: Exemption) -> [String] {
        commands(["-N \(Self.untrackedChain)"] + untracking(exemption) + ["-I \(Self.untrackedJump)"])
    }

    /// - Parameter isTableNew: whether the table is there for this only.
    func undoUntracking(isTableNew: Bool) -> [String] {
        let rules = ["-D \(Self.untrackedJump)", "-F \(Self.untrackedChain)", "-X \(Self.untrackedChain)"]
        let family = family == .ipv4 ? "ip" : "ip6"
        // Somebody may have used it since.
        let isUsed = "\(program) -t \(table) -S | grep -q '^-[AN]'"
        return commands(rules) + (isTableNew ? ["\(isUsed) || nft delete table \(family) \(table)"] : [])
    }

    // MARK: Parts

    private func selection(_ item: Exemption.Item) -> String {
        line("-d \(item.address) -p \(item.protocol.description)", item.port.map { "--dport \($0)" } ?? "")
    }

    private func errors(_ exemption: Exemption) -> [String] {
        let kind = family == .ipv4 ? "-p icmp --icmp-type" : "-p icmpv6 --icmpv6-type"
        return exemption.addresses([family]).flatMap { address in
            Exemption.errors(family).map { "-d \(address) \(kind) \($0)" }
        }
    }

    private func line(_ parts: String...) -> String { parts.filter { !$0.isEmpty }.joined(separator: " ") }
}
