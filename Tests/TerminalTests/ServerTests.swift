import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import ObservationSupport
import TestSupport
import Testing

@testable import Terminal

/// The tab of real servers.
struct ServerTests {
    private static func address(_ number: Int) -> IPAddress { Models.endpoint("10.0.0.\(number)", 80).address }

    private func network(_ paths: [Int: NetworkFacts.Path]) -> Fact<NetworkFacts> {
        var facts = NetworkFacts()
        for (number, path) in paths { facts.paths[Self.address(number)] = path }
        return .known(facts)
    }

    private func servers(_ paths: [Int: NetworkFacts.Path] = [:], columns: Int = 200) -> Model {
        var model = Models.director(columns, 24, tab: .servers)
        model.director.take(network(paths))
        Models.tell(&model, .director(.network))
        return model
    }

    private static let reachable = NetworkFacts.Path(
        .onLink, interface: "eth1", neighbour: .init(hasFailed: false, state: "REACHABLE"))
    private static let failed = NetworkFacts.Path(
        .onLink, interface: "eth1", neighbour: .init(hasFailed: true, state: "FAILED"))
    private static let down = NetworkFacts.Path(.none, down: .init("eth1", isUp: false))

    private func row(_ model: Model, _ server: String, _ service: String) -> String? {
        Models.rows(model).first { $0.contains(server) && $0.contains(service) }
    }

    private func isAlarming(_ model: Model, _ server: String) -> Bool {
        view(model).lines.contains { line in line.runs.contains { $0.ink == .bad && $0.text.contains(server) } }
    }

    @Test("A row for each service and server, with its flows, as the services tab counts them")
    func rows() throws {
        var model = servers()
        #expect(model.listCount == 4 && model.demand.network)
        let row = try #require(self.row(model, "10.0.0.3:80", "tcp 10.0.0.100:80"))
        #expect(row.contains(" dr "))
        let line = try #require(model.servers.lines.first)
        #expect(line.counts.connections == 6)
        model.turn(to: .services)
        #expect(!model.demand.network)
    }

    @Test("t shows each server once, whatever services have it")
    func grouped() throws {
        var model = servers()
        Models.press(&model, .character("t"))
        #expect(model.listCount == 2)
        let row = try #require(Models.rows(model).first)
        #expect(row.hasPrefix("10.0.0.3 ") && row.contains("2 services") && row.contains("dr,nat"))
        #expect(model.servers.lines[0].counts.connections == 6)
        // By any of its services.
        let services = model.servers.lines[0].services.map(\.identity)
        #expect(services.count == 2)
        #expect(model.take(search: "service=10.0.0.99") == nil && model.notice?.contains("no row matches") == true)
        model.notice = nil
        for service in services {
            #expect(model.take(search: service.filter) == nil && model.notice == nil, "\(service)")
        }
        Models.press(&model, .character("t"))
        #expect(model.listCount == 4)
    }

    @Test(
        "A neighbour that has failed and a link that is down stand out, in the words of ip; one that answers does not")
    func neighbours() throws {
        let model = servers([3: Self.failed, 4: Self.reachable])
        #expect(row(model, "10.0.0.3:80", "10.0.0.100")?.contains("FAILED") == true)
        #expect(row(model, "10.0.0.4:80", "10.0.0.100")?.contains("REACHABLE") == true)
        // The cursor's row has no colours.
        var moved = model
        Models.press(&moved, .end)
        #expect(isAlarming(moved, "10.0.0.3:80") && !isAlarming(model, "10.0.0.4:80"))
        var other = servers([3: Self.down, 4: Self.reachable])
        Models.press(&other, .end)
        #expect(row(other, "10.0.0.3:80", "10.0.0.100")?.contains("eth1 DOWN") == true)
        #expect(isAlarming(other, "10.0.0.3:80"))
        #expect(!isAlarming(servers(), "10.0.0.3:80"))
    }

    @Test("What could not be read of the network is no alarm, and the banner says why")
    func unread() {
        var model = servers()
        model.director.take(Fact<NetworkFacts>.unreadable("the routes keep changing"))
        Models.tell(&model, .director(.network))
        #expect(Models.text(model).contains("the routes keep changing"))
        #expect(!isAlarming(model, "10.0.0.3:80") && model.servers.lines[0].neighbour == "-")
    }

    @Test("The filter language selects servers; any text may be a neighbour's state")
    func filter() {
        var model = servers([3: Self.failed, 4: Self.reachable])
        for (filter, count) in [
            ("server=10.0.0.3", 2), ("method=nat", 2), ("server=10.0.0.3 method=nat", 1), ("failed", 2),
            ("service=10.0.0.101", 2), ("10.0.0.9", 0),
        ] {
            #expect(model.take(filter: filter) == nil)
            #expect(model.listCount == count, "\(filter)")
        }
        #expect(model.take(filter: "verdict=never") != nil)
    }

    @Test("The cursor stays with its server as rows are sorted, and they are exported")
    func cursor() throws {
        var model = servers([3: Self.failed, 4: Self.reachable])
        Models.press(&model, .down, .down)
        let chosen = model.servers.lines[2].identity
        model.sort(by: "neighbour")
        #expect(model.servers.lines[model.list.selected].identity == chosen)
        #expect(model.servers.lines.map(\.isUnreachable) == [true, true, false, false])
        let text = written(model.writeDocument)
        #expect(
            text.contains(#""tab":"servers""#)
                && text.contains(#""neighbour":"FAILED","interface":"eth1","link_down":null"#))
    }

    @Test("While packets are observed, packets that were seen to be dropped count for the server of their flow")
    func drops() throws {
        var model = servers()
        model.observe()
        model.director.take(try Observation.filtered(), took: .zero)
        var headers = PacketHeaders(
            from: Models.connection(3).client.address, to: Models.vip().address, protocol: .tcp, length: 40)
        (headers.sourcePort, headers.destinationPort) = (Models.connection(3).client.port, 80)
        headers.tcpFlags = [.fin, .ack]
        let rule = Models.dropping
        model.director.take(
            try #require(
                SeenPacket(TracedPacket(state: .invalid, headers: headers, end: .dropped(rule)), at: Models.now)))
        Models.tell(&model, .director(.observed))
        let seen = Dictionary(uniqueKeysWithValues: model.servers.lines.map { ($0.identity, $0.seenDropped) })
        let first = Models.service().identity
        #expect(seen[.ofService(first, Models.endpoint("10.0.0.4", 80))] == 1)
        #expect(seen[.ofService(first, Models.endpoint("10.0.0.3", 80))] == 0)
        // A server with port 0 keeps each packet's port.
        let facts = ServerFacts(model.director)
        #expect(facts.dropsSeen(of: first, at: Models.endpoint("10.0.0.4", 0)) == 1)
        #expect(facts.dropsSeen(of: first, at: Models.endpoint("10.0.0.3", 0)) == 0)
        // What belongs to no service is lost as well.
        let before = model.director.observation.rates.all
        var strange = try Observation.filtered()
        strange.elsewhere[Self.address(100)] = strange.subjects[0].traffic
        model.director.take(strange, took: .zero)
        #expect(model.director.observation.rates.all.droppedInAll == 2 * before.droppedInAll && before.droppedInAll > 0)
    }
}
