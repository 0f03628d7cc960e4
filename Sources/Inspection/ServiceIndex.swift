import Addresses
import Conntrack
import IPVS

/// Finds the service of a connection, and with it the forwarding method.
struct ServiceIndex {
    private let services: [Service.Identity: Service]
    private let fwmarkServices: [Service]

    init(_ services: [Service]) {
        self.services = Dictionary(services.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        fwmarkServices = services.filter { if case .fwmark = $0.identity { true } else { false } }
    }

    subscript(_ identity: Service.Identity?) -> Service? { identity.flatMap { services[$0] } }

    /// What could be found out about the service of a connection.
    struct Match {
        var service: Service.Identity?
        var method: ForwardingMethod?
        var doubts: [String] = []
    }

    /// In the order in which the kernel looks (`ip_vs_service_find`): the firewall mark first, then address and port, then the address
    /// with every port. A connection does not hold its mark; so where a fwmark service has the destination too, that is said.
    func match(_ connection: Connection) -> Match {
        let named = byAddress(connection.protocol, connection.virtual)
        let marked = fwmarkServices.filter {
            $0.identity.family == connection.virtual.address.family && Self.destination(of: connection, in: $0) != nil
        }
        if let named, let destination = Self.destination(of: connection, in: named) {
            let doubts = marked.isEmpty ? [] : [Self.severalServices([named] + marked)]
            return Match(service: named.identity, method: destination.method, doubts: doubts)
        }
        if marked.count > 1 {
            let methods = Set(marked.compactMap { Self.destination(of: connection, in: $0)?.method })
            return Match(method: methods.count == 1 ? methods.first : nil, doubts: [Self.severalServices(marked)])
        }
        if let only = marked.first {
            return Match(service: only.identity, method: Self.destination(of: connection, in: only)?.method)
        }
        if let named {
            return Match(
                service: named.identity, doubts: ["\(connection.destination) is no destination of the service now"])
        }
        return Match(doubts: ["no service is the connection's now"])
    }

    /// The service of a template: the mark stands in its virtual address.
    func matchTemplate(_ template: Connection) -> Match {
        guard let mark = template.templateFwmark else { return match(template) }
        let identity = Service.Identity.fwmark(mark, template.client.address.family)
        guard let service = services[identity] else { return Match(doubts: ["there is no service fwmark \(mark) now"]) }
        return Match(service: identity, method: Self.destination(of: template, in: service)?.method)
    }

    /// The service that takes packets to an address and port.
    func byAddress(_ protocol: IPProtocol, _ virtual: Endpoint) -> Service? {
        services[.address(`protocol`, virtual)] ?? services[.address(`protocol`, Endpoint(virtual.address, 0))]
    }

    /// A destination with port 0 takes every port.
    private static func destination(of connection: Connection, in service: Service) -> Destination? {
        service.destinations.first { $0.endpoint == connection.destination }
            ?? service.destinations.first {
                $0.endpoint.address == connection.destination.address && $0.endpoint.port == 0
            }
    }

    private static func severalServices(_ services: [Service]) -> String {
        "the service may be " + services.map(\.identity.description).joined(separator: " or ")
    }
}
