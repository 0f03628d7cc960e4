import CNetlink
import Netlink

/// What rules that drop have counted themselves, in the kernel: all packets that they dropped, of any destination, since they were made or their
/// counters were reset.
///
/// Rules of iptables count always, those of nft where they have `counter` right in front of what drops; a policy counts where its chain does
/// (iptables-nft).
package struct RuleCounters {
    private let kernel: any KernelSource
    private static let purpose = "read a rule's counter"

    package init(of kernel: any KernelSource) { self.kernel = kernel }

    /// Asks about each rule by itself, so as not to list thousands. Needs CAP_NET_ADMIN.
    ///
    /// - Parameter rules: of nf_tables; others have no answer here.
    /// - Returns: without those that do not count, or are gone.
    package func packets(droppedBy rules: some Sequence<DroppingRule>) throws(KernelError) -> [DroppingRule: UInt64] {
        var counts: [DroppingRule: UInt64] = [:]
        for rule in rules {
            do throws(KernelError) {
                counts[rule] = try packets(droppedBy: rule)
            } catch {
                if error.cause != .notFound { throw error }
            }
        }
        return counts
    }

    private func packets(droppedBy rule: DroppingRule) throws(KernelError) -> UInt64? {
        switch rule.decision {
        case .rule(let handle):
            return try object(
                .rule, rule, NFTA_RULE_TABLE.rawValue, NFTA_RULE_CHAIN.rawValue, (NFTA_RULE_HANDLE.rawValue, handle))?
                .packetsDropped
        case .policy:
            return try object(.chain, rule, NFTA_CHAIN_TABLE.rawValue, NFTA_CHAIN_NAME.rawValue)?.packetsOfPolicy
        case .legacyRule, .legacyPolicy: return nil
        }
    }

    private func object(
        _ kind: RulesetObject.Kind, _ rule: DroppingRule, _ table: UInt32, _ chain: UInt32,
        _ handle: (type: UInt32, value: UInt64)? = nil
    ) throws(KernelError) -> RulesetObject? {
        var request = Request.netfilter(
            Self.purpose, subsystem: NFNL_SUBSYS_NFTABLES, message: kind.getting, flags: NLM_F_ACK,
            family: Int32(rule.family.rawValue))
        request.append(table, text: rule.table)
        request.append(chain, text: rule.chain)
        if let handle { request.append(handle.type, bigEndian: handle.value) }
        var object: RulesetObject?
        try kernel.askStrictly(request) { message, datagram throws(DecodeError) in
            object = try RulesetObject(kind, message, in: datagram)
        }
        return object
    }

    /// All rules and policies of iptables-legacy that have dropped or rejected packets. Needs root, as the list of tables does.
    ///
    /// - Returns: without what could not be read.
    package func packetsDroppedByLegacyRules() -> [DroppingRule: UInt64] {
        LegacyTable.all(in: kernel).tables.reduce(into: [:]) { counts, table in
            counts.merge(table.packetsDropped, uniquingKeysWith: &+)
        }
    }
}

extension RulesetObject {
    /// Of a rule whose last expression drops: what the counter in front of that has counted. Logging in between changes nothing.
    fileprivate var packetsDropped: UInt64? {
        guard let counter = expressions.dropLast().last(where: { $0.name != "log" }), counter.name == "counter" else {
            return nil
        }
        return counter.longNumber(NFTA_COUNTER_PACKETS.rawValue)
    }

    /// Of a base chain that counts: the packets that its policy decided about (`nft_update_chain_stats`, net/netfilter/nf_tables_core.c).
    fileprivate var packetsOfPolicy: UInt64? {
        payload(NFTA_CHAIN_COUNTERS.rawValue).flatMap {
            RuleExpression("counter", $0).longNumber(NFTA_COUNTER_PACKETS.rawValue)
        }
    }
}
