import Addresses
import IPVS

/// The rows of `/proc/net/ip_vs_conn`, connections and templates apart.
public struct ConnectionList: Equatable, Sendable {
    public private(set) var connections: [Connection] = []
    public private(set) var templates: [Connection] = []

    public init(_ rows: [Connection] = []) { for row in rows { append(row) } }

    public mutating func append(_ row: Connection) {
        if row.isTemplate { templates.append(row) } else { connections.append(row) }
    }
}

/// What the join found.
public struct FlowReport: Equatable, Sendable {
    public var flows: [Flow]
    public var templates: [FlowTemplate]
    /// How many connections there are besides those that a filter chose; nil when nothing was filtered.
    public var chosenFrom: Int?

    /// The watch that the verdict `never` stands on; nil when there was none, or it lost events.
    public var watch: WatchEvidence?

    /// `net.netfilter.nf_conntrack_tcp_loose`; nil when it could not be read.
    var isLoose: Bool?

    public init(flows: [Flow], templates: [FlowTemplate], isLoose: Bool? = nil) {
        self.flows = flows
        self.templates = templates
        self.isLoose = isLoose
    }
}

/// A persistence template: it binds a client to a real server, carries no packet, and so has no entry to look for.
public struct FlowTemplate: Equatable, Sendable {
    public var connection: Connection
    public var service: Service.Identity?
    public var doubts: [String]

    init(_ connection: Connection, _ match: ServiceIndex.Match) {
        self.connection = connection
        service = match.service
        doubts = match.doubts
    }
}
