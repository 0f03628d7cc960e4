import Addresses
import Conntrack
import Firewall
import IPVS

/// A line of a record as a filter sees it.
package struct FilteredRecord: FilterRow {
    private let line: RecordLine

    package init(_ line: RecordLine) { self.line = line }

    package func fact(_ key: FilterKey) -> FilterFact {
        switch key {
        case .kind: .name(line.kind.rawValue)
        case .family: family.map { .number($0 == .ipv4 ? 2 : 10) } ?? .absent
        case .protocol: transport.map { .number(UInt64($0.rawValue)) } ?? .absent
        case .src: endpoint(line.endpoint("client"))
        case .dst: endpoint(virtual)
        case .server: endpoint(line.endpoint("destination"))
        case .port: .several([fact(.sport), fact(.dport)])
        case .sport: FilterFact(line.endpoint("client")?.port)
        case .dport: FilterFact(virtual?.port)
        case .verdict: name("verdict")
        case .state: name("ipvs_state")
        case .conntrack: name("entry_state")
        case .packetClass: name("class")
        case .ctstate: name("ctstate")
        case .age: FilterFact(line.number("age_s"))
        case .packets: FilterFact(line.number("packets"))
        default: .absent
        }
    }

    private func name(_ member: String) -> FilterFact { line.text(member).map { .name($0) } ?? .absent }

    private func endpoint(_ endpoint: Endpoint?) -> FilterFact { FilterFact(endpoint?.address, endpoint?.port) }

    /// Of the flow, or of the service.
    private var virtual: Endpoint? {
        if let own = line.endpoint("virtual") { return own }
        guard case .address(_, let endpoint)? = line.service else { return nil }
        return endpoint
    }

    private var transport: IPProtocol? {
        if let own = line.protocol { return own }
        guard case .address(let transport, _)? = line.service else { return nil }
        return transport
    }

    private var family: IPAddress.Family? { virtual?.address.family ?? line.service?.family }

    /// Also of the line that says so first.
    package func has(_ trait: FilterTrait) -> Bool? {
        line.kind == .flow && (line.number("stuck_s") ?? 0 > 0 || line.text("change") == FlowChange.Kind.stuck.rawValue)
    }

    package func isOf(_ service: FilterService) -> Bool {
        let selector = ServiceSelector(service)
        if let own = line.service, selector.matches(own) { return true }
        guard let transport, let virtual else { return false }
        return selector.matches(.address(transport, virtual))
    }

    package func write(to text: inout RowText) { for value in line.value.values { value.write(to: &text) } }
}

extension JSONValue {
    /// All strings and numbers in it, each a field.
    fileprivate func write(to text: inout RowText) {
        if let string { return text.append(field: string) }
        if let number {
            text.append(decimal: number)
            return text.endField()
        }
        for member in members { member.value.write(to: &text) }
        for element in elements { element.write(to: &text) }
    }
}

extension FilterVocabulary {
    /// Of the lines of a record.
    package static func records(_ host: HostNames) -> FilterVocabulary {
        let keys: [FilterKey] = [
            .kind, .src, .dst, .server, .port, .sport, .dport, .protocol, .family, .service, .verdict, .state,
            .conntrack, .age, .packetClass, .ctstate, .packets,
        ]
        let names: [FilterKey: [String]] = [
            .kind: RecordLine.Kind.allCases.map(\.rawValue), .family: FilterWord.family.namedValues,
            .protocol: IPProtocol.names, .verdict: FlowVerdict.allCases.map(\.rawValue),
            .conntrack: FilterWord.state.namedValues + ["entry"], .ctstate: CTState.named.map(\.name),
            .packetClass: PacketClass.allCases.map(\.name),
        ]
        return FilterVocabulary("records", keys, traits: [.stuck], names: names, host)
    }
}
