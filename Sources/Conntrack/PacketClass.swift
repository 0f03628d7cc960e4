/// A kind of packet that packet filters treat alike; counts and explanations distinguish these kinds.
package enum PacketClass: String, CaseIterable, Hashable, Sendable {
    case syn
    case synAck = "syn_ack"
    /// A bare ACK or data.
    case ack
    case fin
    case rst
    /// Flags that no TCP sends: none of FIN, SYN, RST and ACK, or two that contradict each other.
    case tcpOther = "tcp_other"
    case udp
    case sctp
    /// An ICMP or ICMPv6 message about another packet, part of which it quotes.
    case icmpError = "icmp_error"
    case other

    /// The class of a TCP segment. PSH, URG, ECE and CWR are ignored.
    package init(tcp flags: TCPFlags) {
        switch flags.intersection([.fin, .syn, .rst, .ack]) {
        case .syn: self = .syn
        case [.syn, .ack]: self = .synAck
        case .ack: self = .ack
        case .fin, [.fin, .ack]: self = .fin
        case .rst, [.rst, .ack]: self = .rst
        default: self = .tcpOther
        }
    }

    /// As in JSON: `syn_ack`.
    package var name: String { rawValue }

    /// As in tables: `SYN+ACK`.
    package var title: String {
        switch self {
        case .syn: "SYN"
        case .synAck: "SYN+ACK"
        case .ack: "ACK"
        case .fin: "FIN"
        case .rst: "RST"
        case .tcpOther: "TCP other"
        case .udp: "UDP"
        case .sctp: "SCTP"
        case .icmpError: "ICMP error"
        case .other: "other"
        }
    }
}
