import Addresses

/// Where this host sends a packet of its own.
package struct RoutePath: Equatable, Sendable {
    package let way: Way
    /// The length of the prefix that decided; 0 for a default route, nil if no route did.
    package let prefixLength: Int?
    /// The index of the interface that it leaves by.
    package let output: Int32?
    /// In bytes, of the route; nil for that of the interface.
    package let mtu: UInt32?

    package enum Way: Equatable, Sendable {
        /// It is for this host.
        case local
        case onLink
        case gateway(IPAddress)
        /// Nothing matches.
        case none
        /// A route or a rule that lets nothing pass: `unreachable`, `blackhole`, `prohibit`.
        case refused(String)
        /// What decides is not understood: why, in words.
        case unknown(String)
    }

    init(_ way: Way, _ route: Route? = nil, output: Int32? = nil) {
        self.way = way
        prefixLength = route?.destination.length
        self.output = output
        mtu = route?.mtu
    }
}
