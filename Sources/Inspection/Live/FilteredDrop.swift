import Addresses
import Conntrack
import Firewall
import IPVS

/// A loss of packets as a filter sees it.
package struct FilteredDrop: FilterRow {
    private let drop: ObservedDrop
    /// What its row shows besides.
    private let words: [String]

    package init(_ drop: ObservedDrop, words: [String]) { (self.drop, self.words) = (drop, words) }

    package func fact(_ key: FilterKey) -> FilterFact {
        switch (key, drop.identity.owner) {
        case (.ctstate, _): .name(drop.identity.ctstate.name)
        case (.packets, _): .number(drop.volume.packets)
        case (.family, .service(let identity)): .number(identity.family == .ipv4 ? 2 : 10)
        case (.family, .address(let address, _)): .number(address.family == .ipv4 ? 2 : 10)
        case (.protocol, .service(.address(let transport, _))): .number(UInt64(transport.rawValue))
        case (.dst, .service(.address(_, let endpoint))): .endpoint(endpoint.address, endpoint.port)
        case (.dst, .address(let address, let port)): .endpoint(address, port)
        case (.dport, .service(.address(_, let endpoint))): .number(UInt64(endpoint.port))
        case (.dport, .address(_, let port)): FilterFact(port)
        case (.mark, .service(.fwmark(let mark, _))): .number(UInt64(mark))
        default: .absent
        }
    }

    package func isOf(_ service: FilterService) -> Bool {
        guard case .service(let identity) = drop.identity.owner else { return false }
        return ServiceSelector(service).matches(identity)
    }

    package func write(to text: inout RowText) { for word in words { text.append(field: word) } }
}

extension FilterVocabulary {
    /// Of lost packets.
    package static func drops(_ host: HostNames) -> FilterVocabulary {
        FilterVocabulary(
            "drops", [.service, .dst, .dport, .protocol, .family, .mark, .ctstate, .packets],
            names: [
                .family: FilterWord.family.namedValues, .protocol: IPProtocol.names,
                .ctstate: CTState.named.map(\.name),
            ], host)
    }
}
