import CNetlink

/// The names of a connection's states, as /proc prints them: `ip_vs_state_name` (net/netfilter/ipvs/ip_vs_proto.c) and the tables of the
/// protocols.
enum ConnectionStates {
    /// - Parameters:
    ///   - state: the number in the kernel's own table.
    ///   - number: the protocol's.
    static func name(_ state: UInt16, _ number: UInt16, isTemplate: Bool) -> String {
        let names: [String]
        if isTemplate {
            names = templates
        } else {
            switch Int32(number) {
            case Int32(IPPROTO_TCP): names = tcp
            case Int32(IPPROTO_UDP): names = udp
            case Int32(IPPROTO_SCTP): names = sctp
            case Int32(IPPROTO_IP): return "NONE"
            default: return invalid
            }
        }
        return names.indices.contains(Int(state)) ? names[Int(state)] : invalid
    }

    private static let invalid = "ERR!"
    /// `ip_vs_ctpl_state_name_table`, ip_vs_proto.c.
    private static let templates = ["NONE", "ASSURED"]
    /// `tcp_state_name_table`, ip_vs_proto_tcp.c.
    private static let tcp = [
        "NONE", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK",
        "LISTEN", "SYNACK",
    ]
    /// `udp_state_name_table`, ip_vs_proto_udp.c.
    private static let udp = ["UDP"]
    /// `sctp_state_name_table`, ip_vs_proto_sctp.c.
    private static let sctp = [
        "NONE", "INIT1", "INIT", "C-SENT", "C-REPLIED", "C-WAIT", "COOKIE", "C-ECHOED", "ESTABLISHED", "S-SENT",
        "S-RECEIVED", "S-ACK-SENT", "REJECTED", "CLOSED",
    ]
    /// All words that the kernel prints: of AH and ESP it knows no states, and prints an error, as for any state beyond its tables.
    static let all = Set(templates + tcp + udp + sctp + [invalid, "BUG!", "?"])
}
