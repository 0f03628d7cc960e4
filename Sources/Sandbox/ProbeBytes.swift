import Addresses
import Conntrack
import Firewall
import Inspection
import Packets

/// The bytes of a probe from a client to a service.
struct ProbeBytes {
    let client: Endpoint
    let service: Endpoint
    let `protocol`: IPProtocol

    /// - Returns: nil for a packet that is not tried.
    func bytes(of probe: Probe) -> [UInt8]? {
        switch probe.packet {
        case .tcp(let flags):
            let isOpening = flags.contains(.syn)
            return PacketBytes.tcp(
                flags.rawValue, sequence: isOpening ? 1000 : 1001, acknowledgement: flags.contains(.ack) ? 2001 : 0,
                from: client, to: service)
        case .udp: return PacketBytes.udp(from: client, to: service)
        case .icmp(let type): return error(type.rawValue, probe.icmpCode)
        case .icmpv6(let type): return error(type.rawValue, probe.icmpCode)
        case .sctp(let packet):
            return PacketBytes.sctp(
                chunks: packet.chunks.map(\.rawValue), tag: packet.tag, initiateTag: packet.initiateTag, from: client,
                to: service)
        case .other: return nil
        }
    }

    /// About an answer of the service. For too big a packet the error has the way's MTU (RFC 1191, RFC 8201).
    private func error(_ type: UInt8, _ code: UInt8) -> [UInt8] {
        let hasMTU = service.address.family == .ipv4 ? type == 3 && code == 4 : type == 2
        let field: [UInt8] = hasMTU ? [0, 0, 0x05, 0x78] : [0, 0, 0, 0]
        // From the client: an address beside it may be the director's.
        return PacketBytes.icmp(type: type, code: code, field + answer, from: client.address, to: service.address)
    }

    private var answer: [UInt8] {
        switch `protocol` {
        case .udp: return PacketBytes.udp(from: service, to: client)
        case .sctp:
            return PacketBytes.sctp(
                chunks: [SCTPChunk.data.rawValue], tag: SCTPTags.usual.reply, from: service, to: client)
        default:
            return PacketBytes.tcp(
                TCPFlags.ack.rawValue, sequence: 2001, acknowledgement: 1001, from: service, to: client)
        }
    }
}
