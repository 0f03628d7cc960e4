import CNetlink
import Conntrack
import Netlink

/// Whether conntrack sees the packets of a network namespace.
///
/// Conntrack hooks into a namespace for a family (IPv4, IPv6) when its first user there appears, and out when the last one goes
/// (nf_ct_netns_get, net/netfilter/nf_conntrack_proto.c). A rule with `ct` is such a user: who makes one where nobody has used
/// conntrack yet switches it on, and with it defragmentation and the drops of a full table. Who only observes asks here first.
///
/// `.active` is said on evidence alone. `.inactive` is exact where the kernel lists its hooks (nfnetlink_hook, Linux 5.14, often a
/// module or left out). Elsewhere it means that no rule, object or set of nf_tables uses conntrack, that iptables-legacy has no
/// tables, and that conntrack's table is empty; such users are not seen then: a NAT service of IPVS for port 21, `enable_hooks` of
/// the module nf_conntrack, and Open vSwitch up to Linux 6.10.
///
/// It holds for the moment of the reading. A user may go afterwards, another observer's table for one.
package struct Tracking: Equatable, Sendable {
    /// What is known of one family.
    package enum Activity: Equatable, Sendable {
        /// Its packets get their ctstate. The evidence in words: `rule ip filter INPUT handle 5 uses ct`.
        case active(String)
        case inactive
        /// Why nothing can be said, in words.
        case unknown(String)
    }

    /// Of IPv4.
    package var ipv4: Activity
    /// Of IPv6.
    package var ipv6: Activity

    /// What is known of each family.
    package init(ipv4: Activity, ipv6: Activity) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
    }

    /// Asks the kernel. Blocks until its answers are whole: milliseconds; where rules have to be read and there are 100,000 of them,
    /// 2.5 s, as the kernel lists them in a time that grows with their square.
    ///
    /// Needs CAP_NET_ADMIN in the user namespace that owns the network namespace. Asking loads the kernel's `nfnetlink_hook`, and
    /// where that is missing `nf_tables`, when they are not there yet: neither of them touches a packet by itself.
    ///
    /// - Throws: `.forbidden` without the capability; `.damaged` when an answer is; `.failed`, `.lost`.
    package init(reading kernel: any KernelSource) throws(KernelError) {
        if let ipv4 = try TrackingHook.ipv4.activity(in: kernel),
            let ipv6 = try TrackingHook.ipv6.activity(in: kernel)
        {
            self.init(ipv4: ipv4, ipv6: ipv6)
            return
        }
        let users = try TrackingUsers(reading: kernel)
        self.init(ipv4: Self.conclusion(.ipv4, users, kernel), ipv6: Self.conclusion(.ipv6, users, kernel))
        doubt(for: kernel)
    }

    /// What the users found mean, where the hooks themselves cannot be seen.
    private static func conclusion(
        _ family: TrackedFamilies, _ users: TrackingUsers, _ kernel: any KernelSource
    ) -> Activity {
        if let user = users.evidence(for: family) { return .active(user) }
        if !users.areAll { return .unknown("the ruleset could not be read as a whole: \(Table.keptChanging)") }
        let file = KernelFile(family == .ipv4 ? "proc/net/ip_tables_names" : "proc/net/ip6_tables_names")
        do throws(KernelError) {
            let tables = try kernel.text(of: file).split(whereSeparator: \.isNewline).joined(separator: ", ")
            if tables.isEmpty { return .inactive }
            return .unknown("iptables-legacy has tables here (\(tables)), whose rules are not read")
        } catch {
            return error.cause == .absent ? .inactive : .unknown(error.description)
        }
    }

    /// Entries that no user explains may come over ctnetlink, from a user that is gone, or from one that is not seen.
    private mutating func doubt(for kernel: any KernelSource) {
        guard ipv4 == .inactive, ipv6 == .inactive,
            let text = try? kernel.text(of: KernelFile(sysctl: "net.netfilter.nf_conntrack_count")),
            let count = Int(text), count > 0
        else { return }
        let reason =
            "nobody who uses conntrack was found, but its table has \(count) \(count == 1 ? "entry" : "entries")"
        ipv4 = .unknown(reason)
        ipv6 = .unknown(reason)
    }
}

/// The families for which a user of conntrack switches it on.
struct TrackedFamilies: OptionSet {
    let rawValue: UInt8

    static let ipv4 = TrackedFamilies(rawValue: 1)
    static let ipv6 = TrackedFamilies(rawValue: 2)
    static let both: TrackedFamilies = [.ipv4, .ipv6]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What the use in a table of this family means (nf_ct_netns_get, net/netfilter/nf_conntrack_proto.c).
    init(of family: some BinaryInteger) {
        switch Int(family) {
        case NFPROTO_IPV4: self = .ipv4
        case NFPROTO_IPV6: self = .ipv6
        case NFPROTO_INET, NFPROTO_BRIDGE: self = .both
        default: self = []
        }
    }
}
