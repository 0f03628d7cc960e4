import Conntrack

extension StatisticsCounter {
    /// What it counts, in plain words; nil when this program does not know it.
    ///
    /// Source: net/netfilter/nf_conntrack_core.c (`nf_conntrack_in`, `__nf_conntrack_confirm`, `nf_ct_resolve_clash`,
    /// `nf_conntrack_tuple_taken`, `early_drop`, `nf_conntrack_handle_icmp`, `nf_conntrack_hash_check_insert`) and
    /// nf_conntrack_expect.c of Linux 6.1 to 6.18; for what is no longer counted, of the last version that counted it.
    package var explanation: String? {
        guard isKnown else { return nil }
        return kind == .conntrack ? Self.conntrack[number] : Self.expectations[number]
    }

    private static let conntrack: [UInt16: String] = [
        1: "entries that lookups passed by in their hash chain (before Linux 4.9)",
        2: "tuples that NAT wanted and found in use, so it took another: harmless (before Linux 4.9: any tuple found)",
        3: "entries made for new connections (before Linux 4.9)",
        4: "packets that are malformed or fit no connection: the packet filter sees them as ctstate INVALID",
        5: "packets that came with a connection already, or were untracked (before Linux 5.10)",
        6: "entries that were freed (before Linux 4.9)",
        7: "entries that were taken out of the table (before Linux 4.9)",
        8: "entries made from user space (conntrack -I, conntrackd); since Linux 4.9 none that packets made",
        9: "new entries that could not go into the table: their packet was dropped (before Linux 5.10 not always)",
        10: "packets that conntrack dropped: no room or memory for an entry, or another connection has their tuple",
        11: "entries without the ASSURED status that were thrown out, as the table was full",
        12: "ICMP packets that are malformed, or errors about a connection without an entry: ctstate INVALID too",
        13: "lookups that began again, as an entry moved to another hash chain under them: harmless",
        14: "packets that found their entry made by another packet at the same time, and joined it: harmless",
        15: "new entries refused, as their hash chain was too long, so that their packet was dropped",
    ]

    private static let expectations: [UInt16: String] = [
        1: "connections that came as an expectation had foretold",
        2: "expectations that helpers (FTP, SIP …) or user space made",
        3: "expectations that are gone: fulfilled, expired or taken back",
    ]
}
