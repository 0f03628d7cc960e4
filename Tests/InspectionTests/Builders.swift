import Addresses
import Conntrack
import IPVS
import Reports
import Testing

@testable import Inspection

/// `10.0.0.1:80`, for literals known to be valid.
func at(_ text: String) throws -> Endpoint { try #require(Endpoint(text)) }

func connection(
    _ client: String, _ virtual: String, _ destination: String, _ protocol: IPProtocol = .tcp,
    state: ConnectionState = "ESTABLISHED", expires: UInt32 = 890, details: ConnectionDetails? = nil
) throws -> Connection {
    Connection(
        `protocol`, client: try at(client), virtual: try at(virtual), destination: try at(destination), state: state,
        expires: expires, details: details)
}

func service(
    _ identity: Service.Identity, _ destinations: [(String, ForwardingMethod)], flags: Service.Flags = []
) throws -> Service {
    var service = Service(identity)
    service.scheduler = "rr"
    service.flags = flags
    service.destinations = try destinations.map {
        var destination = Destination(try at($0.0), $0.1)
        destination.weight = 1
        return destination
    }
    return service
}

func tcp(_ virtual: String) throws -> Service.Identity { .address(.tcp, try at(virtual)) }

/// An entry whose reply tuple mirrors the original one, unless `server` answers instead of the VIP.
func entry(
    _ client: String, _ virtual: String, server: String? = nil, _ protocol: IPProtocol = .tcp,
    status: Status = [.confirmed], zone: UInt16? = nil, id: UInt32 = 1
) throws -> Entry {
    var entry = Entry()
    let key = FlowKey(protocol: `protocol`, client: try at(client), server: try at(virtual))
    entry.family = key.client.address.family == .ipv4 ? 2 : 10
    entry.original = key.tuple
    entry.reply = FlowKey(protocol: `protocol`, client: try at(client), server: try at(server ?? virtual)).replyTuple
    entry.status = status
    entry.zone = zone
    entry.id = id
    return entry
}

func sysctls(conntrack: String?) -> Sysctls {
    var sysctls = Sysctls()
    sysctls.values[Sysctls.ipvsConntrack] = conntrack
    return sysctls
}

/// The result of one complete reading of connections, services and a table.
func flows(
    _ connections: [Connection], _ services: [Service], _ entries: [Entry], conntrack: String? = "0", took: UInt32 = 0
) -> FlowReport {
    flows(connections, services, entries, sysctls(conntrack: conntrack), took: took)
}

func flows(
    _ connections: [Connection], _ services: [Service], _ entries: [Entry], _ sysctls: Sysctls, took: UInt32 = 0
) -> FlowReport {
    var store = FlowStore(keepsTemplates: true)
    store.read(services, connections, entries, at: 0, took: took, orphansAreKnown: true)
    return FlowReport(store, sysctls)
}

extension FlowList {
    subscript(position: Int) -> Flow { Array(self)[position] }
}

extension FlowStore {
    /// A complete reading.
    mutating func read(
        _ services: [Service], _ connections: [Connection], _ entries: [Entry] = [], at second: UInt32,
        _ context: FlowContext = FlowContext(), took: UInt32 = 0, orphansAreKnown: Bool = false,
        look: ([Tuple]) -> Entry? = { _ in nil }
    ) {
        begin(services, at: second, context)
        take(connections)
        endConnections(isWhole: true)
        for entry in entries { take(entry) }
        endEntries(isWhole: true)
        for slot in unsettled(atMost: .max) { self.look(slot, found: look(tuples(at: slot))) }
        finish(took: took, orphansAreKnown: orphansAreKnown)
    }
}

extension FlowReport {
    /// The findings for the flows, as sentences in narrative order.
    func conclusion(_ sysctls: Sysctls = sysctls(conntrack: "0"), _ services: [Service] = []) -> [String] {
        FlowFindings(FlowTally(self), services, sysctls).all.map(\.reason)
    }
}

extension PacketWalk {
    var conclusion: [String] { findings.map(\.reason) }
}

extension TableStatistics {
    func diagnosis(since change: StatisticsChange? = nil) -> [String] {
        findings(since: change).map { $0.sentences.joined(separator: " ") }
    }
}
