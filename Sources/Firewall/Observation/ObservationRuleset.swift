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
        for point in points { table.counter(point.counterOfUncounted) }
        for counter in counters { counter.add(to: &table, options, size: size(of: counter)) }
        var places: [Place: [String]] = [:]
        for point in ObservationPoint.allCases where targets.areCounted(at: point) {
            for (place, chain) in addChains(at: point, sets[point.side] ?? [:], to: &table) {
                places[place, default: []].append(chain)
            }
        }
        for (place, chains) in places.sorted(by: { $0.key < $1.key }) { join(chains, at: place, in: &table) }
        return table
    }

    /// How many elements a set may have. The kernel makes room for all of them at once (`nft_rhash_init`, net/netfilter/nft_set_hash.c), and a table
    /// has a hundred sets or more: where only ports are observed, each has an element for each ctstate, and few are enough.
    func size(of counter: CounterSet) -> Int {
        let observed = targets.targets(counter.point.side).filter { $0.address.family == counter.family }
        let isOfPorts = observed.allSatisfy { if case .port = $0 { true } else { false } }
        guard counter.mark == nil, isOfPorts, [.port, .embedded].contains(counter.key) else { return options.setSize }
        return min(options.setSize, max(64, 8 * observed.count))
    }

    /// Where the kernel calls a base chain.
    private struct Place: Hashable, Comparable {
        var hook: NetfilterHook
        var priority: Int32

        static func < (one: Place, other: Place) -> Bool {
            (one.hook.rawValue, one.priority) < (other.hook.rawValue, other.priority)
        }
    }

    /// To enter a base chain costs more than a jump, and most points share their place with others: each place has one base chain (measured in
    /// Benchmarks/README.md).
    private func join(_ chains: [String], at place: Place, in table: inout TableWriter) {
        let base = chains.joined(separator: ".")
        table.baseChain(base, at: place.hook, priority: place.priority)
        if chains.count == 1 { return }
        for chain in chains {
            table.chain(chain)
            table.rule(in: base, .jump(chain))
        }
    }

    /// - Returns: the chains that packets are to pass, and where.
    private func addChains(
        at point: ObservationPoint, _ sets: [IPAddress.Family: TargetSets], to table: inout TableWriter
    ) -> [(Place, String)] {
        let dispatches = families.map { Dispatch(point: point, family: $0) }
        var rules: [[RuleStatement]] = []
        if point.countsAddresses {
            for dispatch in dispatches {
                guard let sets = sets[dispatch.family] else { continue }
                dispatch.addChains(targets, sets, to: &table)
                rules += dispatch.rules(targets, sets, in: &table)
            }
        }
        add(point.name, at: point, rules, to: &table)
        var marked: [[RuleStatement]] = []
        if point.countsMarks {
            for dispatch in dispatches {
                dispatch.addMarkChains(targets, to: &table)
                marked += dispatch.markRules(targets, in: &table)
            }
        }
        add(point.chainOfMarks, at: point, marked, to: &table)
        // At PRE_ROUTING marks are not set yet where the others are counted.
        let priority = point == .preRouting ? ObservationPoint.priorityOfMarks : point.priority
        return (rules.isEmpty ? [] : [(Place(hook: point.hook, priority: point.priority), point.name)])
            + (marked.isEmpty ? [] : [(Place(hook: point.hook, priority: priority), point.chainOfMarks)])
    }

    /// A marked packet counts for its mark and for its address, at each point: it may get the mark in between.
    private func add(
        _ chain: String, at point: ObservationPoint, _ rules: [[RuleStatement]], to table: inout TableWriter
    ) {
        guard !rules.isEmpty else { return }
        // The director's own packets to its real servers, such as health checks, are not forwarded packets.
        let isOwn = RuleStatement.range(.socketUser, 0...UInt32.max)
        if point.side == .leaving { table.rule(in: chain, isOwn, .verdict(.return)) }
        var conditions: [RuleStatement] = []
        if let isToSelf = point.requestsToSelf {
            conditions = [isOwn]
            if isToSelf {
                conditions.append(Self.isToSelf)
            } else {
                table.rule(in: chain, Self.isToSelf, .verdict(.return))
            }
        }
        for rule in rules { table.rule(in: chain, conditions + rule) }
    }

    /// `oif lo`, whose index is the same in each namespace (`LOOPBACK_IFINDEX`, net/core/net_namespace.h).
    private static let isToSelf = RuleStatement.equal(.outputInterface, withUnsafeBytes(of: UInt32(1), Array.init))

    /// In the order of packets' paths.
    private var points: [ObservationPoint] {
        let points = Set(counters.map(\.point))
        return ObservationPoint.allCases.filter(points.contains)
    }

    private static func counters(of targets: ObservationTargets) -> [CounterSet] {
        ObservationPoint.allCases.filter(targets.areCounted).flatMap { point in
            targets.families.sorted().flatMap { family in
                let dispatch = Dispatch(point: point, family: family)
                return dispatch.counters(targets) + dispatch.markCounters(targets)
            }
        }
    }
}
