import Addresses
import Conntrack
import IPVS

/// The routes of the flows: each pair of VIP and real server once, with its service according to the current services.
struct RouteTable: Sendable {
    /// By route number.
    var routes: [Route] = []
    private var numbers: [Route.Key: UInt32] = [:]
    /// Those of the first routes, by number.
    private var keys: [Route.Key] = []
    private static let mostKeys = 8
    private(set) var services = ServiceIndex([])
    private var localAddresses: Set<IPAddress> = []
    /// The addresses that an entry of a flow can have as its original destination, and after how many readings each became known: earlier
    /// NEW events for it were not kept.
    private var addresses: [IPAddress: Int] = [:]
    /// The address of the previous entry, as most entries have the same.
    private var lastAddress: IPAddress?
    /// The real servers that may answer through the director: an entry may match a flow by its reply tuple alone.
    private(set) var answeringServers: Set<IPAddress> = []

    private static let few = 4096

    /// The number of a route; assigns one if it is not known yet.
    mutating func number(of key: Route.Key, after readings: Int) -> UInt32 {
        if let number = existing(key) { return number }
        var route = Route(key)
        route.match(services, localAddresses)
        if addresses[key.virtual.address] == nil { addresses[key.virtual.address] = readings }
        if let server = route.answeringServer { answeringServers.insert(server) }
        let number = UInt32(routes.count)
        routes.append(route)
        numbers[key] = number
        if keys.count < Self.mostKeys { keys.append(key) }
        return number
    }

    /// What the kernel's own table says of a connection, as far as it determines its route. A mark that no service has does not: there may
    /// be as many as connections.
    ///
    /// - Parameter family: of its packets.
    @inline(__always)
    func known(_ details: ConnectionDetails?, _ family: IPAddress.Family) -> Route.Known? {
        guard let details else { return nil }
        let hasService = services.hasMark(details.firewallMark, family)
        return Route.Known(method: details.method, serviceMark: hasService ? details.firewallMark : nil)
    }

    /// Most directors have only a few: comparing with each is faster than hashing.
    private func existing(_ key: Route.Key) -> UInt32? {
        guard routes.count == keys.count else { return numbers[key] }
        for number in keys.indices where keys[number].isSame(as: key) { return UInt32(number) }
        return nil
    }

    /// Takes the current services, which determine the service of each route.
    ///
    /// - Returns: whether any route started or stopped being one that may use NAT.
    mutating func take(_ services: [Service], after readings: Int, _ localAddresses: Set<IPAddress>) -> Bool {
        self.services = ServiceIndex(services)
        self.localAddresses = localAddresses
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
            routes[number].match(self.services, localAddresses)
            hasChanged = hasChanged || routes[number].mayBeNAT != mightBeNAT
            if let server = routes[number].answeringServer { answeringServers.insert(server) }
        }
        return hasChanged
    }

    /// Whether most routes belong to flows that are gone: fwmark services may have any number of virtual addresses.
    func isCrowded(flows: Int) -> Bool { routes.count > Self.few && routes.count > 2 * flows }

    /// Removes all routes, so that those of the remaining flows can be renumbered.
    mutating func removeAll() { (routes, numbers, keys, answeringServers) = ([], [:], [], []) }

    /// Whether the NEW event of a connection that first appears now may have arrived before its destination was known to matter.
    func mayHaveMissedEvents(of address: IPAddress, in readings: Int) -> Bool {
        addresses[address].map { readings - $0 < NewEventWatch.readingsToKnow } ?? true
    }

    /// Whether an entry with this original destination can belong to a flow.
    @inline(__always)
    mutating func mayServe(_ address: IPAddress?) -> Bool {
        guard let address else { return false }
        if let lastAddress, address == lastAddress { return true }
        return mayServe(other: address)
    }

    private mutating func mayServe(other address: IPAddress) -> Bool {
        guard addresses[address] != nil else { return false }
        lastAddress = address
        return true
    }
}
