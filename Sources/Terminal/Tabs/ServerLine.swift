import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

/// What is known of all real servers.
struct ServerFacts {
    let sums: ServiceSums
    let sysctls: Sysctls
    /// Of each address; nil if the network was not read.
    let paths: [IPAddress: NetworkFacts.Path]?
    /// Packets of flows that were seen to be dropped, by service and server; nil while nothing is observed.
    let seenDropped: [ServerLine.Identity: Int]?

    init(_ director: DirectorState) {
        sums = ServiceSums(director.store)
        sysctls = director.sysctls
        paths = director.network?.value?.paths
        seenDropped = director.observation.last == nil ? nil : Self.count(director)
    }

    /// Nil while nothing is observed. A server with port 0 takes packets for each port.
    func dropsSeen(of service: Service.Identity, at server: Endpoint) -> Int? {
        guard server.port == 0 else { return seenDropped.map { $0[.ofService(service, server)] ?? 0 } }
        return seenDropped?.reduce(0) { sum, count in
            guard case .ofService(service, let other) = count.key, other.address == server.address else { return sum }
            return sum + count.value
        }
    }

    private static func count(_ director: DirectorState) -> [ServerLine.Identity: Int] {
        var counts: [ServerLine.Identity: Int] = [:]
        director.timeline.forEachDropped { key, packets in
            guard let row = director.store.slot(of: key).flatMap({ director.store[$0] }) else { return }
            let route = director.store.route(of: row)
            guard let service = route.service, let server = route.destination else { return }
            counts[.ofService(service, server), default: 0] += packets
        }
        return counts
    }
}

/// A row of the list of real servers: one of a service, or all that services have of one address.
struct ServerLine: Sendable {
    enum Identity: Hashable, Sendable {
        case ofService(Service.Identity, Endpoint)
        case alone(IPAddress)
    }

    var identity: Identity
    var endpoint: Endpoint
    var services: [Service]
    var destinations: [Destination]
    var counts: VerdictCounts
    var rates: EstimatedRates?
    /// While packets are observed: how many of its flows were seen to be dropped.
    var seenDropped: Int?
    /// Where packets for it go; nil if that was not read.
    var path: NetworkFacts.Path?

    init(_ destination: Destination, of service: Service, _ facts: ServerFacts) {
        identity = .ofService(service.identity, destination.endpoint)
        endpoint = destination.endpoint
        (services, destinations) = ([service], [destination])
        counts = facts.sums[service.identity, destination.endpoint]
        rates = EstimatedRates(destination.statistics, facts.sysctls)
        seenDropped = facts.dropsSeen(of: service.identity, at: destination.endpoint)
        path = facts.paths?[endpoint.address]
    }

    /// One row for each address, in the order of the first.
    static func grouped(_ lines: [ServerLine]) -> [ServerLine] {
        var order: [IPAddress] = []
        var groups: [IPAddress: ServerLine] = [:]
        for line in lines {
            let address = line.endpoint.address
            if groups[address] == nil {
                order.append(address)
                groups[address] = line
                groups[address]?.identity = .alone(address)
            } else {
                groups[address]?.add(line)
            }
        }
        return order.compactMap { groups[$0] }
    }

    private mutating func add(_ other: ServerLine) {
        services += other.services
        destinations += other.destinations
        counts += other.counts
        rates = rates.flatMap { rates in other.rates.map { rates + $0 } }
        seenDropped = seenDropped.map { $0 + (other.seenDropped ?? 0) }
    }

    // MARK: Words

    func title(_ names: AddressNames) -> String {
        if case .alone(let address) = identity { return names.label(address, nil) }
        return names.label(endpoint)
    }

    func serviceTitle(_ names: AddressNames) -> String {
        services.count == 1 ? names.label(services[0].identity) : Figures.number(services.count, "service")
    }

    var methods: String { Set(destinations.map(\.method.description)).sorted().joined(separator: ",") }

    var active: UInt64 { destinations.reduce(0) { $0 + UInt64($1.activeConnections) } }
    var inactive: UInt64 { destinations.reduce(0) { $0 + UInt64($1.inactiveConnections) } }

    /// `1`, or `0-3` where it differs between services.
    var weight: String {
        let weights = destinations.map(\.weight)
        guard let least = weights.min(), let most = weights.max() else { return "-" }
        return least == most ? "\(most)" : "\(least)-\(most)"
    }

    /// The way to it, and the neighbour's state as `ip neigh` has it.
    var neighbour: String {
        guard let path else { return "-" }
        let state = path.neighbour?.state ?? "-"
        switch path.way {
        case .local: return "local"
        case .onLink: return state
        case .gateway(let gateway, _): return "\(state) via \(gateway)"
        case .none: return "no route"
        case .refused(let type): return type
        case .unknown: return "?"
        }
    }

    var link: String {
        if let down = path?.down { return "\(down.name) \(down.isUp ? "NO-CARRIER" : "DOWN")" }
        return path?.interface ?? "-"
    }

    /// Nothing sent to it arrives.
    var isUnreachable: Bool {
        guard let path else { return false }
        if path.down != nil || path.neighbour?.hasFailed ?? false { return true }
        switch path.way {
        case .none, .refused: return true
        case .local, .onLink, .gateway, .unknown: return false
        }
    }

    func isWanted(_ filter: FilterExpression) -> Bool {
        zip(services, destinations).contains { service, destination in
            filter.accepts(FilteredServer(destination, of: service, words: [methods, neighbour, link]))
        }
    }
}
