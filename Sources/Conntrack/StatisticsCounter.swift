/// A number that the kernel keeps per CPU about its conntrack table or its expectations
/// (`struct ip_conntrack_stat`, include/linux/netfilter/nf_conntrack_common.h). An open set.
package struct StatisticsCounter: Hashable, Sendable {
    /// Both kinds have their own attributes, which begin at 1.
    package enum Kind: Int, Sendable, CaseIterable {
        /// `enum ctattr_stats_cpu`
        case conntrack
        /// `enum ctattr_expect_stats`
        case expectations
    }

    package var kind: Kind
    /// Its attribute.
    package var number: UInt16

    package init(_ kind: Kind, _ number: UInt16) {
        self.kind = kind
        self.number = number
    }

    /// Packets that could not be tracked.
    package static let invalid = StatisticsCounter(.conntrack, 4)
    /// Entries inserted into the table; since Linux 4.9 only those created by user space.
    package static let insert = StatisticsCounter(.conntrack, 8)
    /// Entries that could not be inserted, because another one had the same tuple by then.
    package static let insertFailed = StatisticsCounter(.conntrack, 9)
    /// Packets dropped because there was no entry for them: no room, no memory, or another connection has their tuple.
    package static let drop = StatisticsCounter(.conntrack, 10)
    /// Entries removed early, to make room in a full table.
    package static let earlyDrop = StatisticsCounter(.conntrack, 11)
    /// Entries refused because their hash bucket held too many.
    package static let chainTooLong = StatisticsCounter(.conntrack, 15)

    /// Kernel names by number, as printed by conntrack(8) if it knows them. Linux 4.9 stopped sending searched, new, delete and
    /// delete_list, 5.10 ignore; 5.10 added clash_resolve, 5.15 chaintoolong.
    private static let conntrackNames = [
        "", "searched", "found", "new", "invalid", "ignore", "delete", "delete_list", "insert", "insert_failed", "drop",
        "early_drop", "error", "search_restart", "clash_resolve", "chaintoolong",
    ]
    /// As the columns of /proc/net/stat/nf_conntrack.
    private static let expectationNames = ["", "expect_new", "expect_create", "expect_delete"]

    /// Those that this program knows, of every kernel.
    package static let known =
        conntrackNames.indices.dropFirst().map { StatisticsCounter(.conntrack, UInt16($0)) }
        + expectationNames.indices.dropFirst().map { StatisticsCounter(.expectations, UInt16($0)) }

    /// The kernel's name; for a counter without a name, its number (`17`, `expect_5`).
    package var name: String {
        let names = kind == .conntrack ? Self.conntrackNames : Self.expectationNames
        if number > 0, names.indices.contains(Int(number)) { return names[Int(number)] }
        return kind == .conntrack ? String(number) : "expect_\(number)"
    }

    /// Whether this program knows its meaning.
    package var isKnown: Bool {
        number > 0 && number < (kind == .conntrack ? Self.conntrackNames : Self.expectationNames).count
    }
}

extension StatisticsCounter: Comparable {
    /// Those of conntrack before those of expectations, then by number.
    package static func < (left: StatisticsCounter, right: StatisticsCounter) -> Bool {
        (left.kind.rawValue, left.number) < (right.kind.rawValue, right.number)
    }
}
