import Addresses
import Conntrack
import IPVS

/// Where flows go: each pair of a VIP and a real server once, with the service that it is of, as the services are now.
struct RouteTable: Sendable {
    /// By their number.
    var routes: [Route] = []
    private var numbers: [Route.Key: UInt32] = [:]
    private(set) var services = ServiceIndex([])
    /// The addresses that an entry of a flow can have as its original destination, and after how many readings each became known: NEW
    /// events to it that came earlier were not kept.
    private var addresses: [IPAddress: Int] = [:]
    /// The one that an entry had last, as most have the same.
    private var lastAddress: IPAddress?
    /// The real servers that answer through the director: an entry may be a flow's by its reply tuple alone.
    private(set) var answeringServers: Set<IPAddress> = []

    private static let few = 4096

    /// The number of a route, a new one when it is not known yet.
    mutating func number(of key: Route.Key, after readings: Int) -> UInt32 {
        if let number = known(key) { return number }
        var route = Route(key)
        route.match(services)
        if addresses[key.virtual.address] == nil { addresses[key.virtual.address] = readings }
        if let server = route.answeringServer { answeringServers.insert(server) }
        let number = UInt32(routes.count)
        routes.append(route)
        numbers[key] = number
        return number
    }

    /// Most directors have a few: to compare with each is faster than to hash.
    private func known(_ key: Route.Key) -> UInt32? {
        guard routes.count <= 8 else { return numbers[key] }
        for number in routes.indices where routes[number].has(key) { return UInt32(number) }
        return nil
    }

    /// Takes the services as they are now: they decide whose a route is.
    ///
    /// - Returns: whether a route began or ceased to be one that may use NAT.
    mutating func take(_ services: [Service], after readings: Int) -> Bool {
        self.services = ServiceIndex(services)
        lastAddress = nil
        let known = addresses
        addresses = [:]
        for route in routes { addresses[route.virtual.address] = known[route.virtual.address] }
        for case .address(_, let endpoint) in services.map(\.identity) {
            addresses[endpoint.address] = known[endpoint.address] ?? readings
        }
        var hasChanged = false
        answeringServers = []
        for number in routes.indices {
            let mightBeNAT = routes[number].mayBeNAT
            routes[number].match(self.services)
            hasChanged = hasChanged || routes[number].mayBeNAT != mightBeNAT
            if let server = routes[number].answeringServer { answeringServers.insert(server) }
        }
        return hasChanged
    }

    /// Whether most routes are of flows that are gone: services by mark may have as many virtual addresses as there are.
    func isCrowded(flows: Int) -> Bool { routes.count > Self.few && routes.count > 2 * flows }

    /// Empties it, so that the routes of the flows that are held can be numbered again.
    mutating func removeAll() { (routes, numbers, answeringServers) = ([], [:], []) }

    /// Whether the NEW event of a connection that a reading shows first may have come before its destination was known to matter.
    func mayHaveMissedEvents(of address: IPAddress, in readings: Int) -> Bool {
        addresses[address].map { readings - $0 < NewEventWatch.readingsToKnow } ?? true
    }

    /// Whether an entry with this original destination can be of a flow.
    mutating func mayServe(_ address: IPAddress?) -> Bool {
        guard let address else { return false }
        if address == lastAddress { return true }
        guard addresses[address] != nil else { return false }
        lastAddress = address
        return true
    }
}
