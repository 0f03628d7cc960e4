import Addresses
import Conntrack

/// How full the conntrack table is and what its CPUs have counted, at one moment.
package struct TableStatistics: Snapshot, Equatable, Sendable {
    /// When and where it was read.
    package var origin: Origin
    /// The four that limit the table: `limits`.
    package var sysctls: Sysctls
    /// Entries and limit, as ctnetlink has them.
    package var size: TableSize
    /// In the order of the CPUs.
    package var cpus: [CPUStatistics]

    /// Statistics by their parts.
    package init(
        _ origin: Origin, sysctls: Sysctls,
        size: TableSize, cpus: [CPUStatistics]
    ) {
        self.origin = origin
        self.sysctls = sysctls
        self.size = size
        self.cpus = cpus
    }

    /// Names of the sysctls that belong to it.
    package static let limits = [
        Sysctls.conntrackCount, Sysctls.conntrackMax, Sysctls.conntrackBuckets, Sysctls.expectationMax,
    ]

    /// Sysctls that could not be read.
    package var losses: [Loss] { sysctls.losses }

    /// Entries in this network namespace.
    package var entries: UInt64? { size.entries.map(UInt64.init) ?? number(Sysctls.conntrackCount) }

    /// How many entries this network namespace may have; nil when that is not known, or there is no limit.
    package var limit: UInt64? {
        let limit = size.limit.map(UInt64.init) ?? number(Sysctls.conntrackMax)
        return limit == 0 ? nil : limit
    }

    /// Buckets of the hash table, which all network namespaces share.
    package var buckets: UInt64? { number(Sysctls.conntrackBuckets) }

    /// The kernel's are of 32 bits. Another number, which only a capture can hold, would overflow what is reckoned with it.
    private func number(_ name: String) -> UInt64? {
        sysctls.number(name).flatMap { UInt32(exactly: $0) }.map(UInt64.init)
    }

    /// The counters that this kernel has, in its order.
    package var counters: [StatisticsCounter] { Set(cpus.flatMap(\.counters.keys)).sorted() }

    /// Of all CPUs together. A CPU's part wraps at 2^32, so this may be less than what has happened.
    package func total(_ counter: StatisticsCounter) -> UInt64 {
        cpus.reduce(0) { $0 + UInt64($1.counters[counter] ?? 0) }
    }
}
