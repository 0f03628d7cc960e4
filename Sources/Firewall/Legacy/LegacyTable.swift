import CNetlink
import Netlink

/// A table of iptables-legacy or ip6tables-legacy, as the kernel gave it.
///
/// Source: linux/netfilter_ipv4/ip_tables.h, linux/netfilter_ipv6/ip6_tables.h; net/ipv4/netfilter/ip_tables.c, `copy_entries_to_user`.
package struct LegacyTable: Equatable, Sendable, CustomStringConvertible {
    /// `.ip` or `.ip6`.
    package let family: TableFamily
    /// `filter`, `nat`
    package let name: String
    /// The hooks that it has a chain at: bit 0 is PREROUTING, then INPUT, FORWARD, OUTPUT, POSTROUTING (`NF_INET_*`).
    package let hooks: UInt32
    /// By hook: the offset in `entries` at which its chain begins. Without meaning for a hook that is not in `hooks`.
    package let hookEntries: [UInt32]
    /// By hook: the offset of its chain's policy.
    package let underflows: [UInt32]
    /// Rules, policies, and what begins and ends a chain.
    package let count: Int
    /// `struct ipt_entry` or `ip6t_entry`, in host order and the layout of a 64-bit program.
    package let entries: [UInt8]
    /// The names of chains other than those at hooks, in the table's order.
    package let chains: [String]
    /// Where each of the entries is.
    let places: [LegacyEntry]

    /// Of a hook's chain a policy; of any other chain what begins and ends it; and the entry that ends the table. All else is a rule.
    package var rules: Int { count - hooks.nonzeroBitCount - 2 * chains.count - 1 }

    /// - Parameter bytes: as `LegacyTableFile` describes them.
    /// - Throws: if sizes, offsets or counts contradict each other.
    package init(_ bytes: [UInt8], _ family: TableFamily) throws(DecodeError) {
        let span = bytes.span.bytes
        self.family = family
        let hookCount = Int(NF_INET_NUMHOOKS.rawValue)
        let start = Int(XT_TABLE_MAXNAMELEN)
        let (title, chosen): (String, UInt32) = (span.text(0..<start), try span.host(at: start))
        (name, hooks) = (title, chosen)
        let begins = try Self.numbers(1, span)
        let ends = try Self.numbers(1 + hookCount, span)
        (hookEntries, underflows) = (begins, ends)
        count = Int(try span.host(UInt32.self, at: LegacyTableFile.infoSize - 8))
        let size = Int(try span.host(UInt32.self, at: LegacyTableFile.infoSize - 4))
        let rest = Array(bytes.dropFirst(LegacyTableFile.infoSize))
        entries = rest
        guard size == rest.count, !title.isEmpty, chosen >> UInt32(hookCount) == 0 else {
            throw Self.error("its sizes, name or hooks are wrong: \(rest.count) bytes of entries, not \(size)")
        }
        var walk = LegacyEntries(family)
        while try walk.step(in: rest.span.bytes) {}
        (chains, places) = (walk.chains, walk.places)
        guard walk.isEnded, walk.places.count == count else {
            throw Self.error("it has \(walk.places.count) entries instead of \(count), or no end")
        }
        let starts = Set(walk.places.lazy.map(\.start))
        for hook in 0..<hookCount where chosen & (1 << UInt32(hook)) != 0 {
            guard starts.isSuperset(of: [Int(begins[hook]), Int(ends[hook])]) else {
                throw Self.error("the chain of hook \(hook) begins or ends between entries")
            }
        }
        guard rules >= 0 else { throw Self.error("it has fewer entries than its chains need") }
    }

    /// As `LegacyTableFile` describes them.
    package var bytes: [UInt8] { head + entries }

    /// What comes before the entries.
    var head: [UInt8] {
        let name = Array(name.utf8.prefix(Int(XT_TABLE_MAXNAMELEN)))
        let numbers = [hooks] + hookEntries + underflows + [UInt32(count), UInt32(entries.count)]
        return name + [UInt8](repeating: 0, count: Int(XT_TABLE_MAXNAMELEN) - name.count)
            + numbers.flatMap { withUnsafeBytes(of: $0, Array.init) }
    }

    /// One for each hook, from the place `first` after the name.
    private static func numbers(_ first: Int, _ bytes: RawSpan) throws(DecodeError) -> [UInt32] {
        var numbers: [UInt32] = []
        for place in first..<first + Int(NF_INET_NUMHOOKS.rawValue) {
            numbers.append(try bytes.host(at: Int(XT_TABLE_MAXNAMELEN) + 4 * place))
        }
        return numbers
    }

    /// `table filter of ip6tables-legacy`
    package var description: String { "table \(name) of \(family == .ip6 ? "ip6tables" : "iptables")-legacy" }

    private static func error(_ why: String) -> DecodeError { DecodeError("table of iptables-legacy", why, at: 0) }
}
