import Conntrack
import Firewall
import ObservationSupport
import Testing

@testable import Inspection

struct UncountedPacketsTests {
    private func findings(_ observation: Observation) throws -> [Finding.ID] {
        observation.findings(about: try #require(observation.subjects.first)).map(\.id)
    }

    @Test("Where not every packet was counted, none is said to be lost for that, and not all to have come through")
    func uncounted() throws {
        var counts = try Counts()
        counts.way(.syn, .new, 5, passed: 3)
        var observation = try Observation.of(counts.counts)
        #expect(try findings(observation) == [.packetsDropped])
        observation.subjects[0].traffic.uncounted = [.localInPassed]
        #expect(try findings(observation).isEmpty)
        // Answers were left out: that says nothing of requests.
        observation.subjects[0].traffic.uncounted = [.answerInPassed]
        #expect(try findings(observation) == [.packetsDropped])
        counts = try Counts()
        counts.way(.syn, .new, 5)
        observation = try .of(counts.counts)
        #expect(try findings(observation) == [.nothingDropped])
        observation.subjects[0].traffic.uncounted = [.preRouting]
        #expect(try findings(observation).isEmpty)
    }

    @Test("That holds for packets of no subject, too")
    func elsewhere() throws {
        var counts = try Counts()
        counts.way(.udp, .new, 5, passed: 3)
        let plan = ObservationPlan([try .service("10.0.0.100:443")])
        var observation = try Observation.of([])
        observation.take(counts.counts, plan)
        #expect(observation.droppedPackets == 2)
        observation.take(counts.counts, plan, uncounted: [.localInPassed])
        #expect(observation.elsewhere.count == 1 && observation.droppedPackets == 0)
    }
}
