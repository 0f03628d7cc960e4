import Addresses
import Netlink
import TestSupport
import Testing

@testable import Conntrack

/// Entries from the bytes of a real kernel.
struct EntryTests {
    static func tuple(
        _ source: String, _ destination: String, _ number: IPProtocol, _ discriminator: Tuple.Discriminator,
        zone: UInt16? = nil
    ) -> Tuple {
        var tuple = Tuple()
        tuple.source = IPAddress(source)
        tuple.destination = IPAddress(destination)
        tuple.protocol = number
        tuple.discriminator = discriminator
        tuple.zone = zone
        return tuple
    }

    @Test func tcpWithEveryExtension() throws {
        let entry = try decode(EntryFixtures.tcp)
        let local = "127.0.0.1"
        #expect(entry.family == 2)
        #expect(entry.original == Self.tuple(local, local, .tcp, .ports(source: 42028, destination: 21), zone: 7))
        #expect(entry.reply == Self.tuple(local, local, .tcp, .ports(source: 21, destination: 42028)))
        #expect(entry.status.names == ["SEEN_REPLY", "ASSURED", "CONFIRMED", "HELPER"])
        #expect(entry.mark == 0x1234_5678)
        #expect(entry.id == 1_562_000_523)
        #expect(entry.use == 1)
        #expect(entry.timeout == 431_999)
        #expect(entry.originalCounters == .init(packets: 3, bytes: 168))
        #expect(entry.replyCounters == .init(packets: 2, bytes: 112))
        #expect(entry.timestamps == .init(start: 1_795_440_105_858_665_421, stop: nil))
        #expect(entry.helper == "ftp")
        // Label 33 is bit 1 of the second 32-bit word.
        #expect(entry.labels == [0, 0, 0, 0, 2] + [UInt8](repeating: 0, count: 11))
        #expect(entry.zone == nil)
        #expect(entry.master == nil)
        #expect(entry.unknown == [])
    }

    @Test func tcpState() throws {
        var expected = ProtocolState.TCP(state: 3)
        expected.scaleOriginal = 10
        expected.scaleReply = 10
        expected.flagsOriginal = .init(flags: 0x23, mask: 0)
        expected.flagsReply = .init(flags: 0x23, mask: 0)
        let state = try #require(try decode(EntryFixtures.tcp).state)
        #expect(state == .tcp(expected))
        #expect(state.name == "ESTABLISHED")
    }

    @Test func udpOverIPv6() throws {
        let entry = try decode(EntryFixtures.udpIPv6)
        #expect(entry.family == 10)
        #expect(entry.original == Self.tuple("::1", "::1", .udp, .ports(source: 5353, destination: 5353)))
        #expect(entry.reply == entry.original)
        #expect(entry.status == .confirmed)
        #expect(entry.state == nil)
        #expect(entry.originalCounters == .init(packets: 1, bytes: 53))
        #expect(entry.replyCounters == .init(packets: 0, bytes: 0))
        #expect(entry.timeout == 29)
        #expect(entry.unknown == [])
    }

    @Test func icmp() throws {
        let entry = try decode(EntryFixtures.icmp)
        #expect(entry.original == Self.tuple("10.0.0.1", "10.0.0.2", .icmp, .icmp(type: 8, code: 0, id: 77)))
        #expect(entry.reply == Self.tuple("10.0.0.2", "10.0.0.1", .icmp, .icmp(type: 0, code: 0, id: 77)))
        #expect(entry.synproxy == Entry.Synproxy())
        #expect(entry.unknown == [])
    }

    @Test func icmpv6() throws {
        let entry = try decode(EntryFixtures.icmpv6)
        let (one, two) = ("2001:db8::1", "2001:db8::2")
        #expect(entry.original == Self.tuple(one, two, .icmpv6, .icmp(type: 128, code: 0, id: 77)))
        #expect(entry.reply == Self.tuple(two, one, .icmpv6, .icmp(type: 129, code: 0, id: 77)))
        #expect(entry.unknown == [])
    }

    @Test func sctp() throws {
        let entry = try decode(EntryFixtures.sctp)
        var expected = ProtocolState.SCTP(state: 4)
        expected.verificationTagOriginal = 0x1100_0000
        expected.verificationTagReply = 0x2200_0000
        #expect(entry.state == .sctp(expected))
        #expect(entry.state?.name == "ESTABLISHED")
        #expect(
            entry.original
                == Self.tuple("10.0.0.1", "10.0.0.2", .sctp, .ports(source: 41048, destination: 36412)))
        #expect(entry.unknown == [])
    }

    @Test func aProtocolWithoutPortsInAZone() throws {
        let entry = try decode(EntryFixtures.ospf)
        #expect(entry.original == Self.tuple("10.0.0.1", "224.0.0.5", IPProtocol(rawValue: 89), .none))
        #expect(entry.zone == 4)
        #expect(entry.original.zone == nil)
        #expect(entry.unknown == [])
    }
}
