import Addresses
import Conntrack

/// The observation table: observed addresses in sets; a base chain for each point; and chains that divide packets into
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

    var table: TableWriter {
        var table = TableWriter(tableFamily, name, isOwned: true)
        var sets: [ObservationPoint.Side: [IPAddress.Family: TargetSets]] = [:]
        for side in ObservationPoint.Side.allCases {
            for family in families {
                sets[side, default: [:]][family] = TargetSets(of: targets, side, family, in: &table)
            }
        }
        options.addTracing(to: &table)
        options.addSampling(to: &table)
        for counter in counters { counter.add(to: &table, options) }
        for point in ObservationPoint.allCases { addChains(at: point, sets[point.side] ?? [:], to: &table) }
        return table
    }

    private func addChains(
        at point: ObservationPoint, _ sets: [IPAddress.Family: TargetSets], to table: inout TableWriter
    ) {
        let dispatches = families.map { Dispatch(point: point, family: $0) }
        var rules: [[RuleStatement]] = []
        for dispatch in dispatches {
            guard let sets = sets[dispatch.family] else { continue }
            dispatch.addChains(targets, sets, to: &table)
            rules += dispatch.rules(targets, sets, in: &table)
        }
        var marked: [[RuleStatement]] = []
        for dispatch in dispatches {
            dispatch.addMarkChains(targets, to: &table)
            marked += dispatch.markRules(targets, in: &table)
        }
        // At PRE_ROUTING marks are not set yet where the others are counted.
        if point == .preRouting, !marked.isEmpty {
            let chain = point.name + "_marks"
            table.baseChain(chain, at: point.hook, priority: ObservationPoint.priorityOfMarks)
            for rule in marked { table.rule(in: chain, rule) }
        } else {
            rules = marked + rules
        }
        guard !rules.isEmpty else { return }
        // The director's own packets to its real servers, such as health checks, are not forwarded packets.
        if point.side == .leaving { rules.insert([.range(.socketUser, 0...UInt32.max), .verdict(.return)], at: 0) }
        table.baseChain(point.name, at: point.hook, priority: point.priority)
        for rule in rules { table.rule(in: point.name, rule) }
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
