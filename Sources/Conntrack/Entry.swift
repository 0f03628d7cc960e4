import Addresses

/// One entry of the conntrack table. What the kernel did not send is nil.
public struct Entry: Equatable, Sendable {
    /// The `AF_*` number of the message: 2 for IPv4, 10 for IPv6.
    public var family: UInt8 = 0
    public var original = Tuple()
    public var reply = Tuple()
    /// The tuple of the entry that expected this one.
    public var master: Tuple?
    public var status: Status = []
    public var state: ProtocolState?
    /// Seconds until the entry goes; not sent for one that is gone or offloaded.
    public var timeout: UInt32?
    public var mark: UInt32?
    /// 0 (the default zone) is not sent.
    public var zone: UInt16?
    public var id: UInt32?
    /// References held, that of the dump included.
    public var use: UInt32?
    /// Only with `net.netfilter.nf_conntrack_acct`.
    public var originalCounters: Counters?
    public var replyCounters: Counters?
    /// Only with `net.netfilter.nf_conntrack_timestamp`.
    public var timestamps: Timestamps?
    /// The 128 label bits as the kernel sends them: bytes in its memory's order, so bit 0 is the lowest of the first on x86; empty when none.
    public var labels: [UInt8] = []
    public var helper: String?
    public var securityContext: String?
    public var sequenceAdjustmentOriginal: SequenceAdjustment?
    public var sequenceAdjustmentReply: SequenceAdjustment?
    public var synproxy: Synproxy?
    /// Attributes that this program does not know, or whose size is not the known one.
    public var unknown: [UnknownAttribute] = []

    public init() {}

    /// Packets and bytes of one direction.
    public struct Counters: Equatable, Sendable {
        public var packets: UInt64
        public var bytes: UInt64
    }

    /// Nanoseconds since 1970, UTC.
    public struct Timestamps: Equatable, Sendable {
        public var start: UInt64?
        /// Only for an entry that is gone.
        public var stop: UInt64?
    }

    /// How a NAT helper shifted TCP sequence numbers (`struct nf_ct_seqadj`).
    public struct SequenceAdjustment: Equatable, Sendable {
        public var correctionPosition: UInt32 = 0
        public var offsetBefore: Int32 = 0
        public var offsetAfter: Int32 = 0
    }

    /// What SYNPROXY keeps (`struct nf_conn_synproxy`).
    public struct Synproxy: Equatable, Sendable {
        public var initialSequence: UInt32 = 0
        public var initialTimestamp: UInt32 = 0
        public var timestampOffset: UInt32 = 0
    }

    /// An attribute kept as it came. `path` holds its number, after those that it was nested in.
    public struct UnknownAttribute: Equatable, Sendable {
        public var path: [UInt16]
        public var bytes: [UInt8]

        public init(path: [UInt16], bytes: [UInt8]) {
            self.path = path
            self.bytes = bytes
        }
    }
}
