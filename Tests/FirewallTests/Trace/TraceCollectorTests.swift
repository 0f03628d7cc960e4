import Addresses
import CNetlink
import Conntrack
import Firewall
import Netlink
import TestSupport
import Testing

@Suite("Collecting traces")
struct TraceCollectorTests {
    private let start = ContinuousClock.now
    private let rejecting = DroppingRule(family: .ip, table: "other", chain: "bad", decision: .rule(handle: 3))

    @Test func dropsAreCountedByRuleAndKind() throws {
        let way = [TraceSamples.marked, TraceSamples.policyAccept, TraceSamples.jump, TraceSamples.rejected]
        let collector = collector([.init(way + way + [TraceSamples.marked], isDrained: false)])
        try collector.finish(at: start)
        let address = try #require(IPAddress("10.0.0.100"))
        let kind = TracedKind(.fin, state: .invalid, protocol: .tcp, target: .init(address, 80))
        #expect(collector.tally.drops == [rejecting: [kind: 2]])
        #expect(collector.tally.packets(droppedBy: rejecting) == 2)
        #expect(collector.tally.notDropped == 1)
    }

    @Test func lossIsKept() throws {
        let collector = collector([
            .init([TraceSamples.marked], isDrained: false),
            .init(loss: EventLoss(messages: 5), isDrained: false),
            .init(loss: EventLoss(messages: nil), isDrained: false),
            .init([TraceSamples.rejected], isDrained: false),
        ])
        try collector.finish(at: start)
        #expect(collector.tally.lostMessages == 5)
        #expect(collector.tally.uncountedLosses == 1)
        #expect(collector.tally.unknown == 1)
        #expect(collector.tally.drops.isEmpty)
    }

    @Test(.needsRoot, .needsTool("nft")) func anOverrunOfTheSocketIsCounted() throws {
        let tally = try inFreshNamespace {
            let wire = try CraftedPacket.wire()
            let socket = try EventSocket(groups: [NFNLGRP_NFTRACE.rawValue], buffer: 16 << 10, for: "listen")
            let collector = TraceCollector(TraceFollower(table: "mine"), events: socket)
            try Tool.nft(Blame.marking)
            for _ in 0..<100 { try wire.send(CraftedPacket.tcp(.rst)) }
            try waitUntil("the loss was told") {
                try collector.collect(at: .now)
                return collector.tally.lostMessages > 0
            }
            return collector.tally
        }
        #expect(tally.unknown > 0)
        #expect(tally.drops.isEmpty)
    }

    @Test func whatCannotBeReadIsCounted() throws {
        let collector = collector([
            .init([Array(TraceSamples.marked.prefix(50)), TraceSamples.policyDrop], isDrained: false)
        ])
        try collector.finish(at: start)
        #expect(collector.tally.unread == 1)
    }

    @Test("So is a message of another type, and one without the id of its packet; what netlink itself says is no trace")
    func unusable() throws {
        let other = Request.netfilter("script", subsystem: 10, message: 0, flags: 0).message(sequence: 0)
        let nameless = Request.netfilter("script", subsystem: 10, message: 17, flags: 0).message(sequence: 0)
        let done = Request(.netfilter, "script", type: 3, flags: 0).message(sequence: 0)
        let collector = collector([.init([other, nameless, done, TraceSamples.marked], isDrained: false)])
        try collector.finish(at: start)
        #expect(collector.tally.unread == 2 && collector.tally.notDropped == 1)
    }

    @Test func aRulesKindsAreBounded() throws {
        var tally = DropTally()
        for port in 0..<3000 {
            tally.add(try packet(to: UInt16(port)))
        }
        let kinds = try #require(tally.drops[rejecting])
        #expect(kinds.count <= 1025)
        #expect(tally.packets(droppedBy: rejecting) == 3000)
    }

    @Test func whatDropsMostComesFirst() throws {
        var tally = DropTally()
        let policy = DroppingRule(family: .ip, table: "other", chain: "bad", decision: .policy)
        let another = DroppingRule(family: .inet, table: "z", chain: "z", decision: .rule(handle: 1))
        for rule in [policy, another, another, rejecting] {
            tally.add(try packet(to: 80, droppedBy: rule))
        }
        #expect(tally.rules == [another, rejecting, policy])
    }

    private func packet(to port: UInt16, droppedBy rule: DroppingRule? = nil) throws -> TracedPacket {
        var event = try #require(try TraceSamples.event(TraceSamples.marked))
        event.transportHeader.replaceSubrange(2..<4, with: [UInt8(port >> 8), UInt8(port & 0xFF)])
        var follower = TraceFollower(table: "mine")
        _ = follower.take(event, at: start)
        var packet = try #require(follower.finish().first)
        packet.end = .dropped(rule ?? rejecting)
        return packet
    }

    private func collector(_ batches: [ScriptedEvents.Batch]) -> TraceCollector {
        TraceCollector(TraceFollower(table: "mine"), events: ScriptedEvents(batches))
    }
}
