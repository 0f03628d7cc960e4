import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import ObservationSupport
import Testing

@testable import Terminal

/// The details of a row, in every tab that has them.
struct DetailTests {
    /// The lines below the rule, and their first words.
    private func detail(_ model: Model) -> [String] { model.detailLines.map(\.text) }

    private static let detailed: [Tab] = [.services, .servers, .flows, .drops, .table, .findings]

    @Test("i opens and closes them in every tab that has any; Esc closes them, too", arguments: Tab.allCases)
    func opens(_ tab: Tab) {
        var model = Models.director(120, 40, tab: tab)
        Models.press(&model, .character("i"))
        #expect(model.isDetailed == Self.detailed.contains(tab))
        #expect((model.layout.detail > 0) == Self.detailed.contains(tab))
        Models.press(&model, .character("i"))
        #expect(!model.isDetailed)
        Models.press(&model, .character("i"), .escape)
        #expect(!model.isDetailed && model.tab == tab)
    }

    @Test("Enter leads to the flows behind a service, server or drop as before; Esc goes back to its details")
    func drillDown() throws {
        for tab in [Tab.services, .servers, .drops] {
            var model = Models.observing([try Observation.filtered()])
            model.turn(to: tab)
            Models.press(&model, .character("i"), .enter)
            #expect(model.tab == .flows && !model.list.filter.isEmpty && !model.isDetailed, "\(tab)")
            Models.press(&model, .escape)
            #expect(model.tab == tab && model.isDetailed)
        }
    }

    @Test("Figures that rows have short are in full")
    func figures() {
        let services = DetailScreenTests.model(.services)
        let text = detail(services).joined(separator: "\n")
        for words in [
            "scheduler  sh, flags persistent, ops, sh-fallback, sh-port",
            "timeout 300 s, for each network /24 of clients",
            "engine sip", "1234567890123 packets, 18446744073709551615 bytes", "29712 connections", "1 connection\n",
            "29712 packets, 1288490188 bytes", "12 connections: never 5, absent 7",
            "2 (dr, tun), total weight 7; active 29712, inactive 123456",
        ] {
            #expect(text.contains(words), "\(words)")
        }
        let server = detail(DetailScreenTests.model(.servers)).joined(separator: "\n")
        for words in [
            "tun, gue, port 6080, csum", "weight     7", "upper 2000, lower 1500", "FAILED, for 12s",
            "by the gateway 10.0.0.254 (default route)", "eth1, MTU 1500", "1234567890123 packets",
        ] {
            #expect(server.contains(words), "\(words)")
        }
    }

    @Test("What the kernel does not estimate or send is no zero")
    func unknown() {
        var model = DetailScreenTests.model(.services)
        var sysctls = Models.sysctls
        sysctls.values["net.ipv4.vs.run_estimation"] = "0"
        var services = DetailScreenTests.services()
        services[0].statistics?.bitWidth = 32
        services[1].statistics = nil
        model.director.begin(services, sysctls)
        model.director.finish(took: .zero, pause: .zero, losses: [])
        Models.tell(&model, .director(.readingEnded))
        #expect(detail(model).contains { $0.contains("not estimated: net.ipv4.vs.run_estimation=0") })
        #expect(detail(model).contains { $0.contains("counters of 32 bits, which wrap") })
        Models.press(&model, .end)
        #expect(detail(model).contains { $0.contains("the kernel sent none") })
    }

    @Test("Their subject stays as rows are sorted and filtered, and is gone when it has gone")
    func subject() {
        var model = Models.director(120, 40, tab: .services)
        Models.press(&model, .down, .character("i"))
        #expect(detail(model).first == "service    tcp 10.0.0.101:80")
        model.sort(by: "connections")
        Models.press(&model, .character("r"))
        #expect(model.list.cursor == 0 && detail(model).first == "service    tcp 10.0.0.101:80")
        #expect(model.take(filter: "service=10.0.0.100") == nil)
        #expect(detail(model).first == "service    tcp 10.0.0.101:80" && model.list.cursor == nil)
        #expect(Models.text(model).contains("not in the list"))
        #expect(model.take(filter: "") == nil && model.list.cursor == 0)
        Models.read(&model, [], services: [Models.service()])
        #expect(detail(model).first == "service    tcp 10.0.0.101:80" && detail(model).last?.hasPrefix("gone ") == true)
        Models.press(&model, .enter)
        #expect(model.tab == .services && model.notice?.contains("it is gone") == true)
        Models.read(&model, [])
        #expect(model.list.cursor != nil && detail(model).count > 2)
    }

