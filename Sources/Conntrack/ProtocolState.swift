/// What conntrack knows of the protocol's own state (`CTA_PROTOINFO`).
package enum ProtocolState: Equatable, Sendable {
    case tcp(TCP)
    case sctp(SCTP)
    case dccp(DCCP)

    /// State numbers are an open set: one without a name is shown as the number.
    package struct TCP: Equatable, Sendable {
        /// `enum tcp_conntrack`
        package var state: UInt8?
        /// Window scales of the original and the reply direction.
        package var scaleOriginal: UInt8?
        /// Of the reply direction.
        package var scaleReply: UInt8?
        /// `IP_CT_TCP_FLAG_*` of each direction, and the mask sent with them.
        package var flagsOriginal: Flags?
        /// Of the reply direction.
        package var flagsReply: Flags?

        /// A state of which the rest is not known.
        package init(state: UInt8? = nil) { self.state = state }

        /// Flags of one direction (`struct nf_ct_tcp_flags`).
        package struct Flags: Equatable, Sendable {
            /// `IP_CT_TCP_FLAG_*` that are set.
            package var flags: UInt8
            /// Those that the sender of the message meant to say something about.
            package var mask: UInt8
        }

        static let names = [
            "NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",
            "SYN_SENT2",
        ]
    }

    /// State numbers are an open set, as those of TCP.
    package struct SCTP: Equatable, Sendable {
        /// `enum sctp_conntrack`
        package var state: UInt8?
        /// The tag that packets of the original direction carry.
        package var verificationTagOriginal: UInt32?
        /// The tag that packets of the reply direction carry.
        package var verificationTagReply: UInt32?

        /// A state of which the rest is not known.
        package init(state: UInt8? = nil) { self.state = state }

        static let names = [
            "NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECD",
            "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT", "HEARTBEAT_ACKED",
        ]
    }

    /// State numbers are an open set, as those of TCP.
    package struct DCCP: Equatable, Sendable {
        /// `enum ct_dccp_states` of net/netfilter/nf_conntrack_proto_dccp.c, which the newest kernels no longer have.
        package var state: UInt8?
        /// 0: the original direction is the client's; 1: the server's.
        package var role: UInt8?
        /// The sequence number of the handshake, 48 bits of it.
        package var handshakeSequence: UInt64?

        /// A state of which the rest is not known.
        package init(state: UInt8? = nil) { self.state = state }

        static let names = [
            "NONE", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING", "TIMEWAIT", "IGNORE", "INVALID",
        ]
    }

    /// The state as the kernel and conntrack(8) name it, or its number; nil when the kernel sent none.
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
