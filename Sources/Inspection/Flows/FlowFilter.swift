import Addresses
import Conntrack
import IPVS

/// Which flows of a snapshot the user wants to see.
package struct FlowFilter: Equatable, Sendable {
    /// Empty: every service.
    package var services: [ServiceSelector] = []
    /// Empty: every client.
    package var clients: [ClientSelector] = []
    /// Empty: every verdict.
    package var verdicts: Set<FlowVerdict> = []
    /// What else flows must be.
    package var expression: FilterExpression?

    /// Wants everything.
    package init() {}

    /// Whether it is limited to some services or clients, or by an expression.
    package var narrows: Bool { !services.isEmpty || !clients.isEmpty || expression != nil }

    /// Whether flows to a virtual address, or of a service, are wanted.
    func wants(_ service: Service.Identity?, _ virtual: Endpoint, _ protocol: IPProtocol) -> Bool {
        services.isEmpty
            || services.contains { selector in
                selector.matches(.address(`protocol`, virtual)) || service.map(selector.matches) ?? false
            }
    }

    func wants(_ route: Route) -> Bool { wants(route.service, route.virtual, route.protocol) }

    func wants(_ row: FlowRow, of store: FlowStore) -> Bool {
        wants(client: row.client) && expression?.accepts(FilteredFlow(row, store)) ?? true
    }

    func wants(client: Endpoint) -> Bool { clients.isEmpty || clients.contains { $0.matches(client) } }

    /// Whether a requested service matches none of these, and none of them can have flows that it selects.
    package func asksForMissing(among existing: [Service]) -> Bool {
        services.contains { selector in !existing.contains { selector.mayChooseFlows(of: $0.identity) } }
    }

    /// Whether a requested service does not exist on the director, and is not the virtual address of any flow either.
    package func asksForMissing(in snapshot: FlowSnapshot) -> Bool {
        services.contains { selector in
            func isMeant(_ identity: Service.Identity) -> Bool {
                if case .fwmark = identity { return selector.matches(identity) }
                return selector.mayChooseFlows(of: identity)
            }
            return !snapshot.services.contains { isMeant($0.identity) }
                && !snapshot.report.flows.store.routes.contains {
                    selector.matches(.address($0.protocol, $0.virtual))
                }
        }
    }
}

/// `[PROTOCOL/]ADDRESS[:PORT]` or `fwmark:MARK`.
package struct ServiceSelector: Equatable, Sendable {
    /// The syntax it accepts, worded to end a sentence.
    package static let takes = FilterService.takes

    private let meaning: FilterService

    /// The protocol, if given.
    package var `protocol`: IPProtocol? { if case .address(let service) = meaning { service.protocol } else { nil } }

    /// Reads `[PROTOCOL/]ADDRESS[:PORT]` or `fwmark:MARK`, an IPv6 address with a port in brackets.
    package init?(_ text: String) {
        guard let meaning = FilterService(text) else { return nil }
        self.meaning = meaning
    }

    package init(_ meaning: FilterService) { self.meaning = meaning }

    /// Whether it selects a service; without a port, any port of the address.
    package func matches(_ service: Service.Identity) -> Bool {
        switch (meaning, service) {
        case (.fwmark(let wanted), .fwmark(let mark, _)): wanted == mark
        case (.address(let wanted), .address(let transport, let endpoint)):
            wanted.address == endpoint.address && (wanted.port ?? endpoint.port) == endpoint.port
                && (wanted.protocol ?? transport) == transport
        case (.fwmark, .address), (.address, .fwmark): false
        }
    }
}

extension ServiceSelector {
    /// Whether it may select flows of a service: one by firewall mark takes packets to any address, one with port 0 to any port.
    func mayChooseFlows(of service: Service.Identity) -> Bool {
        switch (meaning, service) {
        case (.address(let wanted), .fwmark(_, let family)): wanted.address.family == family
        case (.address(let wanted), .address(let transport, let endpoint)) where endpoint.port == 0:
            wanted.address == endpoint.address && (wanted.protocol ?? transport) == transport
        default: matches(service)
        }
    }
}

/// `ADDRESS[/PREFIX]`, or `ADDRESS:PORT`.
package struct ClientSelector: Equatable, Sendable {
    /// The syntax it accepts, worded to end a sentence.
    package static let takes = "ADDRESS, ADDRESS/LENGTH or ADDRESS:PORT"

    private var prefix: Prefix
    private var port: UInt16?

    /// Reads `ADDRESS[/PREFIX]` or `ADDRESS:PORT`, an IPv6 address with a port in brackets.
    package init?(_ text: String) {
        if let prefix = Prefix(text) {
            self.prefix = prefix
        } else if let endpoint = Endpoint(text), let prefix = Prefix("\(endpoint.address)") {
            self.prefix = prefix
            port = endpoint.port
        } else {
            return nil
        }
    }

    /// Whether it selects a client; without a port, any port.
    package func matches(_ client: Endpoint) -> Bool {
        prefix.contains(client.address) && (port ?? client.port) == client.port
    }
}
