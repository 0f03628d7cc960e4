import CNetlink
import Netlink

/// A table of iptables-legacy or ip6tables-legacy, as the kernel gave it.
///
/// Source: linux/netfilter_ipv4/ip_tables.h, linux/netfilter_ipv6/ip6_tables.h; net/ipv4/netfilter/ip_tables.c, `copy_entries_to_user`.
package struct LegacyTable: Equatable, Sendable {
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
        chains = walk.chains
        guard walk.isEnded, walk.starts.count == count else {
            throw Self.error("it has \(walk.starts.count) entries instead of \(count), or no end")
        }
        for hook in 0..<hookCount where chosen & (1 << UInt32(hook)) != 0 {
            guard walk.starts.isSuperset(of: [begins[hook], ends[hook]]) else {
                throw Self.error("the chain of hook \(hook) begins or ends between entries")
            }
        }
        guard rules >= 0 else { throw Self.error("it has fewer entries than its chains need") }
    }

    /// One for each hook, from the place `first` after the name.
    private static func numbers(_ first: Int, _ bytes: RawSpan) throws(DecodeError) -> [UInt32] {
        var numbers: [UInt32] = []
        for place in first..<first + Int(NF_INET_NUMHOOKS.rawValue) {
            numbers.append(try bytes.host(at: Int(XT_TABLE_MAXNAMELEN) + 4 * place))
        }
        return numbers
    }

    private static func error(_ why: String) -> DecodeError { DecodeError("table of iptables-legacy", why, at: 0) }
}

/// Walks over a table's entries; each step checks its sizes and moves forward, or throws.
private struct LegacyEntries {
    /// Where each entry begins.
    private(set) var starts: Set<UInt32> = []
    private(set) var chains: [String] = []
    /// Whether the last entry is the one that ends a table.
    private(set) var isEnded = false
    private var offset = 0
    /// Of `struct ipt_entry`, without matches and target: where the offsets of target and next entry are, and its size.
    private let places: (offsets: Int, size: Int)

    init(_ family: TableFamily) {
        places =
            family == .ip6
            ? (MemoryLayout<ip6t_entry>.offset(of: \.target_offset) ?? 0, MemoryLayout<ip6t_entry>.size)
            : (MemoryLayout<ipt_entry>.offset(of: \.target_offset) ?? 0, MemoryLayout<ipt_entry>.size)
    }

    /// - Returns: false at the end.
    mutating func step(in bytes: RawSpan) throws(DecodeError) -> Bool {
        let start = offset
        let left = bytes.byteCount - start
        guard left > 0 else { return false }
        let target = Int(try bytes.host(UInt16.self, at: start + places.offsets))
        let next = Int(try bytes.host(UInt16.self, at: start + places.offsets + 2))
        guard target >= places.size, next >= target + MemoryLayout<xt_entry_target>.size, next <= left else {
            throw DecodeError(
                "entry of iptables-legacy", "its target is at \(target), the next entry at \(next), of \(left) bytes",
                at: start)
        }
        starts.insert(UInt32(truncatingIfNeeded: start))
        offset = start + next
        isEnded = false
        // `struct xt_entry_target`: its size, then its name; that of an error is followed by a chain's name.
        let name = bytes.text(start + target + 2..<start + target + 2 + Int(XT_EXTENSION_MAXNAMELEN))
        guard name == "ERROR" else { return true }
        let text = bytes.text(start + target + MemoryLayout<xt_entry_target>.size..<start + next)
        // The last entry is an error of the same name.
        if offset == bytes.byteCount, text == "ERROR" { isEnded = true } else { chains.append(text) }
        return true
    }
}
