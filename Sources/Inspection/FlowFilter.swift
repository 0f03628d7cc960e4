import Addresses
import IPVS

/// What a user wants to see of a picture.
public struct FlowFilter: Equatable, Sendable {
    /// None: every service.
    public var services: [ServiceSelector] = []
    /// None: every client.
    public var clients: [ClientSelector] = []
    /// None: every verdict.
    public var verdicts: Set<Verdict> = []

    /// Wants everything.
    public init() {}

    /// Narrows a picture to the services and clients that were asked for. Verdicts stay, so that the counts of a service are whole.
    public func narrow(_ picture: Picture) -> Picture {
        var narrowed = picture
        if !services.isEmpty {
            narrowed.services.removeAll { service in !services.contains { $0.matches(service.identity) } }
        }
        if !services.isEmpty || !clients.isEmpty {
            narrowed.report.chosenFrom = picture.report.flows.count { $0.connection != nil }
        }
        narrowed.report.flows.removeAll { flow in !wants(flow.service, flow.virtual, flow.protocol, flow.client) }
        narrowed.report.templates.removeAll { template in
            let connection = template.connection
            return !wants(template.service, connection.virtual, connection.protocol, connection.client)
        }
        return narrowed
    }

    private func wants(
        _ service: Service.Identity?, _ virtual: Endpoint, _ protocol: IPProtocol, _ client: Endpoint
    ) -> Bool {
        let wantsService =
            services.isEmpty
            || services.contains { selector in
                selector.matches(.address(`protocol`, virtual)) || service.map(selector.matches) ?? false
            }
        return wantsService && (clients.isEmpty || clients.contains { $0.matches(client) })
    }

    /// Whether the flow's verdict is one of those asked for.
    public func shows(_ flow: Flow) -> Bool { verdicts.isEmpty || verdicts.contains(flow.verdict) }
}

/// `[PROTOCOL/]ADDRESS[:PORT]` or `fwmark:MARK`.
public struct ServiceSelector: Equatable, Sendable {
    private var fwmark: UInt32?
    /// The protocol that was named.
    public private(set) var `protocol`: IPProtocol?
    private var address: IPAddress?
    private var port: UInt16?

    /// Reads `[PROTOCOL/]ADDRESS[:PORT]` or `fwmark:MARK`, an IPv6 address with a port in brackets.
    public init?(_ text: String) {
        if text.hasPrefix("fwmark:") {
            guard let mark = UInt32(text.dropFirst("fwmark:".count)) else { return nil }
            fwmark = mark
            return
        }
        var rest = text
        if let slash = text.firstIndex(of: "/") {
            guard let named = IPProtocol(text[..<slash]) else { return nil }
            `protocol` = named
            rest = String(text[text.index(after: slash)...])
        }
        if let endpoint = Endpoint(rest) {
            (address, port) = (endpoint.address, endpoint.port)
        } else if let alone = IPAddress(rest) {
            address = alone
        } else {
            return nil
        }
    }

    /// Whether a service is meant; without a port, each port of the address.
    public func matches(_ service: Service.Identity) -> Bool {
        switch service {
        case .fwmark(let mark, _): fwmark == mark
        case .address(let itsProtocol, let endpoint):
            fwmark == nil && address == endpoint.address && (port ?? endpoint.port) == endpoint.port
                && (`protocol` ?? itsProtocol) == itsProtocol
        }
    }
}

/// `ADDRESS[/PREFIX]`, or `ADDRESS:PORT`.
public struct ClientSelector: Equatable, Sendable {
    private var prefix: Prefix
    private var port: UInt16?

    /// Reads `ADDRESS[/PREFIX]` or `ADDRESS:PORT`, an IPv6 address with a port in brackets.
    public init?(_ text: String) {
        if let prefix = Prefix(text) {
            self.prefix = prefix
        } else if let endpoint = Endpoint(text), let prefix = Prefix("\(endpoint.address)") {
            self.prefix = prefix
            port = endpoint.port
        } else {
            return nil
        }
    }

    /// Whether a client is meant; without a port, each of its ports.
    public func matches(_ client: Endpoint) -> Bool {
        prefix.contains(client.address) && (port ?? client.port) == client.port
    }
}
