import Addresses
import Conntrack
import Inspection
import ObservationSupport
import Testing

@testable import Terminal

/// Names in place of addresses.
struct NameTests {
    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test("Off by default; l asks for the names of what is on the screen, and shows those that come")
    func names() throws {
        var model = Models.director(200, 14, connections: 40)
        #expect(model.unnamed.isEmpty)
        let vip = try address("10.0.0.100")
        Models.press(&model, .character("l"))
        #expect(model.unnamed.contains(vip) && model.unnamed.count == Set(model.unnamed).count)
        // Only what is on the screen: at most three addresses a row.
        #expect(model.unnamed.count <= 3 * model.page)
        Models.tell(&model, .named(vip, "www.example.org\u{1B}[2J"))
        #expect(
            Models.text(model).contains(#"www.example.org\u{1b}[2J:80"#)
                && !Models.text(model).contains("10.0.0.100:80"))
        #expect(!model.unnamed.contains(vip))
        // An address without a name stays one, and is not asked for again.
        let server = try address("10.0.0.3")
        Models.tell(&model, .named(server, nil))
        #expect(Models.text(model).contains("10.0.0.3:80") && !model.unnamed.contains(server))
        Models.press(&model, .character("l"))
        #expect(Models.text(model).contains("10.0.0.100:80") && model.unnamed.isEmpty)
    }

    @Test("Of services and real servers, of drops and of events", arguments: [Tab.services, .servers, .drops, .events])
    func tabs(_ tab: Tab) throws {
        var model = Models.observing([try Observation.filtered()], 200)
        model.turn(to: tab)
        Models.take(&model, .new, Models.entry(1))
        let wanted = tab == .servers ? "10.0.0.3" : "10.0.0.100"
        #expect(Models.text(model).contains(" \(wanted):80 ") || Models.rows(model)[0].hasPrefix("\(wanted):80 "))
        Models.press(&model, .character("l"))
        #expect(model.unnamed.contains(try address(wanted)))
        Models.tell(&model, .named(try address(wanted), "www.example.org"))
        #expect(Models.text(model).contains("www.example.org:80"))
        #expect(!Models.rows(model).contains { $0.contains("\(wanted):80 ") })
        #expect(!model.unnamed.contains(try address(wanted)))
    }

    @Test("Those of an expanded service, and of an address that t groups")
    func servers() throws {
        var model = Models.director(200, 24, tab: .services)
        Models.press(&model, .character("+"), .character("l"))
        #expect(model.unnamed.contains(try address("10.0.0.4")))
        Models.tell(&model, .named(try address("10.0.0.4"), "rs2.example.org"))
        #expect(Models.rows(model).contains { $0.contains("-> rs2.example.org:80") })
        model.turn(to: .servers)
        Models.press(&model, .character("t"))
        #expect(Models.rows(model).contains { $0.hasPrefix("rs2.example.org ") })
    }

    @Test("Details have them beside the addresses, also of ends that no column has")
    func details() throws {
        let tabs: [(Tab, String)] = [
            (.services, "service    tcp 10.0.0.100:80 (www.example.org)"),
            (.servers, "service    tcp 10.0.0.100:80 (www.example.org)"),
            (.flows, " > 10.0.0.100:80 (www.example.org) > "),
            (.drops, "tcp 10.0.0.100:80 (www.example.org)"),
            (.table, "> 10.0.0.100:80 (www.example.org)"),
        ]
        for (tab, words) in tabs {
            var model = Models.observing([try Observation.filtered()], 200)
            model.turn(to: tab)
            if tab == .table { Models.read(&model, [], [Models.entry(1)]) }
            Models.press(&model, .character("i"), .character("l"))
            Models.tell(&model, .named(try address("10.0.0.100"), "www.example.org"))
            #expect(model.detailLines.contains { $0.text.contains(words) }, "\(tab)")
        }
        var model = Models.director(200, 24, tab: .table)
        var entry = Models.entry(1)
        entry.reply.source = try address("10.0.0.3")
        Models.read(&model, [], [entry])
        Models.press(&model, .character("l"))
        #expect(!model.unnamed.contains(try address("10.0.0.3")))
        Models.press(&model, .character("i"))
        #expect(model.unnamed.contains(try address("10.0.0.3")))
    }

    @Test("What w saves has whether they are shown, and they are asked for from the start then")
    func saved() throws {
        var model = Models.director(200, 24)
        #expect(model.settings.names == false)
        Models.press(&model, .character("l"))
        let settings = model.settings
        #expect(settings.names == true)
        var other = Models.director(200, 24)
        #expect(other.apply(settings) == [] && !other.unnamed.isEmpty)
        // A file without them leaves them as they are.
        var none = WatchSettings()
        none.interval = .seconds(2)
        #expect(other.apply(none) == [] && other.names.areShown)
    }

    @Test("Where none can be resolved they are not shown, and that is not what w saves")
    func unresolvable() {
        var model = Models.director(200, 24)
        Models.press(&model, .character("l"))
        model.hideNames(because: "no name server")
        #expect(!model.names.areShown && model.unnamed.isEmpty && model.settings.names == true)
        Models.press(&model, .character("l"))
        #expect(model.settings.names == false)
        Models.press(&model, .character("l"))
        #expect(model.names.areShown)
    }

    @Test("In the table, too; long names are cut")
    func table() throws {
        var model = Models.director(200, 24, tab: .table)
        Models.read(&model, [], [Models.entry(1)])
        Models.press(&model, .character("l"))
        let source = try address("10.1.0.2")
        #expect(model.unnamed.contains(source))
        Models.tell(&model, .named(source, String(repeating: "x", count: 100)))
        #expect(Models.text(model).contains(String(repeating: "x", count: 39) + "…:40001"))
    }

    @Test("However many addresses there are, few names are kept, the latest of them")
    func bounds() {
        var names = AddressNames()
        for number in 0..<50_000 { names.take("n\(number)", of: IPAddress(ipv4: UInt32(number))) }
        let kept = (0..<50_000).filter { names.knows(IPAddress(ipv4: UInt32($0))) }
        #expect(kept.count <= AddressNames.most && kept.count > AddressNames.most / 2 && kept.last == 49_999)
    }
}
