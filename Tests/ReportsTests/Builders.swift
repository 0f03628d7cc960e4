import Addresses
import Conntrack
import IPVS
import Inspection
import Netlink
import TableSupport
import Testing

func at(_ text: String) throws -> Endpoint { try #require(Endpoint(text)) }

/// The services of the lab's `mixed` director as listed there by `ipvsadm -Ln` (`Tests/Lab`, Linux 6.1).
func mixedServices() throws -> [Service] {
    func service(
        _ identity: Service.Identity, _ destinations: [(String, ForwardingMethod, UInt32, UInt32, UInt32)]
    ) throws -> Service {
        var service = Service(identity)
        service.scheduler = "rr"
        service.destinations = try destinations.map { endpoint, method, weight, active, inactive in
            var destination = Destination(try at(endpoint), method)
            (destination.weight, destination.activeConnections, destination.inactiveConnections) = (
                weight, active, inactive
            )
            return destination
        }
        return service
    }
    var persistent = try service(.address(.tcp, at("10.0.0.100:443")), [("10.0.0.3:443", .dr, 1, 1, 0)])
    persistent.flags = [.persistent]
    persistent.persistenceTimeout = 300
    return [
        try service(
            .address(.tcp, at("10.0.0.100:80")), [("10.0.0.3:80", .dr, 1, 1, 0), ("10.0.0.4:80", .dr, 3, 1, 0)]),
        persistent,
        try service(.address(.tcp, at("10.0.0.101:80")), [("10.0.0.3:80", .tun, 1, 1, 0)]),
        try service(.address(.udp, at("10.0.0.100:53")), [("10.0.0.3:53", .nat, 1, 0, 2)]),
        try service(.address(.tcp, at("[2001:db8::100]:80")), [("[2001:db8::3]:80", .dr, 1, 1, 0)]),
        try service(.fwmark(7, .ipv4), [("10.0.0.4:0", .local, 1, 2, 0)]),
    ]
}

/// One absent flow, one with an entry, one orphan, one template.
///
/// - Parameter details: of the first connection; nil for /proc.
func smallSnapshot(_ details: ConnectionDetails? = nil) throws -> FlowSnapshot {
    let services = try mixedServices()
    let rows = [
        Connection(
            .tcp, client: try at("10.0.0.1:41048"), virtual: try at("10.0.0.100:80"),
            destination: try at("10.0.0.3:80"), state: "ESTABLISHED", expires: 892,
            details: details),
        Connection(
            .tcp, client: try at("[2001:db8::1]:35863"), virtual: try at("[2001:db8::100]:80"),
            destination: try at("[2001:db8::3]:80"), state: "SYN_RECV", expires: 59),
        Connection(
            .tcp, client: try at("10.0.0.1:0"), virtual: try at("10.0.0.100:443"), destination: try at("10.0.0.3:443"),
            state: "ASSURED", expires: 299),
    ]
    var store = FlowStore(keepsEntries: true, keepsTemplates: true)
    store.begin(services, at: 0)
    for row in rows { store.take(row) }
    store.endConnections(isWhole: true)
    try store.take(LibraryEntry.message("[2001:db8::1]:35863", "[2001:db8::100]:80"))
    try store.take(LibraryEntry.message("10.0.0.9:999", "10.0.0.101:80"))
    store.endEntries(isWhole: true)
    for slot in store.unsettled(atMost: .max) { store.look(slot, found: nil) }
    store.finish(orphansAreKnown: true)
    var sysctls = Sysctls()
    sysctls.values = ["net.ipv4.vs.conntrack": "0", "net.ipv4.vs.sync_threshold": "3\t50"]
    return FlowSnapshot(
        Origin(
            takenAt: Moment(nanoseconds: 1_795_406_400_123_000_000), host: "lb1", kernelRelease: "6.1.0-56-amd64",
            networkNamespace: "lb"),
        sysctls: sysctls, services: services, report: FlowReport(store, sysctls), losses: [])
}

func entry(_ client: String, _ virtual: String, family: UInt8) throws -> Entry {
    let (client, virtual) = (try at(client), try at(virtual))
    var entry = Entry()
    entry.family = family
    entry.original.protocol = .tcp
    (entry.original.source, entry.original.destination) = (client.address, virtual.address)
    entry.original.discriminator = .ports(source: client.port, destination: virtual.port)
    entry.reply.protocol = .tcp
    (entry.reply.source, entry.reply.destination) = (virtual.address, client.address)
    entry.reply.discriminator = .ports(source: virtual.port, destination: client.port)
    entry.status = [.confirmed]
    entry.state = .tcp(.init(state: 1))
    entry.timeout = 118
    entry.mark = 0
    entry.id = 123
    entry.use = 1
    return entry
}

extension FlowStore {
    /// Takes an entry together with the message it is decoded from.
    mutating func take(_ message: [UInt8]) throws {
        let bytes = message.span.bytes
        var cursor = MessageCursor()
        let header = try #require(try cursor.next(in: bytes))
        take(try Entry(header, in: bytes), bytes)
    }
}

extension LibraryEntry {
    /// An entry in SYN_SENT as libnetfilter_conntrack encodes it.
    static func message(_ client: String, _ virtual: String) throws -> [UInt8] {
        var entry = SimulatedEntry(from: try at(client), to: try at(virtual), id: 123)
        entry.tcpState = 1
        return try entry.message(isDump: true)
    }
}
