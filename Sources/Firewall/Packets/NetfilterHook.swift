/// A point on a packet's path where netfilter calls registered functions (`enum nf_inet_hooks`, linux/netfilter.h). An open set.
package struct NetfilterHook: RawRepresentable, Hashable, Sendable {
    /// `NF_INET_*`
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// As packets come in, before routing.
    package static let preRouting = NetfilterHook(rawValue: 0)
    /// Packets for this host.
    package static let localIn = NetfilterHook(rawValue: 1)
    /// Packets that pass through.
    package static let forward = NetfilterHook(rawValue: 2)
    /// Packets sent by this host, including those of IPVS.
    package static let localOut = NetfilterHook(rawValue: 3)
    /// As packets leave, after routing.
    package static let postRouting = NetfilterHook(rawValue: 4)
}

extension NetfilterHook: CustomStringConvertible {
    /// The kernel's name without `NF_INET_`; a hook without a name is shown as its number.
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

    package var description: String { name }
}
