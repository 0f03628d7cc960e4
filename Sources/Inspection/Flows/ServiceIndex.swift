import Addresses
import Conntrack
import IPVS

/// Finds the service of a connection, and with it the forwarding method.
struct ServiceIndex {
    private let services: [Service.Identity: Service]
    /// Services by mark, by the addresses of their destinations. There may be as many services as templates, and each template asks.
    private var marked: [IPAddress: [Service]] = [:]
    private var hasMarks = false
    /// The destinations of all services, and of those of each virtual address.
    private var destinations: Set<IPAddress> = []
    private var destinationsOf: [IPAddress: Set<IPAddress>] = [:]

    init(_ services: [Service]) {
        self.services = Dictionary(services.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        for service in services {
            let addresses = Set(service.destinations.map(\.endpoint.address))
            destinations.formUnion(addresses)
            switch service.identity {
            case .address(_, let endpoint): destinationsOf[endpoint.address, default: []].formUnion(addresses)
            case .fwmark:
                hasMarks = true
                for address in addresses { marked[address, default: []].append(service) }
            }
        }
    }

    /// What could be found out about the service of a connection.
    struct Match {
        var service: Service.Identity?
        var method: ForwardingMethod?
        var doubts: [String] = []
        /// The services that have the destination, if there are several.
        var candidates: [Candidate] = []
        var standing = DestinationStanding.active

        var mayBeNAT: Bool { method == .nat || candidates.contains { $0.method == .nat } }
    }

    struct Candidate: Equatable {
        var service: Service.Identity
        var method: ForwardingMethod
        /// The destination's weight is 0.
        var isDrained = false
    }

    /// Whether there is a service by firewall mark for packets with a mark.
    @inline(__always)
    func hasMark(_ mark: UInt32, _ family: IPAddress.Family) -> Bool {
        mark != 0 && hasMarks && services[.fwmark(mark, family)] != nil
    }

    /// The kernel looks for the firewall mark first, then for address and port, then for the address with every port
    /// (`ip_vs_service_find`). A row in /proc lacks the mark, so if a fwmark service has the destination too, that is reported.
    func match(_ connection: Connection) -> Match {
        let named = byAddress(connection.protocol, connection.virtual)
        let family = connection.virtual.address.family
        if let details = connection.details {
            let marked = services[.fwmark(details.firewallMark, family)]
            return match(connection, marked ?? named, details.method)
        }
        let marked = marked[connection.destination.address, default: []].filter { $0.identity.family == family }
        let candidates = ((named.map { [$0] } ?? []) + marked).compactMap { Self.candidate(of: connection, in: $0) }
        let standing = standing(of: connection, candidates)
        if candidates.count > 1 { return Self.severalServices(candidates, named?.identity, standing) }
        var match = Match(service: candidates.first?.service ?? named?.identity, method: candidates.first?.method)
        match.standing = standing
        if let named, match.method == nil || match.service != named.identity {
            match.doubts.append("\(connection.destination) is no destination of \(named.identity) now")
        } else if match.service == nil {
            match.doubts.append("no service is the connection's now")
        }
        return match
    }

    /// - Parameter service: the only one that it can belong to.
    private func match(_ connection: Connection, _ service: Service?, _ method: ForwardingMethod) -> Match {
        var match = Match(service: service?.identity, method: method)
        let candidate = service.flatMap { Self.candidate(of: connection, in: $0) }
        match.standing = standing(of: connection, candidate.map { [$0] } ?? [])
        if let service, candidate == nil {
            match.doubts.append("\(connection.destination) is no destination of \(service.identity) now")
        } else if service == nil {
            match.doubts.append("no service is the connection's now")
        }
        return match
    }

    /// The method is known if all candidates agree on it; a service is named if one of them is the VIP's own.
    private static func severalServices(
        _ candidates: [Candidate], _ named: Service.Identity?, _ standing: DestinationStanding
    ) -> Match {
        let methods = Set(candidates.map(\.method))
        let names = candidates.map(\.service.description).joined(separator: " or ")
        return Match(
            service: candidates.first { $0.service == named }?.service,
            method: methods.count == 1 ? methods.first : nil, doubts: ["the service may be \(names)"],
            candidates: candidates, standing: standing)
    }

    /// Which of several services an entry identifies: with NAT the real server answers, otherwise the VIP does (`ip_vs_update_conntrack`).
    /// Nil if it does not tell.
    static func settled(
        _ candidates: [Candidate], _ virtual: Endpoint, _ destination: Endpoint, by entry: Entry?
    ) -> Candidate? {
        guard let answering = entry?.reply.source, virtual.address != destination.address else { return nil }
        let isNAT = answering == destination.address
        let fitting = candidates.filter { ($0.method == .nat) == isNAT }
        return fitting.count == 1 ? fitting.first : nil
    }

    /// The service of a template: the mark is stored in its virtual address.
    func matchTemplate(_ template: Connection) -> Match {
        guard let mark = template.templateFwmark else { return match(template) }
        let identity = Service.Identity.fwmark(mark, template.client.address.family)
        guard let service = services[identity] else {
            return Match(
                doubts: ["there is no service fwmark \(mark) now"], standing: standing(of: template, []))
        }
        let candidate = Self.candidate(of: template, in: service)
        return Match(
            service: identity, method: candidate?.method,
            standing: standing(of: template, candidate.map { [$0] } ?? []))
    }

    /// The service that takes packets to an address and port.
    func byAddress(_ protocol: IPProtocol, _ virtual: Endpoint) -> Service? {
        services[.address(`protocol`, virtual)] ?? services[.address(`protocol`, Endpoint(virtual.address, 0))]
    }

    /// Whether there is a service for just the address and port that the client asked for.
    func hasExactly(_ connection: Connection) -> Bool {
        services[.address(connection.protocol, connection.virtual)] != nil
    }

    /// Whether any service has a destination of this address.
    func isAnywhere(_ address: IPAddress) -> Bool { destinations.contains(address) }

    /// The same of services of a virtual address, and by mark.
    func isAnywhere(_ address: IPAddress, behind virtual: IPAddress) -> Bool {
        marked[address] != nil || destinationsOf[virtual]?.contains(address) ?? false
    }

    private static func candidate(of connection: Connection, in service: Service) -> Candidate? {
        destination(of: connection, in: service).map {
            Candidate(service: service.identity, method: $0.method, isDrained: $0.weight == 0)
        }
    }

    /// A destination with port 0 takes every port.
    private static func destination(of connection: Connection, in service: Service) -> Destination? {
        service.destinations.first { $0.endpoint == connection.destination }
            ?? service.destinations.first {
                $0.endpoint.address == connection.destination.address && $0.endpoint.port == 0
            }
    }
}
