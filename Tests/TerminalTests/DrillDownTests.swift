import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import ObservationSupport
import Testing

@testable import Terminal

/// Enter leads to the flows or entries behind a row, and Esc back.
struct DrillDownTests {
    @Test("From a service to its flows, and back to the same row of the same list")
    func service() {
        var model = Models.director(160, tab: .services)
        Models.press(&model, .down, .enter)
        #expect(model.tab == .flows && model.list.filter == "service=tcp/10.0.0.101:80" && model.listCount == 0)
        Models.press(&model, .escape)
        #expect(model.tab == .services && model.list.selected == 1 && model.places.isEmpty)
        Models.press(&model, .up, .enter)
        #expect(model.tab == .flows && model.listCount == 12)
        #expect(Models.text(model).contains("Esc Back"))
    }

    @Test("From a real server, below its service, of a service, or alone")
    func server() {
        var model = Models.director(160, tab: .services)
        Models.press(&model, .character(" "), .down, .down, .enter)
        #expect(model.list.filter == "service=tcp/10.0.0.100:80 server=10.0.0.4:80" && model.listCount == 6)
        Models.press(&model, .escape)
        #expect(model.tab == .services && model.list.selected == 2)
        model.turn(to: .servers)
        Models.press(&model, .enter)
        #expect(model.list.filter == "service=tcp/10.0.0.100:80 server=10.0.0.3:80" && model.listCount == 6)
        Models.press(&model, .escape, .character("t"), .down, .enter)
        #expect(model.list.filter == "server=10.0.0.4" && model.listCount == 6)
        #expect(
            model.flows.order.compactMap { model.director.store[$0] }.allSatisfy { row in
                model.director.store.route(of: row).destination?.description == "10.0.0.4:80"
            })
    }

    @Test("Flows are afterwards as they were: their filter, their order, their cursor")
    func flows() {
        var model = Models.director(160)
        Models.press(&model, .character("s"), .home, .down, .enter)
        #expect(model.take(filter: "server=10.0.0.3") == nil)
        Models.press(&model, .down, .down)
        let chosen = model.selectedFlow.map(model.director.store.key(of:))
        #expect(chosen != nil)
        model.turn(to: .services)
        Models.press(&model, .enter)
        #expect(model.list.sort == "client" && model.list.cursor == 0 && model.listCount == 12)
        // What is typed there is not kept.
        #expect(model.take(filter: "verdict=never") == nil)
        Models.press(&model, .escape)
        #expect(model.tab == .services)
        model.turn(to: .flows)
        #expect(model.list.filter == "server=10.0.0.3" && model.listCount == 6)
        #expect(model.selectedFlow.map(model.director.store.key(of:)) == chosen)
    }

    @Test("Esc closes details first, goes back then, and clears the filter where Enter did not lead")
    func escape() {
        var model = Models.director(160, tab: .services)
        Models.press(&model, .enter, .enter)
        #expect(model.tab == .flows && model.isDetailed)
        Models.press(&model, .escape)
        #expect(model.tab == .flows && !model.isDetailed)
        Models.press(&model, .escape)
        #expect(model.tab == .services)
        // A tab that is chosen by its number is no place to go back from.
        Models.press(&model, .enter, .character("7"), .character("3"), .escape)
        #expect(model.tab == .flows && model.list.filter.isEmpty)
    }

    @Test("From what fills the table to its entries, within the filter, and back to the counts")
    func talkers() {
        var model = Models.director(120, tab: .table)
        Models.read(&model, [], (0..<9).map { Models.entry($0, isReplied: $0 == 0) })
        #expect(model.take(filter: "unreplied or src=10.1.0.1") == nil)
        Models.press(&model, .character("t"), .down, .enter)
        #expect(model.table.talkers == nil && model.listCount == 1)
        #expect(model.list.filter.hasPrefix("(unreplied or src=10.1.0.1) src=10.1.0."))
        Models.press(&model, .escape)
        #expect(model.table.talkers == .source && model.list.selected == 1)
        #expect(model.list.filter == "unreplied or src=10.1.0.1" && model.listCount == 9)
        #expect(Models.text(model).contains("11.1 %  █"))
    }

    @Test(
        "Each value of what fills the table is a filter that selects what was counted",
        arguments: EntryTally.Subject.allCases)
    func values(_ subject: EntryTally.Subject) throws {
        var tally = EntryTally(by: subject)
        var entries = (0..<9).map { Models.entry($0, state: UInt8($0 % 3 + 1)) }
        entries[1].zone = 4
        entries[2].original.zone = 5
        entries[3].reply.zone = 6
        for entry in entries { tally.count(entry) }
        for row in tally.top(100) {
            let line = try #require(row.filter)
            let filter = try #require(try FilterExpression.read(line, for: .entries(.none)))
            let count = entries.count { filter.accepts($0) }
            #expect(count == row.entries, "\(line)")
        }
    }

    @Test("From an event to its flow, or else its entry; the stream waits meanwhile, with a cursor")
    func events() {
        var model = Models.director(160, tab: .events)
        for number in [100, 3, 4] { Models.take(&model, .new, Models.entry(number)) }
        Models.press(&model, .up)
        #expect(model.events.isPaused && model.list.cursor == 1)
        Models.press(&model, .enter)
        #expect(model.tab == .flows && model.listCount == 1)
        #expect(model.list.filter == "protocol=6 src=10.1.0.4:40003 dst=10.0.0.100:80")
        Models.press(&model, .escape)
        #expect(model.tab == .events && model.list.cursor == 1 && model.events.isPaused)
        Models.press(&model, .up, .enter)
        #expect(model.tab == .table && model.list.filter == "protocol=6 src=10.1.0.101:40100 dst=10.0.0.100:80")
        #expect(model.demand.entries == model.table.filter)
        model.turn(to: .events)
        model.director.loseEvents(messages: 1)
        Models.tell(&model, .director(.lost(messages: 1)))
        Models.press(&model, .end, .enter)
        #expect(model.tab == .events && Models.text(model).contains("this line is about no entry"))
    }

    @Test("From a drop to flows of which such a packet was sampled, which is said")
    func drop() throws {
        var model = Models.director(160, tab: .drops)
        model.observe()
        model.director.take(try Observation.filtered(), took: .zero)
        Models.tell(&model, .director(.observed))
        Models.press(&model, .enter)
        #expect(model.tab == .flows && model.list.filter == "service=tcp/10.0.0.100:80 ctstate=INVALID")
        #expect(Models.text(model).contains("flows of which such a packet was sampled"))
        Models.press(&model, .escape)
        #expect(model.tab == .drops)
    }

    @Test("Every service has a filter that can be read")
    func identities() throws {
        for identity: Service.Identity in [
            .address(.tcp, Models.vip()), .address(.udp, Models.vip(100, 0)), .fwmark(7, .ipv4),
            .address(.tcp, Endpoint(try #require(IPAddress("2001:db8::1")), 80)),
            .address(IPProtocol(rawValue: 132), Models.vip()),
        ] {
            #expect(try FilterExpression.read(identity.filter, for: .flows(.none)) != nil, "\(identity)")
        }
    }
}
