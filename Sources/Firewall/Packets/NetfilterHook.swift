/// A place on a packet's way where netfilter calls those who registered for it (`enum nf_inet_hooks`, linux/netfilter.h). An open set.
package struct NetfilterHook: RawRepresentable, Hashable, Sendable {
    /// `NF_INET_*`
    package let rawValue: UInt8

    /// Any number, known here or not.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// As packets come in, before routing.
    package static let preRouting = NetfilterHook(rawValue: 0)
    /// Packets for this host.
    package static let localIn = NetfilterHook(rawValue: 1)
    /// Packets that pass through.
    package static let forward = NetfilterHook(rawValue: 2)
    /// Packets that this host sends, those of IPVS among them.
    package static let localOut = NetfilterHook(rawValue: 3)
    /// As packets leave, after routing.
    package static let postRouting = NetfilterHook(rawValue: 4)
}

extension NetfilterHook: CustomStringConvertible {
    /// The kernel's name without `NF_INET_`; a hook without a name is its number.
    package var name: String {
        switch self {
        case .preRouting: "PRE_ROUTING"
        case .localIn: "LOCAL_IN"
        case .forward: "FORWARD"
        case .localOut: "LOCAL_OUT"
        case .postRouting: "POST_ROUTING"
        default: String(rawValue)
        }
    }

    /// The same as `name`.
    package var description: String { name }
}
