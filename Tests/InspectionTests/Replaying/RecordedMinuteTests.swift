import Addresses
import Conntrack
import Firewall
import IPVS
import Reports
import TestSupport
import Testing

@testable import Inspection

/// What a record tells of minutes, of what is missing, and of other hosts.
struct RecordedMinuteTests {
    private static func web() throws -> Service.Identity { try tcp("10.0.0.100:80") }

    private static func minute(_ drops: UInt64, _ entries: UInt64 = 4096) throws -> [RecordedEvent] {
        var verdicts = VerdictCounts()
        (verdicts[.absent], verdicts[.orphan]) = (12, 3)
        let place = PacketTotals.Dropped(
            owner: .service(try web()), place: .localIn, packetClass: .fin, ctstate: .invalid)
        let stray = PacketTotals.Dropped(
            owner: .address(try at("10.0.0.9:1").address, port: nil), place: .routing, packetClass: .icmpError,
            ctstate: CTState(rawValue: 9))
        let rule = DroppingRule(family: .ip, table: "filter", chain: "INPUT", decision: .rule(handle: 5))
        return [
            .minute(TableMinute(seconds: 60, entries: entries, limit: 8192, grown: [(.drop, 120)], verdicts: verdicts)),
            .traffic(
                ServiceMinute(service: try web(), seconds: 60, connections: 30, packetsIn: 6000, verdicts: verdicts)),
            .drops(DropsMinute(subject: .place(place), seconds: 60, packets: drops)),
            .drops(DropsMinute(subject: .place(stray), seconds: 60, packets: 60)),
            .drops(DropsMinute(subject: .rule(rule), seconds: 60, packets: drops)),
        ]
    }

    private static func services() throws -> [RecordedEvent] {
        let service = try service(web(), [("10.0.0.3:80", .dr)])
        return DirectorComparison.services([], [service]).map { .service($0, isFound: true) }
    }

