import Addresses
import Firewall

/// Rules as nft(8) takes them.
struct NFTScript {
    let family: TableFamily
    let table: String

    private var place: String { "\(family) \(table)" }
    private static let families: [IPAddress.Family] = [.ipv4, .ipv6]

    /// As a line for sh(1): nft's language has characters that are the shell's, too.
    private func command(_ words: String) -> String { "nft '\(words)'" }

    // MARK: Gates

    /// The statements of the chain that accepts.
    func chain(_ gate: Gate, _ exemption: Exemption) -> [String] {
        let ends = ["tcp flags & (syn|ack|fin|rst|urg) == (ack|fin)", "tcp flags & (syn|fin|rst|urg|psh) == rst"]
        var rules: [String] = []
        for item in exemption.services(gate.families) where gate.state.takes(item.protocol) {
            let flags = gate.state == .invalid && item.protocol == .tcp ? ends : [""]
            rules += flags.map { line(selection(item), $0, "accept") }
        }
        return rules + errors(exemption, gate.families).map { "\($0) accept" }
    }

    func jump(_ gate: Gate) -> String { "ct state \(gate.state.rawValue) jump \(gate.state.chain)" }

    func apply(_ gate: Gate, _ exemption: Exemption) -> [String] {
        let chain = gate.state.chain
        let jumps = gate.places.map { at in
            at.position.map { "insert rule \(place) \(at.chain) index \($0) \(jump(gate))" }
                ?? "add rule \(place) \(at.chain) \(jump(gate))"
        }
        let rules = self.chain(gate, exemption).map { "add rule \(place) \(chain) \($0)" }
        return (["add chain \(place) \(chain)"] + rules + jumps).map(command)
    }

    /// nft deletes a rule by its handle only, which is known once the rule is there.
    func undo(_ gate: Gate) -> [String] {
        let chain = gate.state.chain
        let jumps = gate.places.map { at in
            "nft -a list chain \(place) \(at.chain) | awk '/jump \(chain) # handle/ { print $NF }' | "
                + "while read -r handle; do nft delete rule \(place) \(at.chain) handle \"$handle\"; done"
        }
        return jumps + ["flush chain \(place) \(chain)", "delete chain \(place) \(chain)"].map(command)
    }

    /// As a file has it, within its table.
    func block(_ gate: Gate, _ exemption: Exemption) -> [String] {
        ["chain \(gate.state.chain) {"] + chain(gate, exemption).map { "    \($0)" } + ["}"]
    }

    // MARK: No tracking

    /// A table of its own.
    static let untracking = NFTScript(family: .inet, table: "lvs-notrack")

    func untracking(_ exemption: Exemption) -> [String] {
        (exemption.services(Set(Self.families)).map(selection) + errors(exemption, Set(Self.families))).map {
            "\($0) notrack"
        }
    }

    private static let rawChain = "type filter hook prerouting priority raw; policy accept;"

    func applyUntracking(_ exemption: Exemption) -> [String] {
        let rules = untracking(exemption).map { "add rule \(place) prerouting \($0)" }
        return (["add table \(place)", "add chain \(place) prerouting { \(Self.rawChain) }"] + rules).map(command)
    }

    var undoUntracking: [String] { [command("delete table \(place)")] }

    /// As a file has it.
    func untrackingBlock(_ exemption: Exemption) -> [String] {
        ["table \(place) {", "    chain prerouting {", "        \(Self.rawChain)"]
            + untracking(exemption).map { "        \($0)" } + ["    }", "}"]
    }

    // MARK: Parts

    private func selection(_ item: Exemption.Item) -> String {
        let port = item.port.map { "\(item.protocol) dport \($0)" } ?? "meta l4proto \(item.protocol)"
        return "\(destination(item.address)) \(port)"
    }

    private func errors(_ exemption: Exemption, _ families: Set<IPAddress.Family>) -> [String] {
        Self.families.filter(families.contains).flatMap { family in
            exemption.addresses([family]).map { address in
                let types = Exemption.errors(family).joined(separator: ", ")
                return "\(destination(address)) \(family == .ipv4 ? "icmp" : "icmpv6") type { \(types) }"
            }
        }
    }

    private func destination(_ address: IPAddress) -> String {
        "\(address.family == .ipv4 ? "ip" : "ip6") daddr \(address)"
    }

    private func line(_ parts: String...) -> String { parts.filter { !$0.isEmpty }.joined(separator: " ") }
}
