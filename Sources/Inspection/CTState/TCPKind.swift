import Conntrack

/// The kind of a TCP segment for the tracker: RST has priority over SYN, SYN over FIN, FIN over ACK; other flags are ignored.
///
/// Source: `get_conntrack_index` (net/netfilter/nf_conntrack_proto_tcp.c).
package enum TCPKind: Hashable, Sendable {
    case syn, synAck, fin, ack, rst, none

    package init(_ flags: TCPFlags) {
        if flags.contains(.rst) {
            self = .rst
        } else if flags.contains(.syn) {
            self = flags.contains(.ack) ? .synAck : .syn
        } else if flags.contains(.fin) {
            self = .fin
        } else {
            self = flags.contains(.ack) ? .ack : .none
        }
    }

    /// With an article, for sentences.
    var phrase: String {
        switch self {
        case .syn: "a SYN"
        case .synAck: "a SYN+ACK"
        case .fin: "a FIN"
        case .ack: "an ACK"
        case .rst: "a RST"
        case .none: "a segment without flags"
        }
    }
}

extension TCPFlags {
    /// Whether TCP sends these flags together: SYN, with ACK or URG; ACK, with FIN or URG or both; RST, with ACK. PSH, ECE and CWR are
    /// ignored (`tcp_error`, net/netfilter/nf_conntrack_proto_tcp.c).
    var isSentByTCP: Bool {
        switch intersection([.fin, .syn, .rst, .ack, .urg]) {
        case .syn, [.syn, .ack], [.syn, .urg]: true
        case .rst, [.rst, .ack]: true
        case let rest where rest.contains(.ack): rest.isDisjoint(with: [.syn, .rst])
        default: false
        }
    }
}
