import Addresses
import Conntrack
import Firewall
import IPVS

/// A flow as a filter sees it.
package struct FilteredFlow: FilterRow {
    private let row: FlowRow
    private let route: Route
    private let state: String?
    private let entryState: String?
    private let age: UInt64
    private let isStuck: Bool

    /// Its age is that of the store's last reading.
    package init(_ row: FlowRow, _ store: FlowStore) {
        self.row = row
        route = store.routes[Int(row.route)]
        state = store.state(of: row)
        entryState = store.entryState(of: row)
        age = UInt64(store.second &- row.appeared)
        isStuck = store.stuckReason(of: row) != nil
    }

    package func fact(_ key: FilterKey) -> FilterFact {
        switch key {
        case .family: .number(route.virtual.address.family == .ipv4 ? 2 : 10)
        case .protocol: .number(UInt64(route.protocol.rawValue))
        case .src: .endpoint(row.client.address, row.client.port)
        case .dst: .endpoint(route.virtual.address, route.virtual.port)
        case .server: FilterFact(route.destination?.address, route.destination?.port)
        case .port: .several([fact(.sport), fact(.dport)])
        case .sport: .number(UInt64(row.client.port))
        case .dport: .number(UInt64(route.virtual.port))
        case .state: Self.name(state)
        // The first reading does not know these before its end.
        case .conntrack: row.isPending ? .unknown : Self.name(entryState)
        case .verdict: row.isPending ? .unknown : .name(row.verdict.rawValue)
        case .ctstate: .several(row.ctstates.names.map { .name($0) })
        case .method: Self.name(route.method?.description)
        case .flag: row.flags.map { .several($0.names.map { .name($0) }) } ?? unread
        case .mark: row.firewallMark.map { .number(UInt64($0)) } ?? unread
        case .packets: row.packets.map { .number(UInt64($0)) } ?? unread
        case .timeout: row.isOrphan ? .absent : .number(UInt64(row.expires))
        case .age: row.mayBeOlder ? .atLeast(age) : .number(age)
        case .service, .status, .bytes, .zone, .origZone, .replyZone, .label, .icmpType, .icmpCode, .icmpID,
            .replySrc, .replyDst, .replySport, .replyDport, .scheduler, .kind, .packetClass, .hook:
            .absent
        }
    }

    // The first reading does not know its entry before its end.
    package func has(_ trait: FilterTrait) -> Bool? { row.isPending ? nil : isStuck }

    /// What /proc does not have of a connection.
    private var unread: FilterFact { row.isOrphan ? .absent : .unknown }

    private static func name(_ text: String?) -> FilterFact { text.map { .name($0) } ?? .absent }

    package func isOf(_ service: FilterService) -> Bool {
        let selector = ServiceSelector(service)
        return selector.matches(.address(route.protocol, route.virtual))
            || route.service.map(selector.matches) ?? false
    }

    package func write(to text: inout RowText) {
        text.append(field: route.protocol.description)
        text.append(row.client)
        text.append(route.virtual)
        text.append(route.destination)
        if let method = route.method { text.append(field: method.description) }
        if let state { text.append(field: state) }
        if let entryState { text.append(field: entryState) }
        if !row.ctstates.isEmpty { text.append(field: row.ctstates.text) }
        if !row.isPending { text.append(field: row.verdict.rawValue) }
    }
}

extension FilterVocabulary {
    /// Of flows.
    package static func flows(_ host: HostNames) -> FilterVocabulary {
        let keys: [FilterKey] = [
            .src, .dst, .server, .port, .sport, .dport, .protocol, .family, .service, .verdict, .state, .conntrack,
            .ctstate, .method, .age, .timeout, .packets, .mark, .flag,
        ]
        let names: [FilterKey: [String]] = [
            .family: FilterWord.family.namedValues, .protocol: IPProtocol.names,
            .verdict: FlowVerdict.allCases.map(\.rawValue), .conntrack: FilterWord.state.namedValues + ["entry"],
            .ctstate: CTState.named.map(\.name), .method: ForwardingMethod.named.map(\.description),
            .flag: ConnectionDetails.Flags.named.map(\.name),
        ]
        return FilterVocabulary("flows", keys, traits: [.stuck], names: names, host)
    }
}
