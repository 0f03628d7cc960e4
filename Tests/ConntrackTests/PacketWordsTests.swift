import CNetlink
import Conntrack
import Testing

struct CTStateTests {
    /// `NF_CT_STATE_BIT(ctinfo)` is a function-like macro, which Swift does not import.
    static func bit(of info: ip_conntrack_info) -> UInt32 { 1 << (info.rawValue % IP_CT_IS_REPLY.rawValue + 1) }

    @Test func bitsAreTheKernels() {
        #expect(CTState.invalid.bit == UInt32(NF_CT_STATE_INVALID_BIT))
        #expect(CTState.untracked.bit == UInt32(NF_CT_STATE_UNTRACKED_BIT))
        #expect(CTState.established.bit == Self.bit(of: IP_CT_ESTABLISHED))
        #expect(CTState.established.bit == Self.bit(of: IP_CT_ESTABLISHED_REPLY))
        #expect(CTState.related.bit == Self.bit(of: IP_CT_RELATED))
        #expect(CTState.related.bit == Self.bit(of: IP_CT_RELATED_REPLY))
        #expect(CTState.new.bit == Self.bit(of: IP_CT_NEW))
    }

    @Test func readsAMask() {
        for state in [CTState.invalid, .established, .related, .new, .untracked] {
            #expect(CTState(bit: state.bit) == state)
        }
        #expect(CTState(bit: 0b1010) == .established)
        #expect(CTState(bit: 0).rawValue == 32)
        #expect(CTState(bit: 0).bit == 0)
    }

    @Test func names() {
        let names = ["INVALID", "ESTABLISHED", "RELATED", "NEW", "4", "5", "UNTRACKED", "7"]
        #expect((0..<8).map { CTState(bit: 1 << $0).name } == names)
        #expect([CTState.untracked, .new, .invalid].sorted() == [.invalid, .new, .untracked])
        #expect("\(CTState.new)" == "NEW")
    }
}

struct PacketClassTests {
    @Test func ofTCPFlags() {
        let expected: [(TCPFlags, PacketClass)] = [
            (.syn, .syn), ([.syn, .ack], .synAck), (.ack, .ack), (.fin, .fin), ([.fin, .ack], .fin), (.rst, .rst),
            ([.rst, .ack], .rst), ([], .tcpOther), ([.syn, .fin], .tcpOther), ([.syn, .rst], .tcpOther),
            ([.fin, .rst], .tcpOther), ([.fin, .rst, .ack], .tcpOther), ([.syn, .fin, .ack], .tcpOther),
            ([.syn, .rst, .ack], .tcpOther), ([.fin, .syn, .rst], .tcpOther), ([.fin, .syn, .rst, .ack], .tcpOther),
        ]
        #expect(Set(expected.map(\.0)).count == 16)
        for (flags, kind) in expected {
            for rest in UInt8(0)...255 where rest & 0x17 == 0 {
                #expect(PacketClass(tcp: flags.union(TCPFlags(rawValue: rest))) == kind)
            }
        }
    }

    @Test func names() {
        let names = ["syn", "syn_ack", "ack", "fin", "rst", "tcp_other", "udp", "sctp", "icmp_error", "other"]
        #expect(PacketClass.allCases.map(\.name) == names)
        let titles = ["SYN", "SYN+ACK", "ACK", "FIN", "RST", "TCP other", "UDP", "SCTP", "ICMP error", "other"]
        #expect(PacketClass.allCases.map(\.title) == titles)
    }
}

struct TCPFlagsTests {
    @Test func names() {
        #expect(TCPFlags(rawValue: 0).names == [])
        #expect(TCPFlags(rawValue: 255).names == ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"])
        let flags: [TCPFlags] = [.fin, .syn, .rst, .psh, .ack, .urg, .ece, .cwr]
        #expect(flags.flatMap(\.names) == TCPFlags.names)
        #expect(flags.map(\.rawValue) == [1, 2, 4, 8, 16, 32, 64, 128])
    }
}
