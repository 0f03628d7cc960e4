import Addresses
import Conntrack
import IPVS

/// A service as a filter sees it: with all of its destinations.
package struct FilteredService: FilterRow {
    private let service: Service

    package init(_ service: Service) { self.service = service }

    package func fact(_ key: FilterKey) -> FilterFact {
        switch (key, service.identity) {
        case (.family, let identity): .number(identity.family == .ipv4 ? 2 : 10)
        case (.protocol, .address(let transport, _)): .number(UInt64(transport.rawValue))
        case (.dst, .address(_, let endpoint)): .endpoint(endpoint.address, endpoint.port)
        case (.port, .address(_, let endpoint)), (.dport, .address(_, let endpoint)): .number(UInt64(endpoint.port))
        case (.mark, .fwmark(let mark, _)): .number(UInt64(mark))
        case (.server, _):
            .several(service.destinations.map { .endpoint($0.endpoint.address, $0.endpoint.port) })
        case (.method, _): .several(service.destinations.map { .name($0.method.description) })
        case (.scheduler, _): .name(service.scheduler)
        default: .absent
        }
    }

    package func isOf(_ other: FilterService) -> Bool { ServiceSelector(other).matches(service.identity) }

    package func write(to text: inout RowText) {
        text.append(field: service.identity.description)
        text.append(field: service.scheduler)
        for destination in service.destinations { text.append(destination.endpoint) }
    }
}

extension FilterVocabulary {
    /// Of IPVS services.
    package static func services(_ host: HostNames) -> FilterVocabulary {
        let names: [FilterKey: [String]] = [
            .family: FilterWord.family.namedValues, .protocol: IPProtocol.names,
            .method: ForwardingMethod.named.map(\.description),
        ]
        let keys: [FilterKey] = [
            .service, .dst, .server, .port, .dport, .protocol, .family, .mark, .scheduler, .method,
        ]
        return FilterVocabulary("services", keys, names: names, host)
    }
}
