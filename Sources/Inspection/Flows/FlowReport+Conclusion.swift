import Addresses
import Conntrack
import IPVS

extension FlowReport {
    private var all: [Flow] {
        var whole = self
        whole.filter.verdicts = []
        return Array(whole.flows)
    }

    /// What was found and why, a sentence each.
    package var conclusion: [String] {
        let connections = all.filter { $0.connection != nil }
        guard !connections.isEmpty else { return [noConnections] + orphanSentences }
        var sentences: [String] = []
        for verdict in [Verdict.never, .absent, .unreplied, .tracked] {
            let found = connections.filter { $0.verdict == verdict }
            for (reason, flows) in Dictionary(grouping: found, by: \.reason).sorted(by: { $0.key < $1.key }) {
                let phrase = phrase(verdict, isOne: flows.count == 1)
                sentences.append("\(flows.count) of \(connections.count) connections \(phrase): \(reason).")
            }
        }
        return sentences + consequences(connections) + orphanSentences
    }

    private func phrase(_ verdict: Verdict, isOne: Bool) -> String {
        let verb = isOne ? "is" : "are"
        switch verdict {
        case .never:
            let watched = proof.map { " (watched for \($0.seconds) s, \($0.events) NEW events, none lost)" } ?? ""
            return "began and never \(isOne ? "was" : "were") in the conntrack table\(watched)"
        case .absent:
            return "\(verb) absent from the conntrack table\(proof == nil ? "" : ", and may be older than the watch")"
        case .unreplied, .tracked, .orphan: return "\(verb) \(verdict.rawValue)"
        }
    }

    private var noConnections: String {
        guard let chosenFrom, chosenFrom > 0 else { return "IPVS has no connections here." }
        return "None of the \(chosenFrom) connections is of that service and client."
    }

    private var orphanSentences: [String] {
        let orphans = all.filter { $0.verdict == .orphan }
        return Dictionary(grouping: orphans, by: \.reason).sorted { $0.key < $1.key }.map { reason, flows in
            let have =
                flows.count == 1
                ? "entry for a service's VIP and port has" : "entries for a service's VIP and port have"
            return "\(flows.count) \(have) no connection (orphan): \(reason)."
        }
    }

    /// What the verdicts mean to a stateful packet filter on the director (the states that the kernel gives to packets without an
    /// entry, and to those of an entry in SYN_SENT: `tcp_new` and `tcp_conntracks` in net/netfilter/nf_conntrack_proto_tcp.c).
    private func consequences(_ connections: [Flow]) -> [String] {
        let oneWay = connections.filter { $0.protocol == .tcp && $0.method != .nat }
        var sentences: [String] = []
        if oneWay.contains(where: { $0.verdict == .absent || $0.verdict == .never }) {
            let packets = isLoose == false ? "all packets but SYNs" : "FINs, RSTs and ICMP errors"
            sentences.append(
                "Unless a notrack rule takes them out, \(packets) of absent TCP flows are INVALID to the packet filter: "
                    + "a rule that drops INVALID drops them.")
        }
        if oneWay.contains(where: { $0.verdict == .unreplied && $0.entryState == "SYN_SENT" }) {
            sentences.append(
                "To an entry in SYN_SENT the client's ACKs and data are INVALID: a rule that drops INVALID lets no page through."
            )
        }
        return sentences
    }
}
