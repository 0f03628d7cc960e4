import Addresses

/// A real server of a service.
package struct Destination: Equatable, Sendable {
    /// Port 0 if the service accepts every port: the packet's port is kept.
    package var endpoint: Endpoint
    /// How packets reach it.
    package var method: ForwardingMethod
    /// Only for the method `tun`.
    package var tunnel: Tunnel?
    /// The scheduler's weight; 0 takes no new connections.
    package var weight: UInt32 = 0
    /// The number of connections above which it gets no new ones (0: no limit).
    package var upperThreshold: UInt32 = 0
    /// The number of connections below which it gets new ones again.
    package var lowerThreshold: UInt32 = 0
    /// Connections counted as active by IPVS.
    package var activeConnections: UInt32 = 0
    /// All others.
    package var inactiveConnections: UInt32 = 0
    /// Connections held here by a template.
    package var persistentConnections: UInt32 = 0
    /// Nil if the kernel sent none.
    package var statistics: Statistics?

    package init(_ endpoint: Endpoint, _ method: ForwardingMethod) {
        self.endpoint = endpoint
        self.method = method
    }

    /// How packets are encapsulated (`IP_VS_CONN_F_TUNNEL_TYPE_*`, `IP_VS_TUNNEL_ENCAP_FLAG_*`).
    package struct Tunnel: Equatable, Sendable {
        /// 0 ipip, 1 gue, 2 gre; an open set.
        package var type: UInt8 = 0
        /// For GUE; host order, 0 otherwise.
        package var port: UInt16 = 0
        /// Whether there are checksums.
        package var flags: UInt16 = 0

        /// IPIP, which has neither port nor flags.
        package init() {}

        /// `ipip`, `gue`, `gre`, or the number.
        package var name: String {
            ["ipip", "gue", "gre"].indices.contains(Int(type)) ? ["ipip", "gue", "gre"][Int(type)] : String(type)
        }
    }
}

/// How a packet reaches the real server (`IP_VS_CONN_F_FWD_MASK`, linux/ip_vs.h). An open set.
package struct ForwardingMethod: RawRepresentable, Hashable, Sendable {
    /// The lowest three bits of the connection's flags.
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Not the generic one of `RawRepresentable`: it is asked for each connection.
    package static func == (left: ForwardingMethod, right: ForwardingMethod) -> Bool { left.rawValue == right.rawValue }

    /// `IP_VS_CONN_F_MASQ`: addresses are rewritten, replies come back through the director.
    package static let nat = ForwardingMethod(rawValue: 0)
    /// `IP_VS_CONN_F_LOCALNODE`: the director itself is the real server.
    package static let local = ForwardingMethod(rawValue: 1)
    /// `IP_VS_CONN_F_TUNNEL`
    package static let tun = ForwardingMethod(rawValue: 2)
    /// `IP_VS_CONN_F_DROUTE`: only the link-layer address is rewritten.
    package static let dr = ForwardingMethod(rawValue: 3)
    /// `IP_VS_CONN_F_BYPASS`: past the (absent) cache to the original destination.
    package static let bypass = ForwardingMethod(rawValue: 4)

    /// The named methods, the most common first.
    package static let named: [ForwardingMethod] = [.dr, .tun, .nat, .local, .bypass]

    static let mask: UInt32 = 7

    /// Whether the real server answers the client itself, so that the director sees only one direction. This is the only definition of it:
    /// NAT rewrites the answers, and with `local` the director itself answers. False for a method without a name, about which nothing is
    /// claimed.
    package var answersBypassDirector: Bool { self == .dr || self == .tun || self == .bypass }
}

extension ForwardingMethod: CustomStringConvertible {
    /// `dr`, `tun`, `nat`, `local`, `bypass`, or the number.
    package var description: String {
        let names = ["nat", "local", "tun", "dr", "bypass"]
        return names.indices.contains(Int(rawValue)) ? names[Int(rawValue)] : String(rawValue)
    }
}
