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
        // What is looked at meanwhile changes nothing of that.
        Models.press(&model, .enter, .character("7"), .escape, .character("3"))
        #expect(model.tab == .flows && !model.list.filter.isEmpty)
        Models.press(&model, .escape)
        #expect(model.tab == .services && model.flows.list.filter.isEmpty && model.places.isEmpty)
    }

    @Test("Enter leads on from where it led, and Esc the whole way back; what is saved is one's own arrangement")
    func far() {
        var model = Models.director(160, tab: .flows)
        #expect(model.take(filter: "verdict=never") == nil)
        model.turn(to: .services)
        Models.press(&model, .enter)
        model.turn(to: .servers)
        Models.press(&model, .enter, .character("t"))
        #expect(model.tab == .flows && model.flows.talkers.areShown && model.places.count == 2)
        #expect(
            model.settings.tabs[.flows]?.filter == "verdict=never" && model.settings.tabs[.flows]?.sort == "verdict")
        Models.press(&model, .escape)
        #expect(model.tab == .servers && model.flows.list.filter == "service=tcp/10.0.0.100:80")
        Models.press(&model, .character("3"), .escape)
        #expect(model.tab == .services && model.flows.list.filter == "verdict=never")
    }

    @Test("From what fills the table to its entries, within the filter, and back to the counts")
    func talkers() {
        var model = Models.director(120, tab: .table)
        Models.read(&model, [], (0..<9).map { Models.entry($0, isReplied: $0 == 0) })
        #expect(model.take(filter: "unreplied or src=10.1.0.1") == nil)
        Models.press(&model, .character("t"), .down, .enter)
        #expect(!model.table.talkers.areShown && model.listCount == 1)
        #expect(model.list.filter.hasPrefix("(unreplied or src=10.1.0.1) src=10.1.0."))
        Models.press(&model, .escape)
        #expect(model.table.talkers.subject == .source && model.list.selected == 1)
        #expect(model.list.filter == "unreplied or src=10.1.0.1" && model.listCount == 9)
        #expect(Models.text(model).contains("11.1 %  █"))
    }

    @Test("Who has the connections: by client, by service and by server, each with a way to its flows and back")
    func flowTalkers() {
        var model = Models.director(120)
        for (subject, first) in [
            ("CLIENT", "10.1.0."), ("CLIENT-SERVICE", " tcp 10.0.0.100:80"), ("SERVICE", "tcp 10.0.0.100:80"),
            ("SERVER", "10.0.0.3"),
        ] {
            Models.press(&model, .character("t"))
            #expect(
                Models.text(model).contains(subject) && Models.rows(model).first?.contains(first) == true, "\(subject)")
        }
        #expect(model.listCount == 2 && Models.rows(model).allSatisfy { $0.contains("50.0 %  █████") })
        #expect(model.list.sort == "count" && model.list.isDescending && model.selectedFlow == nil)
        Models.press(&model, .down, .enter)
        #expect(model.list.filter == "server=10.0.0.4" && model.listCount == 6 && model.list.sort == "verdict")
        Models.press(&model, .escape)
        #expect(model.flows.talkers.subject == .server && model.listCount == 2 && model.list.filter.isEmpty)
        model.sort(by: "value")
        #expect(Models.rows(model).first?.hasSuffix("10.0.0.3") == true)
        Models.press(&model, .character("r"))
        #expect(Models.rows(model).first?.hasSuffix("10.0.0.4") == true)
        Models.press(&model, .character("t"))
        #expect(model.flows.talkers.subject == .state && Models.rows(model).first?.contains("tcp/ESTABLISHED") == true)
        Models.press(&model, .character("t"))
        #expect(model.flows.talkers.subject == .verdict)
        Models.press(&model, .character("t"))
        #expect(!model.flows.talkers.areShown && model.list.sort == "verdict" && model.listCount == 12)
    }

    @Test("What fills the table can be sorted by bytes, where the kernel counts them, and shares are of these then")
    func bytes() {
        var model = Models.director(120, tab: .table)
        var entries = (0..<4).map { Models.entry($0) }
        Models.read(&model, [], entries)
        Models.press(&model, .character("t"))
        #expect(!Models.text(model).contains("BYTES"))
        entries[2].originalCounters = .init(packets: 3, bytes: 750)
        entries[3].replyCounters = .init(packets: 1, bytes: 250)
        Models.read(&model, [], entries)
        #expect(Models.text(model).contains("BYTES") && Models.rows(model).first?.contains("25.0 %") == true)
        model.sort(by: "bytes")
        #expect(Models.rows(model).first?.contains("75.0 %  ███████") == true)
        #expect(Models.rows(model).map { $0.contains("750") } == [true, false, false, false])
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
        for row in tally.top(100, by: .count) {
            let line = try #require(row.filter)
            let filter = try #require(try FilterExpression.read(line, for: .entries(.none)))
            let count = entries.count { filter.accepts($0) }
            #expect(count == row.amount.count, "\(line)")
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
