import Addresses
import Conntrack
import Firewall
import ObservationSupport
import Testing

@testable import Inspection

/// Which packets of an observation findings are about.
struct ObservationWindowTests {
    private static let start: UInt64 = 1_000_000_000_000

    /// What was counted after some seconds: two pages were served, and this many FINs came and were dropped.
    private func observation(after seconds: UInt64, fins: UInt64, from start: UInt64 = start) throws -> Observation {
        var counts = try Counts()
        counts.way(.syn, .new, 2)
        counts.way(.ack, .new, 6 + seconds)
        counts.way(.fin, .invalid, fins, passed: 0)
        var observation = try Observation.of(counts.counts)
        observation.from = Moment(nanoseconds: start)
        observation.to = Moment(nanoseconds: start + seconds * 1_000_000_000)
        if fins > 0 { observation.blame = [try .of([.fin: Int(fins)])] }
        observation.outside = [.softnet: seconds]
        return observation
    }

    private func dropped(_ status: ObservationStatus) -> [UInt64?] {
        [status.last?.droppedPackets, status.window?.droppedPackets]
    }

    @Test("The difference of two readings has what came in between, as if counting had begun then")
    func difference() throws {
        let (before, after) = (try observation(after: 10, fins: 5), try observation(after: 40, fins: 7))
        let window = after.since(before)
        #expect(window.from == before.to && window.to == after.to)
        #expect(window.droppedPackets == 2 && window.receivedPackets == 32)
        #expect(window.outside == [.softnet: 30])
        #expect(window.blame?.map(\.packets) == [2])
        #expect(window.findings.map(\.id) == after.findings.map(\.id))
        // Nothing more was dropped: the rule is not to blame for what passed.
        let quiet = try observation(after: 50, fins: 7).since(after)
        #expect(quiet.droppedPackets == 0 && quiet.findings.map(\.id) == [.nothingDropped])
        // Counting has started over.
        let other = try observation(after: 3, fins: 1, from: Self.start + 1)
        #expect(other.since(after) == other)
    }

    @Test("A rule that dropped before stays named while packets are lost and none was traced")
    func untraced() throws {
        let before = try observation(after: 10, fins: 5)
        var after = try observation(after: 40, fins: 7)
        after.blame = before.blame
        #expect(after.since(before).blame == before.blame)
    }

    @Test("Packets in flight at the beginning of a part are not lost in it, nor more than are missing of all")
    func inFlight() throws {
        // Ten FINs that were counted behind the filter already, and not yet in front of it.
        var early = try Counts()
        early.way(.fin, .invalid, 90)
        early.add(.localInPassed, .fin, .invalid, 10)
        var late = try Counts()
        late.way(.fin, .invalid, 200)
        var (before, after) = (try Observation.of(early.counts), try Observation.of(late.counts))
        before.to = Moment(nanoseconds: before.from.nanoseconds + 1_000_000_000)
        after.to = Moment(nanoseconds: before.from.nanoseconds + 9_000_000_000)
        after.from = before.from
        #expect(after.since(before).droppedPackets == 0)
        var lossy = try Counts()
        lossy.way(.fin, .invalid, 200, passed: 197)
        after = try Observation.of(lossy.counts)
        after.from = before.from
        #expect(after.since(before).subjects.flatMap(\.traffic.losses).filter { $0.place == .localIn }.packets == 3)
    }

    @Test("Findings are about the last minute: those from before a fix go away")
    func lastMinute() throws {
        var status = ObservationStatus()
        for second in stride(from: UInt64(1), through: 180, by: 1) {
            // Fixed after half a minute.
            status.take(try observation(after: second, fins: min(second, 30)), took: .zero)
            switch second {
            case 20: #expect(dropped(status) == [20, 20])
            case 30...60: #expect(dropped(status) == [30, 30])
            // Readings to compare with are ten seconds apart.
            case 101...: #expect(dropped(status) == [30, 0])
            default: break
            }
            if second > 75 {
                let seconds = (status.window?.milliseconds ?? 0) / 1000
                #expect((60...70).contains(seconds), "\(seconds)")
            }
        }
        status.show(.sinceStart)
        #expect(dropped(status) == [30, 30])
        status.show(.lastMinute)
        #expect(dropped(status) == [30, 0])
    }

    @Test("From a reset on, nothing before it counts, until all is asked for; nor in a new table")
    func reset() throws {
        var status = ObservationStatus()
        status.restartWindow()
        #expect(status.window == nil)
        status.take(try observation(after: 5, fins: 5), took: .zero)
        status.restartWindow()
        #expect(dropped(status) == [5, 0])
        status.take(try observation(after: 8, fins: 6), took: .zero)
        #expect(dropped(status) == [6, 1] && status.window?.milliseconds == 3000)
        status.show(.sinceStart)
        #expect(dropped(status) == [6, 6])
        status.take(try observation(after: 2, fins: 1, from: Self.start * 2), took: .zero)
        #expect(dropped(status) == [1, 1])
    }
}
