import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection
@testable import Reports

/// Answers that take another way than the configuration says: NAT past the director, and destinations that are the director itself.
struct AstrayAnswerTests {
    private let client = "10.0.0.1:1"
    private let vip = "10.0.0.100:80"
    private let server = "10.0.0.3:80"

    private func findings(
        _ connections: [Connection], _ method: ForwardingMethod, _ entries: [Entry], conntrack: String,
        local: Set<IPAddress> = []
    ) throws -> [Finding] {
        let services = [try service(tcp(vip), [(server, method)])]
        var store = FlowStore()
        let sysctls = sysctls(conntrack: conntrack)
        let context = FlowContext(sysctls, localAddresses: local)
        store.read(services, connections, entries, at: 0, context, orphansAreKnown: true)
        return FlowFindings(FlowTally(store), services, sysctls).all
    }

    private func synSent(server: String? = nil) throws -> Entry {
        var entry = try entry(client, vip, server: server)
        entry.state = .tcp(.init(state: TrackedTCP.State.synSent.rawValue))
        return entry
    }

    // MARK: NAT

    @Test(
        "A NAT connection whose SYN was sent again waits for an answer that goes elsewhere; one that has just begun does not",
        arguments: [
            (40, nil, true), (57, nil, true), (58, nil, false), (60, nil, false), (9, nil, false), (7, nil, true),
            (60, 2, true), (40, 1, false),
        ] as [(UInt32, UInt32?, Bool)])
    func unanswered(expires: UInt32, packets: UInt32?, isFound: Bool) throws {
        let details = packets.map { ConnectionDetails(.nat, flags: .nfct, packets: $0) }
        let row = try connection(client, vip, server, state: "SYN_RECV", expires: expires, details: details)
        let found = try findings([row], .nat, [synSent(server: server)], conntrack: "1").filter {
            $0.id == .natUnanswered
        }
        #expect(found.isEmpty == !isFound)
        guard let one = found.first else { return }
        #expect(one["unanswered"] == 1 && one["connections"] == 1 && one.severity == .warning)
        #expect(one.remedies.first == .answerThrough([try at(server).address]))
        #expect(one.reason.contains("10.0.0.3:80 answers by another route, or not at all"))
    }

    @Test("One that is answered, or by DR, does not wait", arguments: [ForwardingMethod.nat, .dr])
    func answered(method: ForwardingMethod) throws {
        let row = try connection(client, vip, server, state: "SYN_RECV", expires: 40)
        var entry = try synSent(server: method == .nat ? server : nil)
        if method == .nat { entry.status.insert(.seenReply) }
        let found = try findings([row], method, [entry], conntrack: "1")
        #expect(!found.contains { $0.id == .natUnanswered })
    }

    @Test("An entry of a NAT service that expects the VIP's own answers is not IPVS's, with a connection or without")
    func untranslated() throws {
        let row = try connection(client, vip, server, state: "SYN_RECV", expires: 40)
        let other = try connection("10.0.0.9:9", vip, server)
        for connections in [[row], [other]] {
            let found = try findings(connections, .nat, [synSent()], conntrack: "1")
            let one = try #require(found.first { $0.id == .untranslated })
            let isFlow = connections == [row]
            #expect(one["entries"] == 1 && one["connections"] == (isFlow ? 1 : 0))
            #expect(one.remedies == [.deleteEntries(try tcp(vip))])
            #expect(one.remedies[0].clause == "run conntrack -D -p tcp -d 10.0.0.100 --dport 80 -r 10.0.0.100")
            #expect(!found.contains { $0.id == .natUnanswered })
            let verdict: FlowVerdict = isFlow ? .unreplied : .orphan
            #expect(found.contains { $0.context == .flows(verdict, .untranslated) })
        }
    }

    @Test("The same entry is in order for DR, with an answer, or where IPVS made it")
    func translated() throws {
        let row = try connection(client, vip, server, state: "SYN_RECV", expires: 60)
        var replied = try synSent()
        replied.status.insert(.seenReply)
        let kinds: [(ForwardingMethod, Entry)] = [
            (.dr, try synSent()), (.nat, replied), (.nat, try synSent(server: server)),
        ]
        for (method, entry) in kinds {
            let found = try findings([row], method, [entry], conntrack: "1")
            #expect(!found.contains { $0.id == .untranslated })
        }
    }

    // MARK: Local destinations

    @Test(
        "A destination of this host's own is local whatever its method: there vs.conntrack=1 is the fix",
        arguments: [ForwardingMethod.dr, .tun, .local])
    func local(method: ForwardingMethod) throws {
        let row = try connection(client, vip, server)
        let own: Set<IPAddress> = [try at(server).address]
        let found = try findings([row], method, [], conntrack: "0", local: own)
        let one = try #require(found.first { $0.id == .vsConntrackLocal })
        #expect(one["absent"] == 1 && one.severity == .warning)
        #expect(one.remedies.first == .set([.init(Sysctls.ipvsConntrack, 1)]))
        #expect(one.reason.contains("TCP connections by LOCAL") || one.reason.contains("TCP connection"))
        #expect(!found.contains { $0.id == .endsInvalid })
        let unreplied = try findings([row], method, [synSent()], conntrack: "1", local: own)
        #expect(!unreplied.contains { $0.id == .vsConntrackDR || $0.id == .vsConntrackLocal })
    }

    @Test("NAT to this host stays NAT, and a destination elsewhere is what it is configured as")
    func notLocal() throws {
        let row = try connection(client, vip, server)
        let nat = try findings([row], .nat, [], conntrack: "0", local: [try at(server).address])
        #expect(nat.contains { $0.id == .vsConntrackNAT } && !nat.contains { $0.id == .vsConntrackLocal })
        let dr = try findings([row], .dr, [], conntrack: "0", local: [try at(vip).address])
        #expect(dr.contains { $0.id == .endsInvalid } && !dr.contains { $0.id == .vsConntrackLocal })
    }

    @Test("Local and remote destinations of one service are each found; the setting that DR cannot bear is not advised")
    func mixed() throws {
        let services = [
            try service(tcp(vip), [(server, .dr), ("10.0.0.2:80", .dr)]),
            try service(tcp("10.0.0.101:80"), [(server, .dr)]),
        ]
        let rows = [try connection(client, vip, server), try connection("10.0.0.1:2", vip, "10.0.0.2:80")]
        let sysctls = sysctls(conntrack: "0")
        var store = FlowStore()
        store.read(services, rows, at: 0, FlowContext(sysctls, localAddresses: [try at("10.0.0.2:80").address]))
        let found = FlowFindings(FlowTally(store), services, sysctls).all
        #expect(found.first { $0.id == .endsInvalid }?["absent"] == 1)
        let local = try #require(found.first { $0.id == .vsConntrackLocal })
        let own = try tcp(vip)
        #expect(local["absent"] == 1 && local.remedies.contains(.acceptOwnAnswers([own])))
        let flows = FlowReport(store, sysctls).flows
        #expect(flows.map(\.isLocal) == [false, true] && flows.map(\.method) == [.dr, .dr])
    }
}
