import CNetlink
import Conntrack
import Netlink

/// Whether conntrack sees the packets of a network namespace.
///
/// Conntrack registers its hooks in a namespace for a family (IPv4, IPv6) with its first user there, and unregisters with the last
/// (nf_ct_netns_get, net/netfilter/nf_conntrack_proto.c). A rule with `ct` is such a user: creating one where nothing has used conntrack
/// yet activates it, and with it defragmentation and the drops of a full table. Observers must check here first.
///
/// `.active` is based on evidence only. `.inactive` is exact if the kernel lists its hooks (nfnetlink_hook, Linux 5.14, often a module or
/// not built). Otherwise it means that no nf_tables rule, object or set uses conntrack, that iptables-legacy has no tables, and that the
/// conntrack table is empty; these users are not seen then: an IPVS NAT service for port 21, `enable_hooks` of the module nf_conntrack,
/// and Open vSwitch up to Linux 6.10.
///
/// It applies to the moment of reading. A user may disappear later, such as another observer's table.
package struct ConntrackActivation: Equatable, Sendable {
    package enum Activity: Equatable, Sendable {
        /// Its packets get their ctstate. The evidence in words: `rule ip filter INPUT handle 5 uses ct`.
        case active(String)
        case inactive
        /// Why it is unknown, in words.
        case unknown(String)
    }

    package var ipv4: Activity
    package var ipv6: Activity

    package init(ipv4: Activity, ipv6: Activity) {
        self.ipv4 = ipv4
        self.ipv6 = ipv6
    }

    /// Queries the kernel. Blocks until its answers are complete: milliseconds; if rules have to be read and there are 100,000, 2.5 s, as
    /// the kernel needs quadratic time to list them.
    ///
    /// Needs CAP_NET_ADMIN in the user namespace that owns the network namespace. Loads the kernel's `nfnetlink_hook`, and if that is missing
    /// `nf_tables`, if necessary: neither affects packets by itself.
    ///
    /// - Throws: `.forbidden` without the capability; `.damaged` if an answer is; `.failed`, `.lost`.
    package init(reading kernel: any KernelSource) throws(KernelError) {
        // A capture has the rules, and not the hooks.
        if !(kernel is CapturedKernel), let ipv4 = try TrackingHook.ipv4.activity(in: kernel),
            let ipv6 = try TrackingHook.ipv6.activity(in: kernel)
        {
            self.init(ipv4: ipv4, ipv6: ipv6)
            return
        }
        let users = try TrackingUsers(reading: kernel)
        self.init(ipv4: Self.conclusion(.ipv4, users, kernel), ipv6: Self.conclusion(.ipv6, users, kernel))
        doubt(for: kernel)
    }

    /// What the users found mean if the hooks themselves cannot be seen.
    private static func conclusion(
        _ family: TrackedFamilies, _ users: TrackingUsers, _ kernel: any KernelSource
    ) -> Activity {
        if let user = users.evidence(for: family) { return .active(user) }
        if let shortfall = users.shortfall {
            return .unknown("the ruleset could not be read completely: \(shortfall)")
        }
        let file = KernelFile(family == .ipv4 ? "proc/net/ip_tables_names" : "proc/net/ip6_tables_names")
        do throws(KernelError) {
            let tables = try kernel.text(of: file).split(whereSeparator: \.isNewline).joined(separator: ", ")
            if tables.isEmpty { return .inactive }
            return .unknown("iptables-legacy has tables here (\(tables)), whose rules are not read")
        } catch {
            return error.cause == .absent ? .inactive : .unknown(error.description)
        }
    }

    /// Entries without a known user may come from ctnetlink, from a user that is gone, or from one that is not seen.
    private mutating func doubt(for kernel: any KernelSource) {
        guard ipv4 == .inactive, ipv6 == .inactive,
            let text = try? kernel.text(of: KernelFile(sysctl: "net.netfilter.nf_conntrack_count")),
            let count = Int(text), count > 0
        else { return }
        let reason =
            "no user of conntrack was found, but its table has \(count) \(count == 1 ? "entry" : "entries")"
        ipv4 = .unknown(reason)
        ipv6 = .unknown(reason)
    }
}

/// The families for which a user of conntrack activates it.
struct TrackedFamilies: OptionSet {
    let rawValue: UInt8

    static let ipv4 = TrackedFamilies(rawValue: 1)
    static let ipv6 = TrackedFamilies(rawValue: 2)
    static let both: TrackedFamilies = [.ipv4, .ipv6]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The meaning of a use in a table of this family (nf_ct_netns_get, net/netfilter/nf_conntrack_proto.c).
    init(of family: some BinaryInteger) {
        switch Int(family) {
        case NFPROTO_IPV4: self = .ipv4
        case NFPROTO_IPV6: self = .ipv6
        case NFPROTO_INET, NFPROTO_BRIDGE: self = .both
        default: self = []
        }
    }
}
