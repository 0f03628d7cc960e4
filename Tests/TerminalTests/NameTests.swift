import Addresses
import Conntrack
import Inspection
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
