import Addresses
import Conntrack
import Inspection
import ObservationSupport
import TestSupport
import Testing

@testable import Terminal

/// What `o` does where it cannot do everything, and keys that do nothing.
struct ObservationKeyTests {
    private static let trouble = "cannot make an observation table: this kernel lacks ct: modprobe nft_ct"

    private func fail(_ model: inout Model) {
        model.observe()
        model.director.endObservation(because: Self.trouble)
        Models.tell(&model, .director(.observationEnded(because: Self.trouble)))
    }

    private func words(_ model: Model) -> String {
        Models.text(model).split { " \n│".contains($0) }.joined(separator: " ")
    }

    @Test("Why observing failed is shown with the services until Esc, in Health in any case, and nowhere else")
    func failure() {
        var model = Models.director(120, 40, tab: .services)
        #expect(model.take(filter: "10.0.0.") == nil)
        fail(&model)
        #expect(!model.demand.observes && words(model).contains(Self.trouble))
        #expect(words(model).contains("observing failed; Esc dismisses the reason"))
        for tab in [Tab.table, .events] {
            model.turn(to: tab)
            #expect(!words(model).contains(Self.trouble), "\(tab)")
        }
        model.turn(to: .services)
        Models.press(&model, .up)
        #expect(words(model).contains(Self.trouble) && words(model).contains("Esc Dismiss"))
        Models.press(&model, .escape)
        #expect(!words(model).contains(Self.trouble) && model.list.filter == "10.0.0.")
        model.turn(to: .health)
        model.director.take(
            TableStatistics(
                Origin(takenAt: Models.now, host: "lb1", kernelRelease: "6.1", networkNamespace: nil),
                sysctls: Sysctls(), size: TableSize(entries: 5, limit: 10), cpus: []))
        let health = model.healthLines.map(\.text).joined(separator: " ").split(separator: " ").joined(separator: " ")
        #expect(health.contains("failed, and nothing is left in the kernel: \(Self.trouble)"))
        // It is tried again, and fails again.
        model.turn(to: .services)
        fail(&model)
        #expect(words(model).contains(Self.trouble))
        model.turn(to: .table)
        fail(&model)
        #expect(words(model).contains("observing failed: the tab Health says why"))
    }

    @Test("Without services, o asks for addresses; what is none is refused, and what is added is shown first")
    func addresses() throws {
        var model = Models.empty(100, hasIPVS: false)
        Models.press(&model, .character("o"))
        #expect(words(model).contains("Observe ADDRESS[:PORT]:"))
        Models.type(&model, "10.0.0.100:80 lb1")
        Models.press(&model, .enter)
        #expect(words(model).contains("“lb1” is no address") && !model.demand.observes)
        Models.press(&model, .control("w"))
        Models.type(&model, "2001:db8::1")
        Models.press(&model, .enter)
        #expect(words(model).contains("the packets of 10.0.0.100:80, 2001:db8::1 by class"))
        #expect(!model.demand.observes)
        Models.press(&model, .character("y"))
        #expect(model.demand.observes)
        let first = try #require(IPAddress("10.0.0.100"))
        let second = try #require(IPAddress("2001:db8::1"))
        #expect(model.demand.addresses == [.address(first, port: 80), .address(second, port: nil)])
        // With services, they are observed.
        var director = Models.director(tab: .services)
        Models.press(&director, .character("o"))
        #expect(words(director).contains("of 2 services by class"))
        Models.press(&director, .character("y"))
        #expect(director.demand.addresses.isEmpty)
    }

    @Test("Esc in the line for addresses observes nothing")
    func noAddress() {
        var model = Models.empty(hasIPVS: false)
        Models.press(&model, .character("o"), .enter)
        #expect(words(model).contains("expected an address"))
        Models.press(&model, .escape)
        #expect(model.overlay == nil && !model.demand.observes)
    }

    @Test("A key that does nothing on a tab is not offered there, and says so")
    func silent() {
        let keys: [(Key, String, [Tab])] = [
            (.character("i"), "i Detail", [.services, .servers, .flows, .drops, .table, .findings]),
            (.character("F"), "F Follow", [.flows, .table]),
            (.character("t"), "t Talkers", [.flows, .table]), (.character("t"), "t By server", [.servers]),
            (.character("s"), "s Sort", [.services, .servers, .flows, .drops, .table]),
            (.character("c"), "c Columns", [.services, .servers, .flows, .drops, .table]),
            (.character("/"), "/ Filter", [.services, .servers, .flows, .drops, .table, .events]),
        ]
        let drillDown: [Tab] = [.services, .servers, .drops, .events]
        for (key, offer, tabs) in keys {
            for tab in Tab.allCases {
                var model = Models.director(200, 24, tab: tab)
                #expect(words(model).contains(offer) == tabs.contains(tab), "\(offer) in \(tab)")
                if key == .character("t"), [.flows, .table, .servers].contains(tab) { continue }
                Models.press(&model, key)
                #expect((model.notice == nil) == tabs.contains(tab), "\(offer) in \(tab): \(model.notice ?? "silent")")
            }
        }
        var talkers = Models.director(200, 24, tab: .table)
        Models.read(&talkers, [], [Models.entry(1)])
        Models.press(&talkers, .character("t"))
        Models.press(&talkers, .character("F"))
        #expect(talkers.notice != nil && talkers.overlay == nil)
        Models.press(&talkers, .home)
        #expect(words(talkers).contains("Sort") && !words(talkers).contains("Detail"))
        #expect(words(talkers).contains("Enter Entries"))
        for tab in drillDown { #expect(words(Models.director(200, 24, tab: tab)).contains("Enter "), "\(tab)") }
    }

    @Test("An unknown key says so")
    func unknown() {
        for (key, name) in [(Key.character("y"), "“y”"), (.function(12), "F12"), (.control("o"), "Ctrl-O")] {
            var model = Models.director()
            Models.press(&model, key)
            #expect(words(model).contains("\(name) is no key here"))
            Models.press(&model, .down)
            #expect(!words(model).contains("is no key here"))
        }
    }

    @Test("The menu of columns says which of the shown ones do not fit")
    func fitting() {
        var narrow = Models.director(80, 24)
        Models.press(&narrow, .character("c"))
        #expect(words(narrow).contains("[x] METHOD does not fit") && !words(narrow).contains("[x] CLIENT does not fit"))
        Models.press(&narrow, .character("G"), .character(" "))
        #expect(narrow.list.hidden == ["verdict"])
        var wide = Models.director(200, 60)
        Models.press(&wide, .character("c"))
        #expect(words(wide).contains("[x] METHOD") && !words(wide).contains("does not fit"))
    }

    @Test("A banner that is cut ends with a mark, and one that is whole does not")
    func mark() {
        var model = Models.director(60, 14)
        let cut = model.banner.map(\.text)
        #expect(cut.count == 2 && cut[0].hasSuffix(" …") && cut.allSatisfy { $0.width <= 60 })
        model.setting.glyphs = Glyphs(isUnicode: false)
        #expect(model.banner.first?.text.hasSuffix(" ...") == true)
        let whole = Models.director(200, 60).banner.map(\.text)
        #expect(!whole.isEmpty && whole.allSatisfy { !$0.hasSuffix("…") })
    }
}
