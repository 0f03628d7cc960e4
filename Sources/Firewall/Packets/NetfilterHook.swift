/// A place on a packet's way where netfilter calls those who registered for it (`enum nf_inet_hooks`, linux/netfilter.h). An open set.
public struct NetfilterHook: RawRepresentable, Hashable, Sendable {
    /// `NF_INET_*`
    public let rawValue: UInt8

    /// Any number, known here or not.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// As packets come in, before routing.
    public static let preRouting = NetfilterHook(rawValue: 0)
    /// Packets for this host.
    public static let localIn = NetfilterHook(rawValue: 1)
    /// Packets that pass through.
    public static let forward = NetfilterHook(rawValue: 2)
    /// Packets that this host sends, those of IPVS among them.
    public static let localOut = NetfilterHook(rawValue: 3)
    /// As packets leave, after routing.
    public static let postRouting = NetfilterHook(rawValue: 4)
}

extension NetfilterHook: CustomStringConvertible {
    /// The kernel's name without `NF_INET_`; a hook without a name is its number.
    public var name: String {
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
    public var description: String { name }
}
