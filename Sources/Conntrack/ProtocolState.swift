/// What conntrack stores about the protocol's own state (`CTA_PROTOINFO`).
package enum ProtocolState: Equatable, Sendable {
    case tcp(TCP)
    case sctp(SCTP)
    case dccp(DCCP)

    /// State numbers are an open set: a state without a name is shown as its number.
    package struct TCP: Equatable, Sendable {
        /// `enum tcp_conntrack`
        package var state: UInt8?
        /// Window scale of the original direction.
        package var scaleOriginal: UInt8?
        /// Window scale of the reply direction.
        package var scaleReply: UInt8?
        /// `IP_CT_TCP_FLAG_*` of the original direction, with the mask sent with them.
        package var flagsOriginal: Flags?
        /// Likewise for the reply direction.
        package var flagsReply: Flags?

        package init(state: UInt8? = nil) { self.state = state }

        /// Flags of one direction (`struct nf_ct_tcp_flags`).
        package struct Flags: Equatable, Sendable {
            /// The `IP_CT_TCP_FLAG_*` that are set.
            package var flags: UInt8
            /// Those that the sender of the message specified.
            package var mask: UInt8
        }

        static let names = [
            "NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",
            "SYN_SENT2",
        ]
    }

    /// State numbers are an open set, like those of TCP.
    package struct SCTP: Equatable, Sendable {
        /// `enum sctp_conntrack`
        package var state: UInt8?
        /// The tag in packets of the original direction.
        package var verificationTagOriginal: UInt32?
        /// The tag in packets of the reply direction.
        package var verificationTagReply: UInt32?

        package init(state: UInt8? = nil) { self.state = state }

        static let names = [
            "NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECD",
            "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT", "HEARTBEAT_ACKED",
        ]
    }

    /// State numbers are an open set, like those of TCP.
    package struct DCCP: Equatable, Sendable {
        /// `enum ct_dccp_states` of net/netfilter/nf_conntrack_proto_dccp.c, which the newest kernels lack.
        package var state: UInt8?
        /// 0: the original direction is the client's; 1: the server's.
        package var role: UInt8?
        /// The handshake's sequence number, 48 bits of it.
        package var handshakeSequence: UInt64?

        package init(state: UInt8? = nil) { self.state = state }

        static let names = [
            "NONE", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING", "TIMEWAIT", "IGNORE", "INVALID",
        ]
    }

    /// The state as named by the kernel and conntrack(8), or its number; nil if the kernel sent none.
    package var name: String? {
        switch self {
        case .tcp(let tcp): Self.name(of: tcp.state, in: TCP.names)
        case .sctp(let sctp): Self.name(of: sctp.state, in: SCTP.names)
        case .dccp(let dccp): Self.name(of: dccp.state, in: DCCP.names)
        }
    }

    private static func name(of state: UInt8?, in names: [String]) -> String? {
        state.map { names.indices.contains(Int($0)) ? names[Int($0)] : String($0) }
    }
}
