import Conntrack

extension StatisticsCounter {
    /// What it counts, in plain words; nil if unknown to this program.
    ///
    /// Source: net/netfilter/nf_conntrack_core.c (`nf_conntrack_in`, `__nf_conntrack_confirm`, `nf_ct_resolve_clash`,
    /// `nf_conntrack_tuple_taken`, `early_drop`, `nf_conntrack_handle_icmp`, `nf_conntrack_hash_check_insert`) and
    /// nf_conntrack_expect.c of Linux 6.1 to 6.18; for counters no longer used, of the last version that used them.
    package var explanation: String? {
        guard isKnown else { return nil }
        return kind == .conntrack ? Self.conntrack[number] : Self.expectations[number]
    }

    private static let conntrack: [UInt16: String] = [
        1: "entries that lookups skipped in their hash chain (before Linux 4.9)",
        2: "tuples that NAT wanted but found in use, so it took another: harmless (before Linux 4.9: any tuple found)",
        3: "entries created for new connections (before Linux 4.9)",
        4: "packets that are malformed or match no connection: the packet filter sees them as ctstate INVALID",
        5: "packets that already had a connection attached, or were untracked (before Linux 5.10)",
        6: "entries freed (before Linux 4.9)",
        7: "entries removed from the table (before Linux 4.9)",
        8: "entries created from user space (conntrack -I, conntrackd); since Linux 4.9 not those created by packets",
        9: "new entries that could not be inserted: their packet was dropped (before Linux 5.10 not always)",
        10: "packets that conntrack dropped: no room or memory for an entry, or another connection has their tuple",
        11: "entries without ASSURED evicted because the table was full",
        12: "ICMP packets that are malformed, or errors about a connection without an entry: ctstate INVALID too",
        13: "lookups restarted because an entry moved to another hash chain: harmless",
        14: "packets whose entry was created by another packet at the same time, and which joined it: harmless",
        15: "new entries refused because their hash chain was too long; their packet was dropped",
    ]

    private static let expectations: [UInt16: String] = [
        1: "connections that matched an expectation",
        2: "expectations created by helpers (FTP, SIP …) or user space",
        3: "expectations removed: fulfilled, expired or withdrawn",
    ]
}
