import Addresses
import Firewall
import IPVS

/// Whose packets are counted together: those of an IPVS service, or of a requested address.
package enum ObservedSubject: Equatable, Sendable {
    case service(Service)
    /// With a port: its TCP, UDP and SCTP. Without: everything.
    case address(IPAddress, port: UInt16?)

    /// The services matched by the selectors; all if there are none.
    package static func services(_ services: [Service], _ selectors: [ServiceSelector]) -> [ObservedSubject] {
        services.filter { service in selectors.isEmpty || selectors.contains { $0.matches(service.identity) } }
            .map(ObservedSubject.service)
    }

    /// Nil for a requested address.
    package var service: Service? {
        switch self {
        case .service(let service): service
        case .address: nil
        }
    }
}

extension ObservedSubject {
    /// The virtual address, if it has one.
    var address: IPAddress? {
        switch self {
        case .address(let address, _): return address
        case .service(let service):
            guard case .address(_, let endpoint) = service.identity else { return nil }
            return endpoint.address
        }
    }

    /// Whether packets of a protocol to an address may belong to it.
    func mayHave(_ transport: IPProtocol, to other: IPAddress) -> Bool {
        guard address == other else { return false }
        guard case .address(let own, _)? = service?.identity else { return true }
        return own == transport
    }

    var family: IPAddress.Family {
        switch self {
        case .address(let address, _): address.family
        case .service(let service): service.identity.family
        }
    }

    /// The forwarding methods of the service's destinations, without duplicates, ordered by name.
    package var methods: [ForwardingMethod] {
        Set((service?.destinations ?? []).map(\.method)).sorted { $0.description < $1.description }
    }
}

extension ObservedSubject {
    /// From `ADDRESS`, `ADDRESS:PORT` or `[ADDRESS]:PORT`; nil for anything else.
    package init?(address text: String) {
        if let alone = IPAddress(text) {
            self = .address(alone, port: nil)
        } else if let endpoint = Endpoint(text), endpoint.port != 0 {
            self = .address(endpoint.address, port: endpoint.port)
        } else {
            return nil
        }
    }
}

extension ObservedSubject: CustomStringConvertible {
    /// `tcp 10.0.0.100:80`, `fwmark 7`, `10.0.0.100`.
    package var description: String {
        switch self {
        case .service(let service): service.identity.description
        case .address(let address, let port?): Endpoint(address, port).description
        case .address(let address, nil): address.description
        }
    }
}
