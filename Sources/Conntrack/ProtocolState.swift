/// What conntrack knows of the protocol's own state (`CTA_PROTOINFO`).
public enum ProtocolState: Equatable, Sendable {
    case tcp(TCP)
    case sctp(SCTP)
    case dccp(DCCP)

    /// State numbers are an open set: one without a name is shown as the number.
    public struct TCP: Equatable, Sendable {
        /// `enum tcp_conntrack`
        public var state: UInt8?
        /// Window scales of the original and the reply direction.
        public var scaleOriginal: UInt8?
        /// Of the reply direction.
        public var scaleReply: UInt8?
        /// `IP_CT_TCP_FLAG_*` of each direction, and the mask sent with them.
        public var flagsOriginal: Flags?
        /// Of the reply direction.
        public var flagsReply: Flags?

        /// A state of which the rest is not known.
        public init(state: UInt8? = nil) { self.state = state }

        /// Flags of one direction (`struct nf_ct_tcp_flags`).
        public struct Flags: Equatable, Sendable {
            /// `IP_CT_TCP_FLAG_*` that are set.
            public var flags: UInt8
            /// Those that the sender of the message meant to say something about.
            public var mask: UInt8
        }

        static let names = [
            "NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT", "CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE",
            "SYN_SENT2",
        ]
    }

    /// State numbers are an open set, as those of TCP.
    public struct SCTP: Equatable, Sendable {
        /// `enum sctp_conntrack`
        public var state: UInt8?
        /// The tag that packets of the original direction carry.
        public var verificationTagOriginal: UInt32?
        /// The tag that packets of the reply direction carry.
        public var verificationTagReply: UInt32?

        /// A state of which the rest is not known.
        public init(state: UInt8? = nil) { self.state = state }

        static let names = [
            "NONE", "CLOSED", "COOKIE_WAIT", "COOKIE_ECHOED", "ESTABLISHED", "SHUTDOWN_SENT", "SHUTDOWN_RECD",
            "SHUTDOWN_ACK_SENT", "HEARTBEAT_SENT", "HEARTBEAT_ACKED",
        ]
    }

    /// State numbers are an open set, as those of TCP.
    public struct DCCP: Equatable, Sendable {
        /// `enum ct_dccp_states` of net/netfilter/nf_conntrack_proto_dccp.c, which the newest kernels no longer have.
        public var state: UInt8?
        /// 0: the original direction is the client's; 1: the server's.
        public var role: UInt8?
        /// The sequence number of the handshake, 48 bits of it.
        public var handshakeSequence: UInt64?

        /// A state of which the rest is not known.
        public init(state: UInt8? = nil) { self.state = state }

        static let names = [
            "NONE", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING", "TIMEWAIT", "IGNORE", "INVALID",
        ]
    }

    /// The state as the kernel and conntrack(8) name it, or its number; nil when the kernel sent none.
    public var name: String? {
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
