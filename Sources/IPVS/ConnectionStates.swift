import CNetlink

/// The names of a connection's states, as /proc prints them: `ip_vs_state_name` (net/netfilter/ipvs/ip_vs_proto.c) and the tables of the
/// protocols.
enum ConnectionStates {
    /// - Parameters:
    ///   - state: the number in the kernel's own table.
    ///   - number: the protocol's.
    @inline(__always)
    static func state(_ state: UInt16, _ number: UInt16, isTemplate: Bool) -> ConnectionState {
        if isTemplate { return named(state, templates) }
        return switch Int32(number) {
        case Int32(IPPROTO_TCP): named(state, tcp)
        case Int32(IPPROTO_UDP): named(state, udp)
        case Int32(IPPROTO_SCTP): named(state, sctp)
        case Int32(IPPROTO_IP): "NONE"
        default: invalid
        }
    }

    @inline(__always)
    private static func named(_ state: UInt16, _ names: [ConnectionState]) -> ConnectionState {
        Int(state) < names.count ? names[Int(state)] : invalid
    }

    private static let invalid: ConnectionState = "ERR!"
    /// `ip_vs_ctpl_state_name_table`, ip_vs_proto.c.
    static let templates: [ConnectionState] = ["NONE", "ASSURED"]
    /// `tcp_state_name_table`, ip_vs_proto_tcp.c.
    private static let tcp: [ConnectionState] = [
        "NONE", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK",
        "LISTEN", "SYNACK",
    ]
    /// `udp_state_name_table`, ip_vs_proto_udp.c.
    private static let udp: [ConnectionState] = ["UDP"]
    /// `sctp_state_name_table`, ip_vs_proto_sctp.c.
    private static let sctp: [ConnectionState] = [
        "NONE", "INIT1", "INIT", "C-SENT", "C-REPLIED", "C-WAIT", "COOKIE", "C-ECHOED", "ESTABLISHED", "S-SENT",
        "S-RECEIVED", "S-ACK-SENT", "REJECTED", "CLOSED",
    ]
    /// All words that the kernel prints: of AH and ESP it knows no states, and prints an error, as for any state beyond its tables.
    static let names = Dictionary(
        (templates + tcp + udp + sctp + [invalid, "BUG!", "?"]).map { ($0, $0.word) },
        uniquingKeysWith: { first, _ in first })
}
