import Addresses
import CNetlink
import Conntrack
import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("NFLOG messages")
struct LogMessageTests {
    private static let received = Moment(nanoseconds: 7)

    @Test func aGatheredPairIsTwoSamples() throws {
        let messages = try read(LogDatagram.twoOfUDP)
        let headers = try #require(udp)
        var sent = Sample(headers, .new, at: .postRouting, Self.received)
        (sent.mark, sent.outputInterface) = (42, 1)
        // 2026-11-23 19:41:05.027818 UTC, according to date(1).
        var came = Sample(headers, .new, at: .preRouting, Moment(nanoseconds: 1_795_462_865_027_818_000))
        (came.mark, came.inputInterface) = (42, 1)
        #expect(messages.map(\.sample) == [sent, came])
        #expect(messages.map(\.sequence) == [0, 1])
    }

    @Test func aFINIsTheSampleThatItsPrefixSays() throws {
        let message = try #require(try read(LogDatagram.fin).first)
        let sample = try #require(message.sample)
        #expect(sample.ctstate == .invalid && sample.headers.tcpFlags == [.fin, .ack])
        #expect(sample.headers.sourcePort == 4711 && sample.headers.destinationPort == 80)
        #expect(sample.headers.length == 40 && sample.mark == 0)
        #expect(message.sequence == 4)
    }

    @Test func whatIsNotOursHasItsNumberAndNoSample() throws {
        var bytes = LogDatagram.fin
        let prefix = try #require(bytes.firstRange(of: Array("INVALID".utf8)))
        bytes.replaceSubrange(prefix, with: Array("INVALIX".utf8))
        let message = try #require(try read(bytes).first)
        #expect(message.sample == nil)
        #expect(message.sequence == 4)
    }

    @Test(
        arguments: [
            ("NEW", .new), ("ESTABLISHED", .established), ("RELATED", .related), ("INVALID", .invalid),
            ("UNTRACKED", .untracked), ("5", CTState(rawValue: 5)), ("", nil), ("new", nil), ("05", nil), ("256", nil),
            ("[UFW BLOCK] ", nil),
        ] as [(String, CTState?)])
    func prefixesAreNamesOfStates(_ prefix: String, _ state: CTState?) {
        #expect(CTState(prefix: prefix) == state)
    }

    @Test func attributesThatAreMissingOrTooShortAreNotInventedNorAnError() throws {
        // PACKET_HDR one byte short of the hook; TIMESTAMP of 8 bytes; SEQ of 2; and an unknown attribute.
        let bytes = hexadecimal(
            """
            58000000 0004 0000 00000000 00000000
            02 00 1267
            0600 0100 0800 0000
            0800 0a00 4e455700
            0c00 0300 000000006b0496d1
            0600 0c00 0001 0000
            2000 6300 00000000000000000000000000000000000000000000000000000000
            """)
        let message = try #require(try read(bytes).first)
        #expect(message.sample == nil && message.sequence == nil)
    }

    @Test func cutOffAnywhereItIsAnErrorOrLess() throws {
        for datagram in [LogDatagram.twoOfUDP, LogDatagram.fin] {
            let whole = try read(datagram).count
            for length in 0..<datagram.count {
                let read = try? read(Array(datagram.prefix(length)))
                #expect((read?.count ?? 0) <= whole)
                #expect(read == nil || length == 0 || length >= 0x70)
            }
        }
    }

    @Test func damageEndsNothing() {
        var generator = SeededGenerator(seed: 4711)
        var isUnharmed = 0
        for _ in 0..<20_000 {
            let bytes = generator.damage(LogDatagram.twoOfUDP)
            if let messages = try? read(bytes) { isUnharmed += messages.count }
        }
        #expect(isUnharmed > 10_000)
    }

    @Test func numbersOfHooksAreTheKernels() {
        let hooks: [(NetfilterHook, nf_inet_hooks, String)] = [
            (.preRouting, NF_INET_PRE_ROUTING, "PRE_ROUTING"), (.localIn, NF_INET_LOCAL_IN, "LOCAL_IN"),
            (.forward, NF_INET_FORWARD, "FORWARD"), (.localOut, NF_INET_LOCAL_OUT, "LOCAL_OUT"),
            (.postRouting, NF_INET_POST_ROUTING, "POST_ROUTING"),
        ]
        for (hook, number, name) in hooks {
            #expect(UInt32(hook.rawValue) == number.rawValue)
            #expect(hook.name == name)
        }
        #expect(NetfilterHook(rawValue: 9).description == "9")
    }

    private var udp: PacketHeaders? {
        guard let local = IPAddress("127.0.0.1") else { return nil }
        var headers = PacketHeaders(from: local, to: local, protocol: .udp, length: 30)
        (headers.sourcePort, headers.destinationPort) = (33762, 9)
        return headers
    }

    private func read(_ bytes: [UInt8]) throws(DecodeError) -> [LogMessage] {
        let datagram = bytes.span.bytes
        var cursor = MessageCursor()
        var messages: [LogMessage] = []
        while let message = try cursor.next(in: datagram) {
            if let log = try LogMessage(message, in: datagram, received: Self.received) { messages.append(log) }
        }
        return messages
    }
}
