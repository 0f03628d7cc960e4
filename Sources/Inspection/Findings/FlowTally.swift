import Addresses
import Conntrack
import IPVS

/// The number of flows of each kind: all that findings about flows need, however the flows are stored.
package struct FlowTally: Equatable, Sendable {
    /// What findings distinguish.
    package struct Kind: Hashable, Sendable {
        /// Nil if no service, or more than one, matches the flow.
        package var service: Service.Identity?
        package var `protocol`: IPProtocol
        /// Nil if unknown: for an orphan, or a connection whose destination is no longer in the service. No finding claims anything about
        /// the answers of such a flow.
        package var method: ForwardingMethod?
        package var verdict: FlowVerdict
        /// The entry is in the TCP state SYN_SENT: it has seen no SYN+ACK.
        package var isSynSent = false
        /// IPVS's state is SYN_RECV: it has seen no ACK.
        package var isHalfOpen = false
        /// IPVS waits for the first packet, and there is no entry.
        package var isExpected = false
        /// Whether the connection has `IP_VS_CONN_F_NFCT`; nil if not known.
        package var nfct: Bool?
        /// IPVS and conntrack have seen the client's SYN, which was sent again since.
        package var isWaiting = false
        /// The entry of a NAT service expects the VIP's own answers.
        package var isUntranslated = false
        /// An orphan of a service that schedules each packet separately.
        package var isOnePacket = false

        package init(
            _ service: Service.Identity?, _ protocol: IPProtocol, _ method: ForwardingMethod?, _ verdict: FlowVerdict
        ) {
            self.service = service
            self.protocol = `protocol`
            self.method = method
            self.verdict = verdict
        }

        /// NAT, and the real server's answer has not come back for some time.
        var isUnanswered: Bool {
            method == .nat && `protocol` == .tcp && verdict == .unreplied && isWaiting && !isUntranslated
        }
    }

    /// The basis for `never`: for how long every NEW event was seen, and how many there were.
    package struct Proof: Equatable, Sendable {
        package var seconds: UInt64
        package var events: Int

        package init(seconds: UInt64, events: Int) {
            self.seconds = seconds
            self.events = events
        }
    }

    /// A destination that takes no new connections.
    struct Left: Hashable, Sendable {
        var service: Service.Identity?
        var `protocol`: IPProtocol
        var destination: Endpoint
        var standing: DestinationStanding
    }

    /// What connections that wait for packets have in common.
    package struct Lasting: Hashable, Sendable {
        var `protocol`: IPProtocol
        var service: Service.Identity?
    }

    /// What a destination still has.
    struct LeftCounts: Equatable, Sendable {
        var connections = 0
        var templates = 0
    }

    /// Those that still have connections or templates.
    private(set) var left: [Left: LeftCounts] = [:]
    /// Unanswered NAT connections of destinations none of whose answers come back. (One that answers others may be busy.)
    var unanswering: [Endpoint: Int] { waiting.filter { !answering.contains($0.key) } }
    private var waiting: [Endpoint: Int] = [:]
    private var answering: Set<Endpoint> = []
    /// Flows with an entry that both IPVS and conntrack keep for long, by protocol and service.
    package internal(set) var lasting: [Lasting: Int] = [:]
    /// Those of them whose entry lives by another timeout than that of the settings.
    private(set) var otherwiseLasting: [Lasting: Int] = [:]
    /// How long IPVS keeps connections without packets; nil if that is not known.
    package internal(set) var timeouts: Director.Timeouts?
    /// This host's own, as far as they are known.
    private(set) var localAddresses: Set<IPAddress> = []
    package private(set) var counts: [Kind: Int] = [:]
    /// The total number of connections, if a filter selected some by service or client.
    package var chosenFrom: Int?
    /// The verdicts that a filter asked for; empty for all. Flows with other verdicts are counted anyway.
    package var asked: Set<FlowVerdict> = []
    /// Nil without a watch, or if it lost events.
    package var proof: Proof?

    /// No flows.
    package init() {}

    package mutating func add(_ kind: Kind, _ count: Int = 1) {
        if count > 0 { counts[kind, default: 0] += count }
    }

    /// How many there are of the matching kinds.
    package func count(_ isMeant: (Kind) -> Bool = { _ in true }) -> Int {
        counts.reduce(0) { isMeant($1.key) ? $0 + $1.value : $0 }
    }

    package var connections: Int { count { $0.verdict != .orphan } }
}

