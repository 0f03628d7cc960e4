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
        switch key {
        case .packetClass: .name(drop.identity.packetClass.name)
        case .ctstate: .name(drop.identity.ctstate.name)
        case .hook: .name(drop.identity.place.hookName)
        case .packets: .number(drop.volume.packets)
        default: drop.identity.owner.fact(key, of: drop.identity.packetClass)
        }
    }

    package func isOf(_ service: FilterService) -> Bool { drop.identity.owner.isOf(service) }

    package func write(to text: inout RowText) { for word in words { text.append(field: word) } }
}

extension ObservedDrop.Owner {
    /// What packets of a class have for a word, by whose they are.
    func fact(_ key: FilterKey, of packetClass: PacketClass) -> FilterFact {
        switch (key, self) {
        case (.family, .service(let identity)): .number(identity.family == .ipv4 ? 2 : 10)
        case (.family, .address(let address, _)): .number(address.family == .ipv4 ? 2 : 10)
        case (.protocol, .service(.address(let transport, _))): .number(UInt64(transport.rawValue))
        case (.protocol, _): packetClass.transport.map { .number(UInt64($0.rawValue)) } ?? .unknown
        case (.dst, .service(.address(_, let endpoint))): .endpoint(endpoint.address, endpoint.port)
        case (.dst, .address(let address, let port)): .endpoint(address, port)
        case (.dport, .service(.address(_, let endpoint))): .number(UInt64(endpoint.port))
        case (.dport, .address(_, let port)): FilterFact(port)
        case (.mark, .service(.fwmark(let mark, _))): .number(UInt64(mark))
        // Counts are of all clients together.
        case (.src, _), (.sport, _): .unknown
        default: .absent
        }
    }

    func isOf(_ service: FilterService) -> Bool {
        guard case .service(let identity) = self else { return false }
        return ServiceSelector(service).matches(identity)
    }
}

extension PacketClass {
    /// The protocol of its packets; nil if they may have any.
    fileprivate var transport: IPProtocol? {
        switch self {
        case .syn, .synAck, .ack, .fin, .rst, .tcpOther: .tcp
        case .udp: .udp
        case .sctp: .sctp
        case .icmpError, .other: nil
        }
    }
}

extension PacketLoss.Place {
    /// The value of the word `hook`: for what is lost between two hooks, where that is.
    var hookName: String {
        switch self {
        case .beforeConntrack, .preRouting: NetfilterHook.preRouting.name
        case .localIn: NetfilterHook.localIn.name
        case .forward: NetfilterHook.forward.name
        case .localOut: NetfilterHook.localOut.name
        case .postRouting: NetfilterHook.postRouting.name
        case .routing, .ipvs: rawValue
        }
    }
}

extension FilterVocabulary {
    /// Of lost packets.
    package static func drops(_ host: HostNames) -> FilterVocabulary {
        FilterVocabulary("drops", dropKeys, names: dropNames, host)
    }

    static let dropKeys: [FilterKey] = [
        .service, .dst, .dport, .protocol, .family, .mark, .packetClass, .ctstate, .hook, .packets,
    ]

    /// The names that they take.
    static let dropNames: [FilterKey: [String]] = [
        .family: FilterWord.family.namedValues, .protocol: IPProtocol.names,
        .packetClass: PacketClass.allCases.map { $0.name.uppercased() },
        .ctstate: CTState.named.map(\.name) + [CTState.unseen.name],
        .hook: [NetfilterHook.preRouting, .localIn, .forward, .localOut, .postRouting].map(\.name)
            + ["routing", "IPVS"],
    ]
}
