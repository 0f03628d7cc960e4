import Addresses
import Conntrack
import Firewall
import IPVS
import ObservationSupport
import Testing

@testable import Inspection

struct MinuteChronicleTests {
    private static func service(packets: UInt64) throws -> Service {
        var service = try InspectionTests.service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)])
        var statistics = Statistics()
        statistics.packetsIn = packets
        service.statistics = statistics
        return service
    }

    private static func director(at second: Int, drops: UInt32, packets: UInt64) throws -> DirectorState {
        var director = DirectorState()
        director.tick(Moment(nanoseconds: 0), elapsed: .seconds(second))
        director.begin([try service(packets: packets)], Sysctls())
        director.take([try connection("10.0.0.1:1", "10.0.0.100:80", "10.0.0.3:80")])
        director.endConnections(isWhole: true)
        director.beginEntries()
        director.endEntries(isWhole: true)
        director.finish(took: .zero, pause: .zero, losses: [])
        director.take(StatisticsTests.statistics([[.drop: drops]]))
        return director
    }

    private static let rule = DroppingRule(
        family: .ip, table: "filter", chain: "INPUT", decision: .rule(handle: 5))

    private static func totals(fins: UInt64, rule: UInt64) throws -> PacketTotals {
        var counts = try Counts()
        counts.way(.fin, .invalid, fins, passed: 0)
        var totals = PacketTotals()
        totals.take(try Observation.of(counts.counts))
        totals.take(counters: [Self.rule: rule], unread: nil)
        return totals
    }

    @Test("A minute has what was added in it: to the table's counters, to the service, to drops by place and by rule")
    func growth() throws {
        var minutes = MinuteChronicle()
        #expect(minutes.isDue(at: 0))
        var events: [RecordedEvent] = []
        minutes.take(try Self.director(at: 0, drops: 5, packets: 100), try Self.totals(fins: 3, rule: 1000)) {
            events.append($0)
        }
        #expect(events.isEmpty && !minutes.isDue(at: 59) && minutes.isDue(at: 60))
        minutes.take(try Self.director(at: 61, drops: 7, packets: 130), try Self.totals(fins: 8, rule: 1004)) {
            events.append($0)
        }
        var found: [String] = []
        for event in events {
            switch event {
            case .minute(let minute):
                found.append(
                    "minute \(minute.seconds) \(minute.grown.map { "\($0.counter.name) \($0.by)" }) \(minute.verdicts[.absent])"
                )
            case .traffic(let minute): found.append("traffic \(minute.packetsIn ?? 0) \(minute.verdicts[.absent])")
            case .drops(let drops): found.append("drops \(drops.packets)")
            default: Issue.record("this is no minute")
            }
        }
        // The rule's own total is larger, so it comes first.
        #expect(found == [#"minute 61 ["drop 2"] 1"#, "traffic 30 1", "drops 4", "drops 5"])
    }

    @Test(
        "A rule that was not known a minute ago has dropped at least what was traced, and one of iptables-legacy all of it"
    )
    func unknownRule() throws {
        var minutes = MinuteChronicle()
        var counts = try Counts()
        counts.way(.fin, .invalid, 3, passed: 3)
        var totals = PacketTotals()
        minutes.take(try Self.director(at: 0, drops: 0, packets: 0), totals) { _ in }
        let traced = DroppingRule(family: .ip, table: "filter", chain: "INPUT", decision: .rule(handle: 5))
        let legacy = DroppingRule(family: .ip, table: "filter", chain: "INPUT", decision: .legacyRule(number: 2))
        var observation = try Observation.of(counts.counts)
        observation.blame = [Blame(traced, .unknown("no text"), dropped: [TracedKind(.fin, state: .invalid): 2])]
        totals.take(observation)
        totals.take(counters: [traced: 1000, legacy: 7], unread: nil)
        var drops: [DropsMinute.Subject: UInt64] = [:]
        minutes.take(try Self.director(at: 60, drops: 0, packets: 0), totals) {
            if case .drops(let minute) = $0 { drops[minute.subject] = minute.packets }
        }
        #expect(drops == [.rule(traced): 2, .rule(legacy): 7])
    }

    @Test("A rule whose counter could not be read for a minute goes on from what it had")
    func unreadRule() throws {
        var minutes = MinuteChronicle()
        var told: [UInt64] = []
        var totals = try Self.totals(fins: 0, rule: 1000)
        for (second, count) in [(0, 1000), (60, nil), (120, 1005), (180, 1005)] as [(Int, UInt64?)] {
            totals.take(counters: count.map { [Self.rule: $0] } ?? [:], unread: nil)
            minutes.take(try Self.director(at: second, drops: 0, packets: 0), totals) {
                if case .drops(let drops) = $0 { told.append(drops.packets) }
            }
        }
        #expect(told == [5])
    }

    @Test("Counters of a service that began again have what they have; drops of a minute without any are not told")
    func again() throws {
        var minutes = MinuteChronicle()
        minutes.take(try Self.director(at: 0, drops: 5, packets: 100), nil) { _ in }
        var added: [UInt64?] = []
        minutes.take(try Self.director(at: 60, drops: 5, packets: 7), nil) {
            if case .traffic(let minute) = $0 { added.append(minute.packetsIn) }
            if case .drops = $0 { Issue.record("nothing was observed") }
        }
        #expect(added == [7])
    }
}
