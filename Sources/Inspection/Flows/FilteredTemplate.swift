import Addresses
import Conntrack
import IPVS

/// A persistence template as a filter of flows sees it: it has no entry, and so no verdict.
struct FilteredTemplate: FilterRow {
    private let template: FlowTemplate
    private let connection: Connection

    init(_ template: FlowTemplate) { (self.template, connection) = (template, template.connection) }

    func fact(_ key: FilterKey) -> FilterFact {
        // One of a service by mark has the mark in place of protocol and address.
        let isByMark = connection.templateFwmark != nil
        return switch key {
        case .family: .number(connection.client.address.family == .ipv4 ? 2 : 10)
        case .protocol: isByMark ? .absent : .number(UInt64(connection.protocol.rawValue))
        case .src: .endpoint(connection.client.address, nil)
        case .dst: isByMark ? .absent : .endpoint(connection.virtual.address, connection.virtual.port)
        case .server: .endpoint(connection.destination.address, connection.destination.port)
        case .port, .dport: isByMark ? .absent : .number(UInt64(connection.virtual.port))
        case .state: .name(connection.state.name)
        case .method: template.method.map { .name($0.description) } ?? .unknown
        case .flag: connection.details.map { .several($0.flags.names.map { .name($0) }) } ?? .unknown
        case .mark:
            (connection.templateFwmark ?? connection.details?.firewallMark).map { .number(UInt64($0)) } ?? .unknown
        case .timeout: .number(UInt64(connection.expires))
        // When it was made is not kept.
        case .age: .unknown
        default: .absent
        }
    }

    func isOf(_ service: FilterService) -> Bool {
        let selector = ServiceSelector(service)
        return selector.matches(.address(connection.protocol, connection.virtual))
            || template.service.map(selector.matches) ?? false
    }

    func write(to text: inout RowText) {
        text.append(field: connection.protocol.description)
        text.append(connection.client)
        text.append(connection.virtual)
        text.append(connection.destination)
        if let method = template.method { text.append(field: method.description) }
        text.append(field: connection.state.name)
    }
}
