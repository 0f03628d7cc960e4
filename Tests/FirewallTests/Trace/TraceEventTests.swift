import Addresses
import CNetlink
import Conntrack
import Firewall
import Netlink
import TestSupport
import Testing

@Suite("Decoding trace messages")
struct TraceEventTests {
    @Test func markedPacket() throws {
        let event = try #require(try TraceSamples.event(TraceSamples.marked))
        #expect(event.id == 0xECDB_838A)
        #expect(event.kind == .rule)
        #expect(event.family == .inet)
        #expect([event.table, event.chain] == ["mine", "trace_invalid"])
        #expect(event.handle == 3)
        #expect(event.verdict == .continue)
        #expect(event.mark == 7)
        #expect(event.packetFamily == 2)
        #expect(event.inputInterface == 2)
        #expect(event.outputInterface == nil)
        #expect(event.tracking == nil)
        #expect(event.drop == nil)
        let headers = try #require(event.headers)
        #expect(headers.packetClass == .fin)
        #expect(headers.destination.description == "10.0.0.100")
        #expect(headers.destinationPort == 80)
    }

    @Test func ruleThatRejects() throws {
        let event = try #require(try TraceSamples.event(TraceSamples.rejected))
        #expect(event.drop == DroppingRule(family: .ip, table: "other", chain: "bad", decision: .rule(handle: 3)))
        #expect(event.headers == nil)
    }

    @Test func policies() throws {
        let drop = try #require(try TraceSamples.event(TraceSamples.policyDrop))
        #expect(drop.drop == DroppingRule(family: .ip, table: "other", chain: "in", decision: .policy))
        let accept = try #require(try TraceSamples.event(TraceSamples.policyAccept))
        #expect(accept.kind == .policy)
        #expect(accept.policy == .accept)
        #expect(accept.drop == nil)
    }

    @Test func jump() throws {
        let event = try #require(try TraceSamples.event(TraceSamples.jump))
        #expect(event.verdict == .jump)
        #expect(event.target == "bad")
        #expect(event.drop == nil)
    }

    @Test func endOfAChain() throws {
        let event = try #require(try TraceSamples.event(TraceSamples.chainEnd))
        #expect(event.kind == .rule)
        #expect(event.handle == nil)
    }

    @Test func whatConntrackAttached() throws {
        let tracking = try #require(try TraceSamples.event(TraceSamples.markedNew)?.tracking)
        #expect(tracking.state == .new)
        #expect(tracking.id == 0x43AB_4A66)
        #expect(tracking.isReply == false)
        #expect(tracking.status == nil)
    }

    @Test func numbersWithoutANameAreKept() throws {
        var bytes = TraceSamples.rejected
        bytes[16] = 99
        bytes[35] = 77
        let event = try #require(try TraceSamples.event(bytes))
        #expect(event.family.description == "99")
        #expect(event.kind == TraceEvent.Kind(rawValue: 77))
        #expect(event.drop == nil)
        #expect(PacketVerdict(rawValue: -9).description == "-9")
    }

    @Test("A queue number and a drop's errno are masked out of the verdict")
    func upperHalf() {
        #expect(PacketVerdict(code: 0x0007_0003) == .queue)
        #expect(PacketVerdict(code: 0xFF97_0000 & 0x7FFF_FFFF) == .drop)
        #expect(PacketVerdict(code: 0xFFFF_FFFD) == .jump)
    }

    @Test func verdictsAreTheKernels() {
        #expect(PacketVerdict.drop.rawValue == NF_DROP)
        #expect(PacketVerdict.repeat.rawValue == NF_REPEAT)
        #expect(PacketVerdict.return.rawValue == NFT_RETURN.rawValue)
        #expect(PacketVerdict.continue.rawValue == NFT_CONTINUE.rawValue)
        #expect(TraceEvent.Kind.policy.rawValue == NFT_TRACETYPE_POLICY.rawValue)
        #expect(TraceEvent.Kind.rule.rawValue == NFT_TRACETYPE_RULE.rawValue)
        #expect(TableFamily.netdev.rawValue == UInt8(NFPROTO_NETDEV))
        #expect(TableFamily.ip6.rawValue == UInt8(NFPROTO_IPV6))
        #expect(TableFamily.inet.rawValue == UInt8(NFPROTO_INET))
    }

    @Test func otherMessagesAreNone() throws {
        var bytes = TraceSamples.marked
        bytes[4] = UInt8(NFT_MSG_NEWRULE.rawValue)
        #expect(try TraceSamples.event(bytes) == nil)
    }

    @Test(arguments: TraceSamples.all) func damageNeverCrashes(_ sample: [UInt8]) {
        var generator = SeededGenerator(seed: 4)
        var decoded = 0
        for _ in 0..<2000 {
            guard let event = try? TraceSamples.event(generator.damage(sample)) else { continue }
            _ = event.headers
            _ = event.drop
            decoded += 1
        }
        #expect(decoded > 100)
    }

    @Test(arguments: TraceSamples.all) func whatIsCutIsAnError(_ sample: [UInt8]) {
        for length in 1..<sample.count {
            #expect(throws: DecodeError.self) {
                try TraceSamples.event(Array(sample.prefix(length)))
            }
        }
    }
}
