import Conntrack

extension TableStatistics {
    /// What is wrong with the table, what that does to traffic and what to do about it, a sentence each; none when all is well.
    ///
    /// - Parameter change: when given, of the counters only what has grown is told.
    package func diagnosis(since change: StatisticsChange? = nil) -> [String] {
        fullness + chains + Self.troubles.compactMap { trouble in sentence(trouble, change) }
    }

    /// Per cent of the limit from which the table is said to be near full. At 95 the kernel may begin to throw assured entries out
    /// (`gc_worker`), at 100 it refuses new ones (`__nf_conntrack_alloc`).
    private static let nearFull: UInt64 = 90

    private var fullness: [String] {
        guard let entries, let limit, entries * 100 >= limit * Self.nearFull else { return [] }
        return [
            "The table is \(entries * 100 / limit) % full (\(entries) of \(limit) entries): at its limit, entries that are not "
                + "assured are thrown out, and when that makes no room, packets of new connections are dropped. "
                + "Raise \(Sysctls.conntrackMax) in the initial network namespace, or shorten "
                + "net.netfilter.nf_conntrack_tcp_timeout_established here."
        ]
    }

    /// Each entry stands in the hash table twice. By default a full table has chains of 2 on average, or of 8 before Linux 5.15.
    private static let longChain: UInt64 = 8

    private var chains: [String] {
        guard let entries, let buckets, buckets > 0, entries * 2 > buckets * Self.longChain else { return [] }
        return [
            "The hash chains are long: \(entries) entries stand in \(buckets) buckets, each twice, so a packet's lookup compares "
                + "\(entries * 2 / buckets) tuples or more. That costs CPU, and from some dozens on new connections are refused. "
                + "Raise \(Sysctls.conntrackBuckets) in the initial network namespace."
        ]
    }

    /// A counter that should stand still.
    private struct Trouble {
        var counter: StatisticsCounter
        /// What it means for traffic, and what to do.
        var meaning: String
    }

    /// The counters that should stand still.
    package static let troubledCounters = troubles.map(\.counter)

    private static let troubles = [
        Trouble(
            counter: .earlyDrop,
            meaning: "the table was full, and entries that were not assured were thrown out for new ones: "
                + "a connection that lost its entry may be refused by the packet filter, and loses its NAT. "
                + "Raise \(Sysctls.conntrackMax) in the initial network namespace."),
        Trouble(
            counter: .drop,
            meaning: "packets were dropped, as there was no room for their entry (the kernel logs “table full”), "
                + "no memory, or another connection had their tuple. "
                + "Raise \(Sysctls.conntrackMax) in the initial network namespace if the table is full; "
                + "else see insert_failed."),
        Trouble(
            counter: .insertFailed,
            meaning: "packets of new connections were dropped, as another connection had taken the tuple at the "
                + "same time; clients send again, after a second or more. With source NAT give it more addresses or "
                + "ports, or --random-fully; for pairs of DNS queries from one socket, set single-request in "
                + "resolv.conf."),
        Trouble(
            counter: .chainTooLong,
            meaning: "packets of new connections were dropped, as their hash chain was too long. "
                + "Raise \(Sysctls.conntrackBuckets) in the initial network namespace."),
    ]

    private func sentence(_ trouble: Trouble, _ change: StatisticsChange?) -> String? {
        let name = trouble.counter.name
        if let change {
            guard let increase = change.increase(trouble.counter), increase > 0 else { return nil }
            return "\(name) grew by \(increase): \(trouble.meaning)"
        }
        let total = total(trouble.counter)
        guard total > 0 else { return nil }
        return "\(name) is \(total) since boot, or since this network namespace was made: \(trouble.meaning)"
    }
}
