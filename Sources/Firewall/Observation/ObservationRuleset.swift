import Addresses
import Conntrack

/// The observation table in nft(8) syntax: observed addresses in sets; a base chain for each point; and chains that divide packets into
/// classes and count each class in its own set.
///
/// It never accepts or drops a packet: each chain's policy is accept, and its verdicts are jump, goto and continue.
struct ObservationRuleset {
    let name: String
    let targets: ObservationTargets
    let options: ObservationOptions

    /// The counting sets, in the order in which they are to be read.
    let counters: [CounterSet]

    private let families: [IPAddress.Family]

    init(_ name: String, _ targets: ObservationTargets, _ options: ObservationOptions) {
        self.name = name
        self.targets = targets
        self.options = options
        families = targets.families.sorted()
        counters = Self.counters(of: targets)
    }

    /// A table of one family does not affect conntrack in the other: a rule with `ct` activates it in each family of its table.
    var tableFamily: TableFamily {
        switch families {
        case [.ipv4]: .ip
        case [.ipv6]: .ip6
        default: .inet
        }
    }

    var text: String {
        var text = "table \(tableFamily) \(name) {\nflags owner\n"
        for side in ObservationPoint.Side.allCases {
            for family in families { text += targets.sets(side, family) }
        }
        for counter in counters { text += counter.set(size: options.setSize) }
        text += options.tracing + options.sampling
        for counter in counters { text += counter.chain(options) }
        for point in ObservationPoint.allCases { text += chains(at: point) }
        return text + "}\n"
    }

    private func chains(at point: ObservationPoint) -> String {
        var rules = ""
        var text = ""
        for family in families {
            let dispatch = Dispatch(point: point, family: family)
            text += dispatch.chains(targets)
            rules += dispatch.rules(targets)
        }
        let marked = families.map { Dispatch(point: point, family: $0).markRules(targets, tableFamily) }.joined()
        text += families.map { Dispatch(point: point, family: $0).markChains(targets) }.joined()
        // At PRE_ROUTING marks are not set yet where the others are counted.
        if point == .preRouting, !marked.isEmpty {
            text += baseChain(point.name + "_marks", point.hook, ObservationPoint.priorityOfMarks, marked)
        } else {
            rules = marked + rules
        }
        guard !rules.isEmpty else { return text }
        // The director's own packets to its real servers, such as health checks, are not forwarded packets.
        if point.side == .leaving { rules = "meta skuid 0-4294967295 return\n" + rules }
        return text + baseChain(point.name, point.hook, point.priority, rules)
    }

    private func baseChain(_ name: String, _ hook: String, _ priority: Int, _ rules: String) -> String {
        "chain \(name) {\ntype filter hook \(hook) priority \(priority); policy accept;\n\(rules)}\n"
    }

    private static func counters(of targets: ObservationTargets) -> [CounterSet] {
        ObservationPoint.allCases.flatMap { point in
            targets.families.sorted().flatMap { family in
                let dispatch = Dispatch(point: point, family: family)
                return dispatch.counters(targets) + dispatch.markCounters(targets)
            }
        }
    }
}
