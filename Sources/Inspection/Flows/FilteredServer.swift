import Addresses
import Conntrack
import IPVS

/// A real server of a service as a filter sees it.
package struct FilteredServer: FilterRow {
    private let service: Service
    private let destination: Destination
    /// What its row shows besides: the state of its neighbour, of the link.
    private let words: [String]

    package init(_ destination: Destination, of service: Service, words: [String] = []) {
        (self.destination, self.service, self.words) = (destination, service, words)
    }

    package func fact(_ key: FilterKey) -> FilterFact {
        switch key {
        case .server: .endpoint(destination.endpoint.address, destination.endpoint.port)
        case .method: .name(destination.method.description)
        default: FilteredService(service).fact(key)
        }
    }

    package func isOf(_ other: FilterService) -> Bool { ServiceSelector(other).matches(service.identity) }

    package func write(to text: inout RowText) {
        text.append(destination.endpoint)
        text.append(field: service.identity.description)
        for word in words { text.append(field: word) }
    }
}

extension FilterVocabulary {
    /// Of real servers, each with a service that has it.
    package static func servers(_ host: HostNames) -> FilterVocabulary {
        let services = services(host)
        return FilterVocabulary("servers", services.keys, names: services.names, host)
    }
}
