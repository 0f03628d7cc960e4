import Firewall
import Inspection
import Netlink

extension PacketTotals {
    /// Reads what rules that drop have counted: of nf_tables those that a traced packet has shown; those of iptables-legacy cannot be traced, so
    /// all that have dropped anything.
    mutating func countDrops(_ counters: RuleCounters) {
        do throws(KernelError) {
            let traced = try counters.packets(droppedBy: traced.keys)
            let legacy = counters.packetsDroppedByLegacyRules()
            take(counters: traced.merging(legacy, uniquingKeysWith: &+), unread: nil)
        } catch {
            take(counters: [:], unread: Loss("the counters of rules", error.description))
        }
    }
}