extension FlowTally {
    /// Counts the flows that a report selects by service and client, regardless of the verdicts it lists.
    package init(_ report: FlowReport) {
        var filter = report.filter
        filter.verdicts = []
        self.init(report.flows.store, filter)
        asked = report.filter.verdicts
        chosenFrom = report.chosenFrom
        proof = report.proof.map { Proof(seconds: $0.seconds, events: $0.events) }
        for template in report.templates {
            guard let standing = template.standing, standing != .active else { continue }
            let connection = template.connection
            let key = Left(
                service: template.service, protocol: connection.protocol, destination: connection.destination,
                standing: standing)
            left[key, default: LeftCounts()].templates += 1
        }
    }

    /// Counts the flows of the last reading.
    package init(_ store: FlowStore, _ filter: FlowFilter = FlowFilter()) {
        self.init()
        proof = store.evidence.map { Proof(seconds: UInt64($0.seconds), events: $0.events) }
        localAddresses = store.context.localAddresses
        timeouts = store.context.timeouts
        let cells = (filter == FlowFilter() ? store.cells : nil) ?? store.cells(filter)
        for (number, route) in store.routes.enumerated() where cells.lasting[number] > 0 {
            let kind = Lasting(protocol: route.protocol, service: route.service)
            lasting[kind, default: 0] += cells.lasting[number]
            otherwiseLasting[kind, default: 0] += cells.otherwiseLasting[number]
        }
        for (cell, count) in cells.all {
            let route = store.routes[cell.route]
            var kind = Kind(route.service, route.protocol, route.path, cell.verdict)
            (kind.isSynSent, kind.isHalfOpen, kind.isExpected) = (cell.isSynSent, cell.isHalfOpen, cell.isExpected)
            (kind.nfct, kind.isWaiting, kind.isUntranslated) = (cell.nfct, cell.isWaiting, cell.isUntranslated)
            if let destination = route.destination {
                if kind.isUnanswered { waiting[destination, default: 0] += count }
                if kind.method == .nat, kind.verdict == .tracked { answering.insert(destination) }
            }
            kind.isOnePacket = cell.verdict == .orphan && store.schedulesEachPacket(route)
            add(kind, count)
            if !cell.isSynchronized { addLeft(route, count) }
        }
    }

    private mutating func addLeft(_ route: Route, _ count: Int) {
        guard let destination = route.destination, let standing = route.standing, standing != .active else { return }
        let key = Left(
            service: route.service, protocol: route.protocol, destination: destination, standing: standing)
        left[key, default: LeftCounts()].connections += count
    }
}

extension FlowStore {
    /// Of the flows that a filter wants.
    fileprivate func cells(_ filter: FlowFilter) -> FlowCells {
        var cells = FlowCells(self)
        FlowList(self, filter, VerdictReasons(Sysctls())).forEachRow { _, row in cells.count(row) }
        return cells
    }

    fileprivate func schedulesEachPacket(_ route: Route) -> Bool {
        slots.table.services.byAddress(route.protocol, route.virtual)?.flags.contains(.onePacket) ?? false
    }
}

extension FlowVerdict {
    static let byPosition: [FlowVerdict] = [.absent, .never, .unreplied, .tracked, .orphan, .synced]

    /// Its index in `byPosition`; `allCases` would be created for each row.
    var position: Int {
        switch self {
        case .absent: 0
        case .never: 1
        case .unreplied: 2
        case .tracked: 3
        case .orphan: 4
        case .synced: 5
        }
    }
}
