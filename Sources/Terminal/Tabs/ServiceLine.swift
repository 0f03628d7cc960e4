import Addresses
import IPVS
import Inspection

/// Verdict counts by service and by real server.
struct ServiceSums {
    private var services: [Service.Identity?: VerdictCounts] = [:]
    private var servers: [ServerKey: VerdictCounts] = [:]

    private struct ServerKey: Hashable {
        var service: Service.Identity?
        var server: Endpoint?
    }

    init(_ store: FlowStore) {
        for route in store.routes {
            services[route.service, default: VerdictCounts()] += route.counts
            servers[ServerKey(service: route.service, server: route.destination), default: VerdictCounts()] +=
                route.counts
        }
    }

    subscript(service: Service.Identity) -> VerdictCounts { services[service] ?? VerdictCounts() }

    /// A server with port 0 takes each port that its service does.
    subscript(service: Service.Identity, server: Endpoint) -> VerdictCounts {
        if server.port != 0 { return servers[ServerKey(service: service, server: server)] ?? VerdictCounts() }
        return servers.reduce(into: VerdictCounts()) { sum, element in
            let isMeant = element.key.service == service && element.key.server?.address == server.address
            if isMeant { sum += element.value }
        }
    }

    /// Flows whose service is unknown; nil if there are none.
    var unknownLine: ServiceLine? {
        guard let counts = services[nil], counts.connections + counts[.orphan] > 0 else { return nil }
        return ServiceLine(unknown: counts)
    }
}

/// A row of the service list: a service or one of its real servers.
struct ServiceLine: Sendable {
    enum Identity: Hashable, Sendable {
        case service(Service.Identity)
        case server(Service.Identity, Endpoint)
        case unknown
    }

    var identity: Identity
    var service: Service?
    /// Of a real server's row.
    var destination: Destination?
    var title: String
    var scheduler = ""
    var methods = ""
    var counts: VerdictCounts
    var weight: UInt32?
    var rates: EstimatedRates?
    /// What packet observation has seen.
    var observed: ObservationRates.Rates?
    /// Packets per second in the last readings.
    var history: [Double?] = []
    var isOpen = false

    init(_ service: Service, _ sums: ServiceSums, _ sysctls: Sysctls) {
        identity = .service(service.identity)
        self.service = service
        title = service.identity.description
        scheduler = service.scheduler
        methods = Set(service.destinations.map(\.method.description)).sorted().joined(separator: ",")
        counts = sums[service.identity]
        rates = EstimatedRates(service.statistics, sysctls)
    }

    init(_ destination: Destination, of service: Service, _ sums: ServiceSums, _ sysctls: Sysctls) {
        identity = .server(service.identity, destination.endpoint)
        self.destination = destination
        title = destination.endpoint.description
        methods = destination.method.description
        counts = sums[service.identity, destination.endpoint]
        weight = destination.weight
        rates = EstimatedRates(destination.statistics, sysctls)
    }

    init(unknown counts: VerdictCounts) {
        identity = .unknown
        title = "no service"
        self.counts = counts
    }
}
