import Testing

@testable import benchmarks

@Suite struct TrafficTests {
    private func figures(_ eachSecond: Double, _ nanoseconds: Double? = nil) -> TrafficFigures {
        TrafficFigures(
            eachSecond: eachSecond, nanosecondsEach: nanoseconds, packets: 10, countsAPacket: 3, watcherSeconds: 0.1)
    }

    private func result(_ load: TrafficLoad, floor: TrafficFigures, ours: TrafficFigures) -> TrafficResult {
        TrafficResult(
            .observe, "traffic",
            [
                TrafficResult.Row(role: .floor, title: "floor", runs: [floor]),
                TrafficResult.Row(role: .ours, title: "ours", runs: [ours]),
            ], judge: load.judge)
    }

    @Test func holdsTheStreamToTwoPercent() {
        #expect(result(.bulk, floor: figures(100), ours: figures(98)).judgements.first?.verdict == .met)
        #expect(result(.bulk, floor: figures(100), ours: figures(97)).judgements.first?.verdict == .missed)
        #expect(result(.bulk, floor: figures(0), ours: figures(97)).judgements.first?.verdict == .notMeasured)
        #expect(result(.bulk, floor: figures(100), ours: figures(98)).judgements.last?.verdict == .notMeasured)
    }

    @Test func givesTheCostOfAPacketAsADifference() {
        let judgements = result(.datagrams, floor: figures(5, 1_000), ours: figures(4, 1_250.5)).judgements
        #expect(judgements.map(\.value) == [0.8, nil, 250.5, nil])
        #expect(judgements.map(\.verdict) == [.noTarget, .notMeasured, .noTarget, .notMeasured])
    }

    @Test func leavesOutWhoFailed() {
        let row = TrafficResult.Row(role: .ours, title: "ours", runs: [figures(1)], failure: "crashed")
        let floor = TrafficResult.Row(role: .floor, title: "floor", runs: [figures(1)])
        let result = TrafficResult(.observe, "traffic", [floor, row], judge: TrafficLoad.bulk.judge)
        #expect(result.hasFailed)
        #expect(result.rows.last?.summary == nil)
        #expect(result.judgements.first?.verdict == .notMeasured)
    }

    @Test func takesMediansButTheLeastTime() {
        let runs = [figures(3, 20), figures(1, 30), figures(2, 10)]
        #expect(TrafficFigures.summary(of: runs)?.eachSecond == 2)
        #expect(TrafficFigures.summary(of: runs)?.nanosecondsEach == 10)
        #expect(TrafficFigures.summary(of: [figures(1)])?.nanosecondsEach == nil)
        #expect(TrafficFigures.summary(of: []) == nil)
    }

    @Test func readsWhatCameThrough() throws {
        let datagrams = try TrafficYield("4097 4097 2048 1000000000 512.5\n")
        #expect(datagrams.units == 2048)
        #expect(datagrams.seconds == 1)
        #expect(datagrams.nanosecondsEach == 512.5)
        #expect(try TrafficYield("0 0 1 1 0.0\n").nanosecondsEach == nil)
    }

    @Test(arguments: ["", "4097 4096 2048 1000000000 512.5", "0 0 0 1 0.0", "0 0 1 0 0.0", "1 1 1 1"])
    func refusesWhatIsNoMeasurement(_ text: String) {
        #expect(throws: Failure.self) { try TrafficYield(text) }
    }

    /// Printed by Linux 6.18 and nft 1.0.6, less a few rows.
    @Test func readsTheKernelsCounters() {
        let interfaces = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls
                lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0
            director: 249962754  234127    0    0    0     0          0         0 22356152  172590    0    0    0     0
            """
        #expect(PacketCounters.received(at: "director", in: interfaces) == 234_127)
        #expect(PacketCounters.received(at: "dir", in: interfaces) == nil)
        let ruleset = """
            table ip ct-inspect-1 { # progname ct-inspect
            	flags owner

            	set local_in_ack4 {
            		type ipv4_addr . inet_service . ct_state
            		flags dynamic
            		counter
            		elements = { 10.90.0.100 . 80 . established counter packets 40 bytes 2080,
            			     10.90.0.100 . 80 . new counter packets 2 bytes 120 }
            	}
            	chain point0 {
            		ip daddr 10.90.0.100 th dport 80 ct state new counter packets 500 bytes 0
            	}
            }
            """
        #expect(PacketCounters.counted(in: ruleset) == 542)
        #expect(PacketCounters.counted(in: "counter packets") == 0)
    }

    @Test func expectsTheSameCountsOfAllWhoCount() throws {
        #expect(PacketFilter.countsAPacket == 6 && PacketFilter.countsAnAnswer == 4)
        // One before conntrack, and one for each ctstate at the other points.
        #expect(PacketFilter.countingRules.split(separator: "\n").count { $0.hasSuffix("counter") } == 1 + 9 * 5)
    }
}
