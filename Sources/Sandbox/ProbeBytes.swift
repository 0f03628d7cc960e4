import Addresses
import Conntrack
import Firewall
import Inspection
import Packets

/// The bytes of a probe from a client to a service, or from a real server to a client.
struct ProbeBytes {
    let source: Endpoint
    let target: Endpoint
    let `protocol`: IPProtocol

    init(from source: Endpoint, to target: Endpoint, protocol: IPProtocol) {
        (self.source, self.target, self.protocol) = (source, target, `protocol`)
    }

    /// - Returns: nil for a packet that is not tried.
    func bytes(of probe: Probe) -> [UInt8]? {
        switch probe.packet {
        case .tcp(let flags):
            let (own, other): (UInt32, UInt32) = probe.isAnswer ? (2000, 1001) : (1000, 2001)
            return PacketBytes.tcp(
                flags.rawValue, sequence: flags.contains(.syn) ? own : own + 1,
                acknowledgement: flags.contains(.ack) ? other : 0, from: source, to: target)
        case .udp: return PacketBytes.udp(from: source, to: target)
        case .icmp(let type): return error(type.rawValue, probe.icmpCode)
        case .icmpv6(let type): return error(type.rawValue, probe.icmpCode)
        case .sctp(let packet):
            return PacketBytes.sctp(
                chunks: packet.chunks.map(\.rawValue), tag: packet.tag, initiateTag: packet.initiateTag, from: source,
                to: target)
        case .dccp, .other: return nil
        }
    }

    /// About an answer of the target. For too big a packet the error has the way's MTU (RFC 1191, RFC 8201).
    private func error(_ type: UInt8, _ code: UInt8) -> [UInt8] {
        let hasMTU = target.address.family == .ipv4 ? type == 3 && code == 4 : type == 2
        let field: [UInt8] = hasMTU ? [0, 0, 0x05, 0x78] : [0, 0, 0, 0]
        // From the source: an address beside it may be the director's.
        return PacketBytes.icmp(type: type, code: code, field + answer, from: source.address, to: target.address)
    }

    private var answer: [UInt8] {
        switch `protocol` {
        case .udp: return PacketBytes.udp(from: target, to: source)
        case .sctp:
            return PacketBytes.sctp(
                chunks: [SCTPChunk.data.rawValue], tag: SCTPTags.usual.reply, from: target, to: source)
        default:
            return PacketBytes.tcp(
                TCPFlags.ack.rawValue, sequence: 2001, acknowledgement: 1001, from: target, to: source)
        }
    }
}
