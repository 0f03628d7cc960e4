import Netlink

/// The iptables-legacy tables in a network namespace. Their rules cannot be traced, as they are not part of nf_tables.
///
/// A table appears when first requested, so it may have no rules. Tables of iptables-nft are not included.
package struct LegacyTables: Equatable, Sendable {
    /// Of iptables.
    package var ipv4: Presence
    /// Of ip6tables.
    package var ipv6: Presence

    package init(ipv4: Presence, ipv6: Presence) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
    }

    package enum Presence: Equatable, Sendable {
        /// Their names, at least one.
        case tables([String])
        /// The kernel has no such thing, or no table was ever requested.
        case none
        /// It could not be read. Only root may.
        case unknown(KernelError)
    }

    /// Reads `/proc/net/ip_tables_names` and `ip6_tables_names` (net/netfilter/x_tables.c). Needs root in the user namespace that owns the
    /// network namespace.
    package static func read(from kernel: any KernelSource) -> LegacyTables {
        LegacyTables(
            ipv4: presence(in: KernelFile("proc/net/ip_tables_names"), kernel),
            ipv6: presence(in: KernelFile("proc/net/ip6_tables_names"), kernel))
    }

    private static func presence(in file: KernelFile, _ kernel: any KernelSource) -> Presence {
        do throws(KernelError) {
            let names = try kernel.text(of: file).split(whereSeparator: \.isNewline).map(String.init)
            return names.isEmpty ? .none : .tables(names)
        } catch {
            return error.cause == .absent ? .none : .unknown(error)
        }
    }
}
