import Addresses

/// One entry of the conntrack table. What the kernel did not send is nil.
public struct Entry: Equatable, Sendable {
    /// The `AF_*` number of the message: 2 for IPv4, 10 for IPv6.
    public var family: UInt8 = 0
    /// The first packet's direction.
    public var original = Tuple()
    /// The direction of answers: the original's reverse, but for NAT.
    public var reply = Tuple()
    /// Its bits; none when the kernel did not send them.
    public var status: Status = []
    /// Nil of protocols without a state, and where the kernel did not send it.
    public var state: ProtocolState?
    /// Seconds until the entry goes; not sent for one that is gone or offloaded.
    public var timeout: UInt32?
    /// Nil where the kernel has no marks, and where it leaves out a 0.
    public var mark: UInt32?
    /// 0 (the default zone) is not sent.
    public var zone: UInt16?
    /// The kernel's own number for it, which stays while the entry lives and may be given again after.
    public var id: UInt32?
    /// References held, that of the dump included.
    public var use: UInt32?
    /// Only with `net.netfilter.nf_conntrack_acct`.
    public var originalCounters: Counters?
    /// Of the reply direction, likewise.
    public var replyCounters: Counters?
    /// Only with `net.netfilter.nf_conntrack_timestamp`.
    public var timestamps: Timestamps?
    /// Of every entry made over ctnetlink, and of those that SYNPROXY made.
    public var synproxy: Synproxy?
    /// What most entries lack; see `Entry+Extensions`.
    var extensions = Extensions.none

    /// An entry of which nothing is known.
    public init() {}

    /// Packets and bytes of one direction.
    public struct Counters: Equatable, Sendable {
        /// Packets that conntrack has seen.
        public var packets: UInt64
        /// Of the IP packets, with their headers.
        public var bytes: UInt64

        /// Both counts of one direction.
        public init(packets: UInt64, bytes: UInt64) {
            self.packets = packets
            self.bytes = bytes
        }
    }

    /// Nanoseconds since 1970, UTC.
    public struct Timestamps: Equatable, Sendable {
        /// When the entry was confirmed.
        public var start: UInt64?
        /// Only for an entry that is gone.
        public var stop: UInt64?

        /// Both times as the kernel has them.
        public init(start: UInt64? = nil, stop: UInt64? = nil) {
            self.start = start
            self.stop = stop
        }
    }

    /// What SYNPROXY keeps (`struct nf_conn_synproxy`).
    public struct Synproxy: Equatable, Sendable {
        /// The sequence number with which the client began.
        public var initialSequence: UInt32 = 0
        /// The client's first TCP timestamp.
        public var initialTimestamp: UInt32 = 0
        /// The difference between the timestamps that the proxy gave and the server's.
        public var timestampOffset: UInt32 = 0

        /// Members as they are named.
        public init(initialSequence: UInt32 = 0, initialTimestamp: UInt32 = 0, timestampOffset: UInt32 = 0) {
            self.initialSequence = initialSequence
            self.initialTimestamp = initialTimestamp
            self.timestampOffset = timestampOffset
        }
    }
}
