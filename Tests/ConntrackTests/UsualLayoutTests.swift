import CNetlink
import Netlink
import TestSupport
import Testing

@testable import Conntrack

@Suite("Reading attributes at fixed offsets gives the same result as walking them")
struct UsualLayoutTests {
    /// The payload of the first attribute of `type` in a message of ctnetlink.
    private func payload(_ type: UInt32, of message: [UInt8]) throws -> [UInt8] {
        var cursor = AttributeCursor(20..<message.count)
        while let attribute = try cursor.next(in: message.span.bytes) {
            if attribute.type == type { return message.span.bytes.copy(attribute) }
        }
        throw DecodeError("message", "no attribute \(type)", at: 20)
    }

    private func asAttribute(_ payload: [UInt8]) -> Attribute { Attribute(type: 1, payload: 0..<payload.count) }

    @Test("The tuple and TCP state of a real entry are in the usual layout")
    func real() throws {
        let tuple = try payload(CTA_TUPLE_REPLY.rawValue, of: EntryFixtures.tcp)
        #expect(Tuple(usual: asAttribute(tuple), in: tuple.span.bytes) != nil)
        let state = try payload(CTA_PROTOINFO.rawValue, of: EntryFixtures.tcp)
        #expect(ProtocolState.TCP(usual: asAttribute(state), in: state.span.bytes) != nil)
        let zoned = try payload(CTA_TUPLE_ORIG.rawValue, of: EntryFixtures.tcp)
        #expect(Tuple(usual: asAttribute(zoned), in: zoned.span.bytes) == nil)
    }

    @Test("Random bytes that look like the usual layout give what walking them gives, and nothing more")
    func tuples() throws {
        var generator = SeededGenerator(seed: 3)
        let whole = try payload(CTA_TUPLE_REPLY.rawValue, of: EntryFixtures.tcp)
        var taken = 0
        for _ in 0..<20_000 {
            let bytes = generator.damage(whole)
            guard let usual = Tuple(usual: asAttribute(bytes), in: bytes.span.bytes) else { continue }
            var unknown: [UnknownAttribute] = []
            #expect(try Tuple(walking: asAttribute(bytes), in: bytes.span.bytes, &unknown) == usual)
            #expect(unknown.isEmpty)
            taken += 1
        }
        #expect(taken > 1000)
    }

    @Test("The same holds for the TCP state")
    func states() throws {
        var generator = SeededGenerator(seed: 4)
        let whole = try payload(CTA_PROTOINFO.rawValue, of: EntryFixtures.tcp)
        var taken = 0
        for _ in 0..<20_000 {
            let bytes = generator.damage(whole)
            guard let usual = ProtocolState.TCP(usual: asAttribute(bytes), in: bytes.span.bytes) else { continue }
            var unknown: [UnknownAttribute] = []
            let walked = try ProtocolState.walk(asAttribute(bytes), in: bytes.span.bytes, &unknown)
            #expect(walked == .tcp(usual))
            #expect(unknown.isEmpty)
            taken += 1
        }
        #expect(taken > 1000)
    }

    @Test("An attribute that extends past the buffer is not read")
    func outside() throws {
        let bytes = try payload(CTA_TUPLE_REPLY.rawValue, of: EntryFixtures.tcp)
        for start in [-1, 1, 4, Int.max - 48] {
            let beyond = Attribute(type: 1, payload: start..<start + 48)
            #expect(Tuple(usual: beyond, in: bytes.span.bytes) == nil)
        }
    }
}
