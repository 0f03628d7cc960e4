import Addresses
import Conntrack
import IPVS

/// How many flows have which value: who has the connections.
package struct FlowTalkers: RowTally {
    /// What flows are counted by.
    package enum Subject: String, CaseIterable, Sendable {
        case client
        case clientAndService = "client-service"
        case service
        /// The real server's address, whatever service has it.
        case server
        /// Protocol and IPVS's state.
        case state
        case verdict
    }

    /// A value that flows are counted by.
    enum Value: Hashable, Sendable {
        case client(IPAddress)
        case clientOfService(IPAddress, Service.Identity?)
        case service(Service.Identity?)
        case server(IPAddress?)
        case state(IPProtocol, String?)
        case verdict(FlowVerdict)
    }

    package let subject: Subject
    private var tally = Tally<Value>()

    package init(by subject: Subject) { self.subject = subject }

    /// Packets are those from the client, as far as the kernel's own table is read.
    ///
    /// - Parameter added: those since the reading before; nil where that is not known.
    package mutating func count(_ row: FlowRow, in store: FlowStore, added: UInt32? = nil) {
        let route = store.route(of: row)
        let value: Value =
            switch subject {
            case .client: .client(row.client.address)
            case .clientAndService: .clientOfService(row.client.address, route.service)
            case .service: .service(route.service)
            case .server: .server(route.destination?.address)
            case .state: .state(route.protocol, store.state(of: row))
            case .verdict: .verdict(row.verdict)
            }
        var one = TallyAmount(count: 1, packets: UInt64(row.packets ?? 0))
        one.addedPackets = UInt64(added ?? 0)
        tally.count(value, one)
    }

    /// The number of values.
    package var values: Int { tally.values }

    /// Of all flows that were counted.
    package var total: TallyAmount { tally.total }

    package func top(_ most: Int, by measure: TallyMeasure) -> [TallyRow] {
        tally.top(most, by: measure, filter: \.filter)
    }
}

extension FlowList {
    /// Counts its flows.
    package func talkers(by subject: FlowTalkers.Subject) -> FlowTalkers {
        var talkers = FlowTalkers(by: subject)
        forEachRow { talkers.count($1, in: store) }
        return talkers
    }
}

extension FlowTalkers.Value: CustomStringConvertible {
    fileprivate var filter: String? {
        switch self {
        case .client(let address): "src=\(address)"
        case .clientOfService(let address, let service?): "src=\(address) \(service.filter)"
        case .service(let service?): service.filter
        case .server(let address?): "server=\(address)"
        case .state(let transport, let state?): "protocol=\(transport.rawValue) state=\(state)"
        case .verdict(let verdict): "verdict=\(verdict.rawValue)"
        case .clientOfService(_, nil), .service(nil), .server(nil), .state(_, nil): nil
        }
    }

    var description: String {
        switch self {
        case .client(let address): "\(address)"
        case .clientOfService(let address, let service): "\(address) \(service?.description ?? "-")"
        case .service(let service): service?.description ?? "-"
        case .server(let address): address?.description ?? "-"
        case .state(let transport, let state): "\(transport)/\(state ?? "-")"
        case .verdict(let verdict): verdict.rawValue
        }
    }
}

extension Service.Identity {
    /// The filter that selects its flows.
    package var filter: String {
        switch self {
        case .fwmark(let mark, let family): "service=fwmark:\(mark) family=\(family)"
        case .address(let transport, let endpoint): "service=\(transport)/\(endpoint)"
        }
    }
}
