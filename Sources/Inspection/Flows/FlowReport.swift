import Addresses
import IPVS

/// The rows of `/proc/net/ip_vs_conn`, connections and templates apart.
package struct ConnectionList: Equatable, Sendable {
    /// Rows that are no templates, in the kernel's order.
    package private(set) var connections: [Connection] = []
    /// Persistence templates, in the kernel's order.
    package private(set) var templates: [Connection] = []

    /// Sorts rows into the two.
    package init(_ rows: [Connection] = []) { for row in rows { append(row) } }

    /// Adds a row to the list that it belongs to.
    package mutating func append(_ row: Connection) {
        if row.isTemplate { templates.append(row) } else { connections.append(row) }
    }
}

/// What the join found.
package struct FlowReport: Equatable, Sendable {
    /// Connections in IPVS's order, then orphans by client.
    package var flows: [Flow]
    /// Persistence templates, which have no flow.
    package var templates: [FlowTemplate]
    /// How many connections there are besides those that a filter chose; nil when nothing was filtered.
    package var chosenFrom: Int?

    /// The watch that the verdict `never` stands on; nil when there was none, or it lost events.
    package var watch: WatchEvidence?

    /// Of an unfiltered picture, without a watch.
    package init(flows: [Flow], templates: [FlowTemplate]) {
        self.flows = flows
        self.templates = templates
    }
}

/// A persistence template: it binds a client to a real server, carries no packet, and so has no entry to look for.
package struct FlowTemplate: Equatable, Sendable {
    /// The row of the template.
    package var connection: Connection
    /// Nil when no service, or more than one, can be the template's.
    package var service: Service.Identity?
    /// What makes the service less than certain.
    package var doubts: [String]

    init(_ connection: Connection, _ match: ServiceIndex.Match) {
        self.connection = connection
        service = match.service
        doubts = match.doubts
    }
}