    @Test("The table, rates, drops and history are those of the last minute; the next one replaces them")
    func minutes() throws {
        let lines =
            try RecordedLines.begin() + RecordedLines.lines(at: 1, Self.services())
            + RecordedLines.lines(at: 61, Self.minute(600)) + RecordedLines.lines(at: 122, Self.minute(120, 2048))
        let first = RecordedDirector.after(try RecordedLines.begin() + lines[1..<8], at: 70).director
        #expect(first.health.statistics?.entries == 4096 && first.health.statistics?.limit == 8192)
        #expect(first.health.change?.rate(.drop) == 2)
        let rates = first.traffic[try Self.web()]
        #expect(first.services[0].statistics?.packetRateIn == 100 && rates == [100])
        let drops = first.observation.drops
        #expect(drops.map(\.volume.packets) == [600, 60] && drops.map(\.rate) == [10, 1])
        #expect(drops.map(\.rules) == [.notRecorded, .impossible] && drops[1].identity.ctstate == CTState(rawValue: 9))
        #expect(first.observation.recorded?.rules.map(\.place) == ["ip filter INPUT handle 5"])
        let second = RecordedDirector.after(lines, at: 130).director
        #expect(second.observation.drops.map(\.volume.packets) == [120, 60])
        #expect(second.health.statistics?.entries == 2048)
        // The second minute began a second after the first one had ended.
        #expect(
            second.history.means(.dropped, every: 1, count: 122).compactMap(\.self) == Array(repeating: 11, count: 60)
                + Array(repeating: 3, count: 60))
        #expect(second.history.latest(.fill) == 0.25 && second.history.latest(.connections) == 12)
        #expect(second.history.latest(.refused) == 2)
    }

    @Test("Without --observe nothing is known of drops, with it that there are none is")
    func observed() throws {
        for observes in [true, false] {
            let minute = Array(try Self.minute(0).prefix(1))
            let lines = try RecordedLines.begin(observes: observes) + RecordedLines.lines(at: 61, minute)
            let director = RecordedDirector.after(lines, at: 61).director
            #expect((director.observation.recorded == nil) == !observes)
            #expect(director.observation.drops.isEmpty)
            #expect(director.history.latest(.dropped) == (observes ? 0 : nil))
        }
    }

    private func losses(_ lines: [RecordLine], at second: UInt64) -> [String] {
        RecordedDirector.after(lines, at: second).director.reading.losses.map { "\($0.what): \($0.why)" }
    }

    @Test("What is missing is told: a beginning, an end, silence, losses for a minute, lines of others")
    func missing() throws {
        let begun = try RecordedLines.begin()
        #expect(losses(begun, at: 100).isEmpty)
        #expect(losses(begun, at: 200).first?.contains("nothing was recorded after 2026-11-28T21:06:40") ?? false)
        #expect(
            losses(try RecordedLines.begin(goesOn: true), at: 1).first?.contains("its beginning is not there") ?? false)
        let ended = try begun + RecordedLines.end(at: 10)
        #expect(losses(ended, at: 10).isEmpty)
        #expect(losses(ended, at: 11).first?.contains("recording had ended at") ?? false)
        #expect(losses(try ended + RecordedLines.begin(at: 20), at: 20).isEmpty)
        let lost = try begun + RecordedLines.lines(at: 10, [.loss(Loss("events", "7 were lost"))])
        #expect(losses(lost, at: 70) == ["events: 7 were lost"] && losses(lost, at: 71).isEmpty)
        let other = try begun + RecordedLines.lines("lb2", at: 1, Self.services())
        #expect(losses(other, at: 1) == ["the record: 2 lines are of other hosts or network namespaces"])
        #expect(RecordedDirector.after(other, at: 1).director.services.isEmpty)
    }

    @Test(
        "A recorder that begins again tells everything again: what was there before is forgotten, but not its history")
    func restart() throws {
        let flow = try RecordedEvent.flow(
            FlowChange(
                kind: .found, protocol: .tcp, client: at("10.1.0.1:1"), virtual: at("10.0.0.100:80"),
                destination: at("10.0.0.3:80"), service: Self.web(), verdict: .absent, state: "ESTABLISHED", age: 0,
                stuckFor: 0))
        let before =
            try RecordedLines.begin() + RecordedLines.lines(at: 1, Self.services() + [flow])
            + RecordedLines.lines(at: 61, Self.minute(1))
        let again = RecordedDirector.after(try before + RecordedLines.begin(at: 90), at: 91).director
        #expect(RecordedDirector.after(before, at: 62).director.store.counts[.absent] == 1)
        #expect(again.services.isEmpty && again.store.counts == VerdictCounts())
        #expect(again.history.known.contains(.connections))
    }

    @Test("Times that go back do not take anything back, and absurd numbers are no trouble")
    func absurd() throws {
        let lines = try RecordedLines.begin(at: 100) + RecordedLines.lines(at: 50, Self.services())
        let director = RecordedDirector.after(lines, at: 100)
        #expect(director.time == RecordedLines.moment(100) && director.director.services.count == 1)
        let head = #"{"time":"2026-11-28T21:06:41Z","host":"lb1","netns":null,"record":"#
        for rest in [
            #""minute","seconds":-5,"entries":-1,"limit":99999999999999,"counters":{"drop":-3},"flows":{"absent":-7}}"#,
            #""minute","seconds":9223372036854775807}"#, #""drops","seconds":0,"packets":-1,"rule":"x"}"#,
            #""traffic","service":{"fwmark":1},"seconds":0,"packets_in":9223372036854775807}"#,
            #""flow","change":"ended","protocol":"tcp","client":{"address":"1.1.1.1","port":1},"virtual":{"address":"1.1.1.1","port":1},"verdict":"absent"}"#,
            #""flow","change":"began","protocol":"tcp","client":{"address":"1.1.1.1","port":1},"virtual":{"address":"1.1.1.1","port":1},"verdict":"orphan","ipvs_state":"NONSENSE","entry_state":"x","age_s":99999999999}"#,
            #""server","change":"changed","service":{"fwmark":1},"destination":{"address":"::1","port":1},"properties":[{"name":"weight","after":"-1"},{"name":"tunnel","after":"a b c d e"},{"name":"method","after":"q"}]}"#,
        ] {
            let line = try #require(RecordLine(Array((head + rest).utf8)), "\(rest)")
            var director = RecordedDirector.after(try RecordedLines.begin() + [line, line], at: 0)
            for later: UInt64 in [5, 4_000_000_000] { director.settle(at: RecordedLines.moment(later)) }
        }
    }
}
