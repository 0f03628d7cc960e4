import Addresses
import Conntrack
import Firewall
import IPVS
import ObservationSupport
import Testing

@testable import Inspection

struct PacketTotalsTests {
    private static func observation(_ counts: Counts, from second: UInt64) throws -> Observation {
        var observation = try Observation.of(counts.counts)
        observation.from = Moment(nanoseconds: second * 1_000_000_000)
        return observation
    }

    private static func fins(_ packets: UInt64, passed: UInt64) throws -> Counts {
        var counts = try Counts()
        counts.way(.fin, .invalid, packets, passed: passed)
        return counts
    }

    private static func dropped(_ totals: PacketTotals) -> UInt64 { totals.dropped.values.reduce(0, +) }

    private static func came(_ totals: PacketTotals) -> UInt64? {
        totals.passed.first { $0.key.point == .preRouting }?.value
    }

    @Test("What was in flight at one reading, and has passed at the next, takes nothing back")
    func inFlight() throws {
        var totals = PacketTotals()
        totals.take(try Self.observation(Self.fins(10, passed: 4), from: 1))
        #expect(Self.dropped(totals) == 6)
        totals.take(try Self.observation(Self.fins(10, passed: 5), from: 1))
        #expect(Self.dropped(totals) == 6)
        totals.take(try Self.observation(Self.fins(20, passed: 5), from: 1))
        #expect(Self.dropped(totals) == 15)
    }

    @Test("An observation that starts over, as services changed, adds to the one before")
    func startsOver() throws {
        var totals = PacketTotals()
        totals.take(try Self.observation(Self.fins(10, passed: 4), from: 1))
        totals.take(try Self.observation(Self.fins(3, passed: 1), from: 2))
        #expect(Self.came(totals) == 13)
        #expect(Self.dropped(totals) == 8)
        totals.take(try Self.observation(Self.fins(4, passed: 1), from: 2))
        #expect(Self.came(totals) == 14)
        #expect(Self.dropped(totals) == 9)
    }

    @Test("Of a service that is gone nothing is kept")
    func gone() throws {
        var totals = PacketTotals()
        totals.take(try Self.observation(Self.fins(10, passed: 4), from: 1))
        var empty = try Self.observation(Self.fins(0, passed: 0), from: 2)
        empty.subjects = []
        totals.take(empty)
        #expect(totals.passed.isEmpty)
        #expect(totals.dropped.isEmpty)
    }

    @Test("Rules are counted by the traced packets that they dropped")
    func traced() throws {
        var totals = PacketTotals()
        totals.take(try Observation.filtered())
        totals.take(try Observation.filtered())
        #expect(Array(totals.traced.values) == [5])
    }

    @Test("Rules' own counters are the latest; why there are none is a loss, as long as it lasts")
    func counted() throws {
        var totals = PacketTotals()
        totals.take(try Observation.filtered())
        let rule = try #require(totals.traced.keys.first)
        totals.take(counters: [rule: 7], unread: nil)
        #expect(totals.counted == [rule: 7] && totals.losses.isEmpty)
        totals.take(counters: [:], unread: Loss("the counters of rules", "not allowed"))
        #expect(totals.counted.isEmpty && totals.losses.map(\.what) == ["the counters of rules"])
        totals.take(counters: [:], unread: nil)
        #expect(totals.losses.isEmpty)
    }
}
