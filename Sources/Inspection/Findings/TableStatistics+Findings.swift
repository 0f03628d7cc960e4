import Conntrack

extension TableStatistics {
    /// What is wrong with the table; none when all is well.
    ///
    /// - Parameter change: if given, only counters that have increased are reported.
    package func findings(since change: StatisticsChange? = nil) -> [Finding] {
        [fullness, chains].compactMap(\.self) + Self.troubledCounters.compactMap { finding($0, change) }
    }

    /// Percentage of the limit from which the table is reported as nearly full. From 95 on, the kernel may begin to evict assured entries
    /// (`gc_worker`); at 100 it refuses new ones (`__nf_conntrack_alloc`).
    private static let nearFull: UInt64 = 90
    private static let tooFull: UInt64 = 95

    private var fullness: Finding? {
        guard let entries, let limit, entries * 100 >= limit * Self.nearFull else { return nil }
        return Finding(
            .tableFull, entries * 100 >= limit * Self.tooFull ? .error : .warning, .table,
            [.init("percent", entries * 100 / limit), .init("entries", entries), .init("limit", limit)],
            [.raise(Sysctls.conntrackMax, orShortenTimeout: true)])
    }

    /// Each entry is in the hash table twice. By default a full table has chains of 2 on average, or of 8 before Linux 5.15.
    private static let longChain: UInt64 = 8

    private var chains: Finding? {
        guard let entries, let buckets, buckets > 0, entries * 2 > buckets * Self.longChain else { return nil }
        return Finding(
            .longChains, .warning, .table,
            [.init("entries", entries), .init("buckets", buckets), .init("tuples_per_lookup", entries * 2 / buckets)],
            [.raise(Sysctls.conntrackBuckets, orShortenTimeout: false)])
    }

    /// The counters that should not grow.
    package static let troubledCounters: [StatisticsCounter] = [.earlyDrop, .drop, .insertFailed, .chainTooLong]

    private func finding(_ counter: StatisticsCounter, _ change: StatisticsChange?) -> Finding? {
        let total = Finding.Evidence("total", total(counter))
        // Whatever was counted since boot may be long over.
        var (severity, evidence) = (Finding.Severity.info, [total])
        if let change {
            guard let increase = change.increase(counter), increase > 0 else { return nil }
            (severity, evidence) = (.warning, [.init("increase", increase), total])
        }
        guard evidence[0].value > 0 else { return nil }
        return Finding(.counters, severity, .counter(counter), evidence, Self.remedies(counter))
    }

    private static func remedies(_ counter: StatisticsCounter) -> [Remedy] {
        switch counter {
        case .earlyDrop: [.raise(Sysctls.conntrackMax, orShortenTimeout: false)]
        case .drop: [.raiseIfFull(Sysctls.conntrackMax)]
        case .insertFailed: [.avoidClashes]
        case .chainTooLong: [.raise(Sysctls.conntrackBuckets, orShortenTimeout: false)]
        default: []
        }
    }
}
