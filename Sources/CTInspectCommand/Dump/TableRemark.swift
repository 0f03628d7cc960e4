import Collection
import Firewall
import Inspection
import Netlink

/// Why the conntrack table shows less than one looks for.
enum TableRemark {
    /// Whether packets get entries here at all. Needs what a dump needs; blocks for milliseconds.
    static func onEmptyTable(in kernel: any KernelSource) -> String {
        do throws(KernelError) {
            let activation = try ConntrackActivation(reading: kernel)
            if activation.ipv4 == .inactive, activation.ipv6 == .inactive {
                return "the conntrack table is empty, and conntrack is not active in this network namespace:"
                    + " no rule uses it, so no packet gets an entry (observe --start-tracking activates it)"
            }
            return "the conntrack table is empty; IPv4: \(activation.ipv4.words); IPv6: \(activation.ipv6.words)"
        } catch { return "the conntrack table is empty; whether conntrack is active is not known: \(error)" }
    }

    /// Entries get counters if this is set when they begin (nf_ct_acct_ext_add, include/net/netfilter/nf_conntrack_acct.h).
    static func onMissingCounters(in kernel: any KernelSource) -> String? {
        guard Sysctls(named: [Sysctls.accounting], from: kernel).number(Sysctls.accounting) == 0 else { return nil }
        return
            "no entry has packets and bytes: \(Sysctls.accounting)=0; with 1, entries that begin from then on are counted"
    }
}
