import Addresses
import Conntrack
import Inspection
import ObservationSupport
import Testing

@testable import Terminal

/// Names in lists and details, as text.
struct NameScreenTests {
    private static func named(_ model: Model, _ tab: Tab) -> Model {
        var model = model
        model.turn(to: tab)
        Models.press(&model, .character("l"))
        for (address, name) in [
            ("10.0.0.100", "www.example.org"), ("10.0.0.3", "rs1.example.org"), ("10.1.0.2", "client.example.net"),
        ] {
            if let address = IPAddress(address) { Models.tell(&model, .named(address, name)) }
        }
        return model
    }

    @Test(
        "In place of addresses in lists, beside them in details", arguments: [Tab.services, .servers, .flows, .drops])
    func rows(_ tab: Tab) throws {
        var model = Self.named(Models.observing([try Observation.filtered()]), tab)
        // The notice about the key.
        Models.press(&model, .end, .home)
        try ScreenTests.expect(model, "names-\(tab.rawValue)")
        Models.press(&model, .character("i"))
        try ScreenTests.expect(model, "names-\(tab.rawValue)-detail")
    }

    @Test("In the table and its details, and in events")
    func entries() throws {
        var table = Models.director(tab: .table)
        Models.read(&table, [], (0..<4).map { Models.entry($0) })
        table = Self.named(table, .table)
        Models.press(&table, .home, .down, .character("i"))
        try ScreenTests.expect(table, "names-table-detail")
        var events = Models.director(tab: .events)
        for number in 0..<4 { Models.take(&events, .new, Models.entry(number)) }
        events = Self.named(events, .events)
        Models.press(&events, .end)
        try ScreenTests.expect(events, "names-events")
    }
}
