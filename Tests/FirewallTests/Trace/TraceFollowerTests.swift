import Conntrack
import Firewall
import Netlink
import TestSupport
import Testing

@Suite("Following traced packets")
struct TraceFollowerTests {
    private let start = ContinuousClock.now
    private let rejecting = DroppingRule(family: .ip, table: "other", chain: "bad", decision: .rule(handle: 3))

    private func ends(_ samples: [[UInt8]], _ follower: inout TraceFollower) throws -> [TracedPacket] {
        try samples.flatMap { follower.take(try #require(try TraceSamples.event($0)), at: start) }
    }

    @Test func aDropIsTheEnd() throws {
        var follower = TraceFollower(table: "mine")
        let way = [
            TraceSamples.marked, TraceSamples.chainEnd, TraceSamples.policyAccept, TraceSamples.jump,
            TraceSamples.rejected,
        ]
        let ended = try ends(way, &follower)
        #expect(ended.map(\.end) == [.dropped(rejecting)])
        #expect(ended.first?.state == .invalid)
        #expect(ended.first?.headers?.packetClass == .fin)
        #expect(follower.finish().isEmpty)
    }

    /// Linux gave four consecutive packets of one flow the same id.
    @Test func theMarkBeginsANewPacketWithTheSameId() throws {
        var follower = TraceFollower(table: "mine")
        let ended = try ends(
            [TraceSamples.marked, TraceSamples.policyAccept, TraceSamples.marked, TraceSamples.rejected], &follower)
        #expect(ended.map(\.end) == [.notDropped, .dropped(rejecting)])
    }

    @Test func packetsOfOthersAreNobodys() throws {
        var follower = TraceFollower(table: "another")
        #expect(try ends(TraceSamples.all, &follower).isEmpty)
        #expect(follower.finish().isEmpty)
    }

    @Test func aPacketThatWasTracedBeforeHasItsHeadersFromTheNextHook() throws {
        var follower = TraceFollower(table: "mine")
        var marked = try #require(try TraceSamples.event(TraceSamples.marked))
        (marked.networkHeader, marked.transportHeader) = ([], [])
        #expect(follower.take(marked, at: start).isEmpty)
        #expect(follower.take(marked, at: start).isEmpty)
        let ended = try ends([TraceSamples.jump, TraceSamples.rejected], &follower)
        #expect(ended.map(\.headers?.packetClass) == [.fin])
    }

    @Test func theKernelsWordGoesBeforeTheNameOfTheChain() throws {
        var follower = TraceFollower(table: "mine", state: { _ in .related })
        _ = try ends([TraceSamples.markedNew, TraceSamples.marked], &follower)
        #expect(Set(follower.finish().map(\.state)) == [.new, .related])
    }

    @Test func silenceIsAnEnd() throws {
        var follower = TraceFollower(table: "mine", patience: .seconds(2))
        _ = try ends([TraceSamples.marked], &follower)
        #expect(follower.expire(at: start + .seconds(2)).isEmpty)
        #expect(follower.expire(at: start + .seconds(3)).map(\.end) == [.notDropped])
    }

    @Test func whatIsFollowedIsBounded() throws {
        var follower = TraceFollower(table: "mine", most: 3)
        let marked = try #require(try TraceSamples.event(TraceSamples.marked))
        var ended: [TracedPacket] = []
        for number in 0..<10 {
            var event = marked
            event.id = UInt32(number)
            ended += follower.take(event, at: start + .milliseconds(number))
        }
        #expect(ended.count == 7)
        #expect(follower.finish().count == 3)
    }

    @Test func lossMakesTheEndUnknown() throws {
        var follower = TraceFollower(table: "mine")
        _ = try ends([TraceSamples.marked], &follower)
        #expect(follower.lose().map(\.end) == [.unknown])
        #expect(try ends([TraceSamples.rejected], &follower).isEmpty)
    }

    @Test(
        arguments: [
            ("new", .new), ("established", .established), ("related", .related), ("invalid", .invalid),
            ("untracked", .untracked),
        ] as [(String, CTState)])
    func chainsNameTheState(_ name: String, _ state: CTState) {
        #expect(CTState(tracingChain: "trace_\(name)") == state)
        #expect(CTState(tracingChain: name) == nil)
    }
}
