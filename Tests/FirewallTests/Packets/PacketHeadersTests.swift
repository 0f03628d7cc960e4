import Addresses
import Conntrack
import Firewall
import TestSupport
import Testing

@Suite("Headers of packets")
struct PacketHeadersTests {
    @Test(arguments: WirePacket.all) func areReadAsTheyWereSent(_ packet: WirePacket) throws {
        let headers = try #require(read(packet.bytes))
        #expect(headers == packet.headers)
        #expect(headers.packetClass == packet.packetClass)
    }

    @Test(arguments: WirePacket.all) func areReadAmongOtherBytes(_ packet: WirePacket) {
        let bytes = [0x60, 0x45, 0xFF] + packet.bytes + [0x45, 0x60]
        #expect(PacketHeaders(bytes.span.bytes, in: 3..<packet.bytes.count + 3) == packet.headers)
    }

    /// nf_tables traces carry 40 bytes from the network header, and 20 from the transport header.
    @Test(arguments: WirePacket.plain) func areReadFromTwoPieces(_ packet: WirePacket) throws {
        let transport = try #require(transportOffset(of: packet))
        let network = packet.bytes.prefix(40)
        let bytes = network + packet.bytes.dropFirst(transport).prefix(20)
        let headers = PacketHeaders(
            Array(bytes).span.bytes, network: 0..<network.count, transport: network.count..<bytes.count)
        var expected = packet.headers
        if packet.testDescription.contains("IPv6") && packet.bytes[6] == 44 {
            // The fragment header lies between the two.
            expected.protocol = IPProtocol(rawValue: 44)
            (expected.sourcePort, expected.destinationPort, expected.isLaterFragment) = (nil, nil, false)
        } else if packet.bytes[0] >> 4 == 6, packet.bytes[6] == 0 {
            expected.protocol = .ip
            (expected.sourcePort, expected.destinationPort) = (nil, nil)
        }
        #expect(headers == expected)
    }

    @Test(arguments: WirePacket.all) func cutShortTheyTellWhatIsLeft(_ packet: WirePacket) throws {
        let fixed = packet.headers.family == .ipv4 ? 20 : 40
        for length in 0...packet.bytes.count {
            guard let cut = read(Array(packet.bytes.prefix(length))) else {
                #expect(length < fixed)
                continue
            }
            #expect(length >= fixed)
            let whole = packet.headers
            #expect(cut.source == whole.source && cut.destination == whole.destination && cut.length == whole.length)
            #expect(cut.sourcePort == nil || cut.sourcePort == whole.sourcePort)
            #expect(cut.destinationPort == nil || cut.destinationPort == whole.destinationPort)
            #expect(cut.tcpFlags == nil || cut.tcpFlags == whole.tcpFlags)
            #expect(cut.icmpCode == nil || cut.icmpCode == whole.icmpCode)
            if let embedded = cut.embedded, let sent = whole.embedded {
                #expect(embedded.source == sent.source && embedded.destination == sent.destination)
                #expect(embedded.destinationPort == nil || embedded.destinationPort == sent.destinationPort)
            }
        }
    }

    @Test func whatIsNotIPIsNothing() {
        #expect(read([]) == nil)
        #expect(read([0x50] + [UInt8](repeating: 0, count: 60)) == nil)
        // Four words of header; the minimum is five.
        #expect(read([0x44] + [UInt8](repeating: 0, count: 60)) == nil)
        #expect(PacketHeaders([UInt8](repeating: 0x45, count: 30).span.bytes, in: 20..<90) == nil)
    }

    @Test func damageEndsNothing() {
        var generator = SeededGenerator(seed: 20_261_123)
        for round in 0..<40_000 {
            let packet = WirePacket.all[round % WirePacket.all.count]
            let bytes = generator.damage(packet.bytes)
            let start = Int.random(in: 0...4, using: &generator)
            let middle = start + Int.random(in: 0...80, using: &generator)
            check(read(bytes), bytes)
            check(PacketHeaders(bytes.span.bytes, network: start..<middle, transport: middle..<middle + 20), bytes)
        }
    }

    private func check(_ headers: PacketHeaders?, _ bytes: [UInt8]) {
        guard let headers else { return }
        let isSane =
            (headers.tcpFlags == nil || headers.protocol == .tcp)
            && (headers.embedded == nil || headers.packetClass == .icmpError)
            && (headers.embedded.map { $0.source.family == headers.family } ?? true)
            && (headers.icmpName == nil) == (headers.icmpType == nil)
        #expect(isSane, "\(bytes.hexadecimalText): \(headers)")
    }

    private func read(_ bytes: [UInt8]) -> PacketHeaders? { PacketHeaders(bytes.span.bytes, in: 0..<bytes.count) }

    /// Where the transport header begins, given the extension headers of these packets.
    private func transportOffset(of packet: WirePacket) -> Int? {
        guard let first = packet.bytes.first else { return nil }
        if first >> 4 == 4 { return Int(first & 0xF) * 4 }
        return switch packet.bytes[6] {
        case 44: 48
        case 0: 40 + 8 + 16
        default: 40
        }
    }
}
