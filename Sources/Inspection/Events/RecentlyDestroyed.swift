/// Which entries were destroyed last. A listener that insists on delivery (`NETLINK_BROADCAST_ERROR`) and does not read makes the kernel
/// send a DESTROY again, to everyone, until it can be delivered (`ecache_work_evict_list`, net/netfilter/nf_conntrack_ecache.c).
///
/// Hashes are kept in place of keys, in at most 2 MiB: that two of these are equal will not happen.
struct RecentlyDestroyed: Sendable {
    private var hashes: Set<Int> = []
    /// In order; once there are as many as are kept, the next one replaces the oldest.
    private var order: [Int] = []
    private var oldest = 0

    static let most = 1 << 16

    /// - Returns: false if it is one of these already.
    mutating func insert(_ key: LedgerKey) -> Bool {
        let hash = key.hashValue
        guard hashes.insert(hash).inserted else { return false }
        if order.count < Self.most {
            order.append(hash)
        } else {
            hashes.remove(order[oldest])
            order[oldest] = hash
            oldest = (oldest + 1) % Self.most
        }
        return true
    }
}
