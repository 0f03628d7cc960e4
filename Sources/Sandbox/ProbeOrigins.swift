import Addresses
import Inspection
import Routing

/// Where clients of a director may be: an address for each way by which packets can come in.
struct ProbeOrigins {
    let all: [(origin: ProbeOrigin, link: Int32)]

    /// With more, a service that no packet reaches takes too long.
    private static let most = 8
    private static let mostClients = 4

    /// Addresses that nobody has (RFC 5737, RFC 3849).
    private static let outside: [IPAddress.Family: IPAddress] = [
        .ipv4: IPAddress(ipv4: 0xC633_644D), .ipv6: IPAddress(ipv6High: 0x2001_0DB8_FFFF_0000, low: 0x4D),
    ]

    /// First from far away, by the default route, then from the networks of the links, then from where clients are known to be.
    init(
        _ network: NetworkConfiguration, _ links: [Int32: String], _ family: IPAddress.Family, _ clients: [IPAddress]
    ) {
        var found: [(origin: ProbeOrigin, link: Int32)] = []
        let routes = RouteLookup(network)
        func add(_ address: IPAddress, _ link: Int32, most: Int = Self.most) {
            guard let name = links[link], found.count < most, !routes.isLocal(address) else { return }
            if !found.contains(where: { $0.link == link && $0.origin.address == address }) {
                found.append((ProbeOrigin(address, name), link))
            }
        }
        for route in network.routes.filter({ $0.family == family && $0.isUsual }).sorted(by: Self.isBefore) {
            guard let link = route.output ?? route.nextHops.first?.output else { continue }
            if route.destination.length == 0, let address = Self.outside[family] { add(address, link) }
            guard route.destination.length > 0 else { continue }
            // A director may have one of them itself.
            if let address = route.destination.clients.first(where: { !routes.isLocal($0) }) { add(address, link) }
        }
        let mostOfAll = found.count + Self.mostClients
        for client in clients where client.family == family {
            if let link = routes.path(to: client, family).output { add(client, link, most: mostOfAll) }
        }
        all = found
    }

    /// Default routes first, then networks that are not behind a gateway.
    private static func isBefore(_ left: Routing.Route, _ right: Routing.Route) -> Bool {
        func rank(_ route: Routing.Route) -> Int { route.destination.length == 0 ? 0 : route.gateway == nil ? 1 : 2 }
        return rank(left) < rank(right)
    }
}

extension Routing.Route {
    /// By which packets are forwarded to somebody else.
    fileprivate var isUsual: Bool {
        table == .main && type == .unicast && !flags.contains(.dead)
            && !(family == .ipv6 && destination.address.isLinkLocalOrMulticast)
    }
}

extension IPAddress {
    fileprivate var isLinkLocalOrMulticast: Bool {
        ["fe80::/10", "ff00::/8"].contains { Prefix($0)?.contains(self) ?? false }
    }

    /// The address so many further on.
    func advanced(by count: UInt64) -> IPAddress {
        family == .ipv4
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: low &+ count)) : IPAddress(ipv6High: high, low: low &+ count)
    }
}

extension Prefix {
    /// Addresses in it that are unlikely to be anybody's: near its end; none if it has no room.
    fileprivate var clients: [IPAddress] {
        let bits = address.bitWidth - length
        guard bits >= 2 else { return [] }
        let room: UInt64 = bits >= 16 ? 1 << 16 : 1 << UInt64(bits)
        // The first one is its network's, and the last one may be the broadcast address.
        return (Array(3...min(room - 1, 16)) + [2]).map { address.advanced(by: room - $0) }
    }
}