    @Test("Without details, another row takes the place of one that has gone")
    func replaced() {
        var model = Models.director(120, 40, tab: .services)
        Models.press(&model, .down)
        Models.read(&model, [], services: [Models.service()])
        #expect(model.list.cursor == 0 && model.services.selected?.title == "tcp 10.0.0.100:80")
    }

    @Test("A service that is collapsed on one of its servers becomes the subject; so does the server that t groups")
    func collapsed() {
        var model = Models.director(120, 40, tab: .services)
        Models.press(&model, .character("+"), .down, .down, .character("i"))
        #expect(detail(model).first == "server     10.0.0.4:80")
        Models.press(&model, .character("-"))
        #expect(model.list.cursor == 0 && detail(model).first == "service    tcp 10.0.0.100:80")
        var servers = Models.director(120, 40, tab: .servers)
        Models.press(&servers, .down, .character("i"), .character("t"))
        #expect(servers.list.cursor == 1 && detail(servers).first == "server     10.0.0.4")
        Models.press(&servers, .character("t"))
        #expect(servers.list.cursor == 1 && detail(servers).first == "server     10.0.0.4:80")
    }

    @Test("They scroll where they are longer than their space, at every size", arguments: ScreenTests.sizes)
    func scrolls(_ size: Size) {
        for tab in [Tab.services, .servers] {
            var model = DetailScreenTests.model(tab)
            Models.tell(&model, .resized(size))
            Models.press(&model, .character("i"))
            let room = model.layout.detail - 1
            #expect(room > 0 && model.layout.page > 0)
            for _ in 0..<40 { Models.press(&model, .character("J")) }
            let last = model.detailLines.last?.text ?? ""
            #expect(view(model).lines.contains { $0.text == last }, "\(tab) at \(size)")
            for _ in 0..<40 { Models.press(&model, .character("K")) }
            #expect(view(model).lines[model.layout.detailRow + 1].text == model.detailLines.first?.text)
        }
    }

    @Test("A drop has the whole rule, its place, exact counts, and what the finding says")
    func drop() throws {
        let model = Models.observing([try Observation.filtered()])
        let text = detail(model).joined(separator: "\n")
        for words in [
            "packets    FIN (request), tcp 10.0.0.100:80", "ctstate    INVALID", "hook       LOCAL_IN", "5 packets",
            "rule       ct state invalid drop", "table ip filter, chain INPUT, handle 5, hook input",
            "seen to drop 5 traced packets (FIN 3, ICMP frag-needed 1, RST 1)", "finding    invalid-dropped: ",
            "next step  ",
        ] {
            #expect(text.contains(words), "\(words)\n\(text)")
        }
    }

    @Test("Only the finding about packets of that place, side, class and ctstate is shown")
    func finding() throws {
        let observation = try Observation.filtered()
        let drop = try #require(observation.drops(recent: nil).first { $0.identity.packetClass == .fin })
        let finding = try #require(observation.findings.first { $0.id == .invalidDropped })
        #expect(finding.isAbout(drop))
        var other = drop
        other.identity.ctstate = .new
        #expect(!finding.isAbout(other))
        other = drop
        other.identity.place = .forward
        #expect(!finding.isAbout(other))
        other = drop
        other.identity.owner = .address(Models.vip().address, port: nil)
        #expect(!finding.isAbout(other))
        let lost = Finding(.lostBeforeLocalIn, .warning, finding.subject)
        other = drop
        other.identity.place = .routing
        #expect(lost.isAbout(other) && !lost.isAbout(drop) && !finding.isAbout(other))
    }
}
