import Addresses
import IPVS

extension FlowReport {
    /// What was found and why, a sentence each.
    public var conclusion: [String] {
        let connections = flows.filter { $0.connection != nil }
        guard !connections.isEmpty else {
            return ["IPVS has no connections here."] + orphanSentence
        }
        var sentences: [String] = []
        for verdict in [Verdict.absent, .unreplied, .tracked] {
            let found = connections.filter { $0.verdict == verdict }
            for (reason, flows) in Dictionary(grouping: found, by: \.reason).sorted(by: { $0.key < $1.key }) {
                let verb = flows.count == 1 ? "is" : "are"
                sentences.append(
                    "\(flows.count) of \(connections.count) connections \(verb) \(Self.phrase(verdict)): \(reason).")
            }
        }
        return sentences + consequence(connections) + orphanSentence
    }

    private static func phrase(_ verdict: Verdict) -> String {
        switch verdict {
        case .absent: "absent from the conntrack table"
        case .unreplied, .tracked, .orphan: verdict.rawValue
        }
    }

    private var orphanSentence: [String] {
        let orphans = flows.filter { $0.verdict == .orphan }
        guard let first = orphans.first else { return [] }
        let have =
            orphans.count == 1 ? "entry for a service's VIP and port has" : "entries for a service's VIP and port have"
        return ["\(orphans.count) \(have) no connection (orphan): \(first.reason)."]
    }

    /// What the verdicts mean to a stateful packet filter on the director (the states that the kernel gives to packets without an
    /// entry: `tcp_new` in net/netfilter/nf_conntrack_proto_tcp.c).
    private func consequence(_ connections: [Flow]) -> [String] {
        let oneWay = connections.filter { $0.protocol == .tcp && $0.method != .nat }
        if oneWay.contains(where: { $0.verdict == .absent }) {
            return [
                "To the packet filter, FINs, RSTs and ICMP errors of absent TCP flows are INVALID: a rule that drops INVALID drops them."
            ]
        }
        if oneWay.contains(where: { $0.verdict == .unreplied }) {
            return [
                "To the packet filter, all but the SYN of these flows is INVALID: a rule that drops INVALID lets nothing through."
            ]
        }
        return []
    }
}
