import Addresses
import Firewall
import IPVS

/// Whose packets are counted together: those of an IPVS service, or of an address that somebody asked for.
public enum ObservedSubject: Equatable, Sendable {
    case service(Service)
    /// With a port: TCP, UDP and SCTP of it. Without: everything.
    case address(IPAddress, port: UInt16?)

    /// Those of the services that a selector names; all when there is none.
    public static func services(_ services: [Service], _ selectors: [ServiceSelector]) -> [ObservedSubject] {
        services.filter { service in selectors.isEmpty || selectors.contains { $0.matches(service.identity) } }
            .map(ObservedSubject.service)
    }

    public var service: Service? {
        switch self {
        case .service(let service): service
        case .address: nil
        }
    }
}

extension ObservedSubject: CustomStringConvertible {
    /// `tcp 10.0.0.100:80`, `fwmark 7`, `10.0.0.100`.
    public var description: String {
        switch self {
        case .service(let service): service.identity.description
        case .address(let address, let port?): Endpoint(address, port).description
        case .address(let address, nil): address.description
        }
    }
}
