import Conntrack

/// The conntrack table: what `stats` finds, and what only a check looks at.
extension Check {
    static let tableChecks =
        [
            Check(.tableFull, .error, "a conntrack table that is nearly full", needs: [.tableSize]) { facts in
                guard let table = facts.table.value else { return [] }
                let found = table.findings().filter { $0.id == .tableFull }
                guard found.isEmpty, let entries = table.entries, let limit = table.limit,
                    entries * 100 >= limit * wellFilled
                else { return found }
                return [
                    Finding(
                        .tableFull, .info, .table,
                        [.init("percent", entries * 100 / limit), .init("entries", entries), .init("limit", limit)],
                        [.raise(Sysctls.conntrackMax, orShortenTimeout: true)])
                ]
            },
            Check(
                .longChains, .warning, "a conntrack hash table that is too small", needs: [.tableSize, .buckets]
            ) { facts in
                guard let table = facts.table.value else { return [] }
                let found = table.findings().filter { $0.id == .longChains }
                guard found.isEmpty, let limit = table.limit, let buckets = table.buckets, buckets > 0,
                    limit > buckets * longestByDefault
                else { return found }
                return [
                    Finding(
                        .longChains, .warning, .table,
                        [
                            .init("limit", limit), .init("buckets", buckets),
                            .init("tuples_when_full", limit * 2 / buckets),
                        ],
                        context: .named(.init()), [.raise(Sysctls.conntrackBuckets, orShortenTimeout: false)])
                ]
            },
            Check(.counters, .warning, "conntrack counters that should stay 0", needs: [.counters]) { facts in
                facts.table.value?.findings(since: facts.tableChange).filter { $0.id == .counters } ?? []
            },
            Check(
                .establishedTimeout, .warning, "a table half full of connections kept for days",
                needs: [.tableSize, .sysctl(Sysctls.establishedTimeout)]
            ) { facts in
                guard let table = facts.table.value, let entries = table.entries, let limit = table.limit,
                    let seconds = facts.sysctls.number(Sysctls.establishedTimeout), seconds >= fiveDays,
                    entries * 2 > limit
                else { return [] }
                return [
                    Finding(
                        .establishedTimeout, .warning, .table,
                        [
                            .init("timeout_seconds", seconds), .init("percent", entries * 100 / limit),
                            .init("entries", entries), .init("limit", limit),
                        ], context: .named(.init()), [.set([.init(Sysctls.establishedTimeout, oneDay)])])
                ]
            },
        ] + UnusualSetting.ofConntrack.map(\.check)

    /// Percentage from which it is worth knowing.
    private static let wellFilled: UInt64 = 75
    /// Limit per bucket, where neither was set: 1, or 4 before Linux 5.15.
    private static let longestByDefault: UInt64 = 4
    /// The kernel's default.
    private static let fiveDays = 432_000
    private static let oneDay = 86_400
}
