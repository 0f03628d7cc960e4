import Addresses
import Conntrack
import IPVS

/// The result of one reading of a director: what was read, what was found, and what is missing.
package struct FlowSnapshot: Snapshot, Sendable {
    /// When the reading began, and where.
    package var origin: Origin
    /// Those that determine what the verdicts mean.
    package var sysctls: Sysctls
    /// In the order of ipvsadm(8).
    package var services: [Service]
    /// The director's other services, which a filter excluded.
    package var servicesLeftOut: [Service] = []
    package var report: FlowReport
    /// What could not be read completely, or changed while it was read.
    package var losses: [Loss]
    /// How many of them, the last ones, are losses of events, each of which happened once.
    package var eventLosses = 0
    /// How many of IPVS's connections the flows are of.
    package var connections: ConnectionExtent
    /// When they began to be read, where a capture tells that from when it began itself.
    package var connectionsAt: Moment?

    package init(
        _ origin: Origin, sysctls: Sysctls,
        services: [Service], report: FlowReport, losses: [Loss], connections: ConnectionExtent = ConnectionExtent()
    ) {
        self.connections = connections
        self.origin = origin
        self.sysctls = sysctls
        self.services = services
        self.report = report
        self.losses = losses
    }

    /// One per service, in their order.
    package var summaries: [ServiceSummary] { report.summaries(services) }

    /// The services and flows selected by a filter.
    package func narrowed(by filter: FlowFilter) -> FlowSnapshot {
        var narrowed = self
        narrowed.report.filter = filter
        if !filter.services.isEmpty {
            func isChosen(_ service: Service) -> Bool { filter.services.contains { $0.matches(service.identity) } }
            narrowed.services = services.filter(isChosen)
            narrowed.servicesLeftOut = services.filter { !isChosen($0) }
        }
        return narrowed
    }

    /// The services that are what a filter says, of these.
    package func narrowed(byServices expression: FilterExpression?) -> FlowSnapshot {
        guard let expression else { return self }
        var narrowed = self
        narrowed.services = services.filter { expression.accepts(FilteredService($0)) }
        narrowed.servicesLeftOut += services.filter { !expression.accepts(FilteredService($0)) }
        return narrowed
    }
}

/// How many of IPVS's connections a reading has read, without templates.
package struct ConnectionExtent: Equatable, Sendable {
    package var read = 0
    /// How many there are: those that were read if that is all, else what the services count, which may be a few more or less.
    package var known = 0
    /// Whether the conntrack table was read as well; if the user interrupted that, no connection can be said to be absent from it.
    package var isTableRead = true
    /// Whether they come from the kernel's own table, not from /proc.
    package var areFromTable = false

    package init() {}

    /// - Parameters:
    ///   - isWhole: whether all of them were read.
    ///   - services: their destinations count active and inactive connections.
    package init(read: Int, isWhole: Bool, _ services: [Service]) {
        self.read = read
        let counted = services.flatMap(\.destinations).reduce(0) {
            $0 + Int($1.activeConnections) + Int($1.inactiveConnections)
        }
        // Where the count is too low, at least one was not read.
        known = isWhole ? read : max(counted, read + 1)
    }

    package var isWhole: Bool { read == known }

    /// `133298 of about 1000000 were read (13 %)`
    package var words: String { "\(read) of about \(known) were read (\(read * 100 / max(known, 1)) %)" }
}
