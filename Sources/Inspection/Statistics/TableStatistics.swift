import Conntrack

/// How full the conntrack table is and what its CPUs have counted, at one moment.
public struct TableStatistics: Snapshot, Equatable, Sendable {
    /// When and where it was read.
    public var origin: SnapshotOrigin
    /// The four that limit the table: `limits`.
    public var sysctls: Sysctls
    /// Entries and limit, as ctnetlink has them.
    public var size: TableSize
    /// In the order of the CPUs.
    public var cpus: [CPUStatistics]

    /// Statistics by their parts.
    public init(
        _ origin: SnapshotOrigin, sysctls: Sysctls,
        size: TableSize, cpus: [CPUStatistics]
    ) {
        self.origin = origin
        self.sysctls = sysctls
        self.size = size
        self.cpus = cpus
    }

    /// Names of the sysctls that belong to it.
    public static let limits = [
        Sysctls.conntrackCount, Sysctls.conntrackMax, Sysctls.conntrackBuckets, Sysctls.expectationMax,
    ]

    /// Sysctls that could not be read.
    public var losses: [Loss] { sysctls.losses }

    /// Entries in this network namespace.
    public var entries: UInt64? { size.entries.map(UInt64.init) ?? number(Sysctls.conntrackCount) }

    /// How many entries this network namespace may have; nil when that is not known, or there is no limit.
    public var limit: UInt64? {
        let limit = size.limit.map(UInt64.init) ?? number(Sysctls.conntrackMax)
        return limit == 0 ? nil : limit
    }

    /// Buckets of the hash table, which all network namespaces share.
    public var buckets: UInt64? { number(Sysctls.conntrackBuckets) }

    /// The kernel's are of 32 bits. Another number, which only a capture can hold, would overflow what is reckoned with it.
    private func number(_ name: String) -> UInt64? {
        sysctls.number(name).flatMap { UInt32(exactly: $0) }.map(UInt64.init)
    }

    /// The counters that this kernel has, in its order.
    public var counters: [StatisticsCounter] { Set(cpus.flatMap(\.counters.keys)).sorted() }

    /// Of all CPUs together. A CPU's part wraps at 2^32, so this may be less than what has happened.
    public func total(_ counter: StatisticsCounter) -> UInt64 {
        cpus.reduce(0) { $0 + UInt64($1.counters[counter] ?? 0) }
    }
}
