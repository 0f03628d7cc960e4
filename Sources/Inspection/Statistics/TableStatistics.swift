import Addresses
import Conntrack

/// The fill level of the conntrack table and the counters of its CPUs, at one moment.
package struct TableStatistics: Snapshot, Equatable, Sendable {
    /// When and where it was read.
    package var origin: Origin
    /// The four that limit the table: `limits`.
    package var sysctls: Sysctls
    /// Entries and limit, from ctnetlink.
    package var size: TableSize
    /// Ordered by CPU.
    package var cpus: [CPUStatistics]
    /// What of these could not be read.
    package var unread: [Loss] = []

    package init(
        _ origin: Origin, sysctls: Sysctls,
        size: TableSize, cpus: [CPUStatistics]
    ) {
        self.origin = origin
        self.sysctls = sysctls
        self.size = size
        self.cpus = cpus
    }

    /// Names of the related sysctls.
    package static let limits = [
        Sysctls.conntrackCount, Sysctls.conntrackMax, Sysctls.conntrackBuckets, Sysctls.expectationMax,
    ]

    /// Sysctls and numbers that could not be read.
    package var losses: [Loss] { unread + sysctls.losses }

    /// Entries in this network namespace.
    package var entries: UInt64? { size.entries.map(UInt64.init) ?? number(Sysctls.conntrackCount) }

    /// How many entries this network namespace may have; nil if unknown or unlimited.
    package var limit: UInt64? {
        let limit = size.limit.map(UInt64.init) ?? number(Sysctls.conntrackMax)
        return limit == 0 ? nil : limit
    }

    /// Buckets of the hash table, which all network namespaces share.
    package var buckets: UInt64? { number(Sysctls.conntrackBuckets) }

    /// The kernel's numbers have 32 bits. A larger one, which only a capture can contain, would overflow calculations.
    private func number(_ name: String) -> UInt64? {
        sysctls.number(name).flatMap { UInt32(exactly: $0) }.map(UInt64.init)
    }

    /// The counters of this kernel, in its order.
    package var counters: [StatisticsCounter] { Set(cpus.flatMap(\.counters.keys)).sorted() }

    /// Of all CPUs. A CPU's part wraps at 2^32, so this may be less than the actual number.
    package func total(_ counter: StatisticsCounter) -> UInt64 {
        cpus.reduce(0) { $0 + UInt64($1.counters[counter] ?? 0) }
    }
}
