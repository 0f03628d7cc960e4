import Addresses

/// One entry of the conntrack table. What the kernel did not send is nil.
public struct Entry: Equatable, Sendable {
    /// The `AF_*` number of the message: 2 for IPv4, 10 for IPv6.
    public var family: UInt8 = 0
    public var original = Tuple()
    public var reply = Tuple()
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
    /// Of every entry made over ctnetlink, and of those that SYNPROXY made.
    public var synproxy: Synproxy?
    /// What most entries lack; see `Entry+Extensions`.
    var extensions = Extensions.none

    public init() {}

    /// Packets and bytes of one direction.
    public struct Counters: Equatable, Sendable {
        public var packets: UInt64
        public var bytes: UInt64

        public init(packets: UInt64, bytes: UInt64) {
            self.packets = packets
            self.bytes = bytes
        }
    }

    /// Nanoseconds since 1970, UTC.
    public struct Timestamps: Equatable, Sendable {
        public var start: UInt64?
        /// Only for an entry that is gone.
        public var stop: UInt64?

        public init(start: UInt64? = nil, stop: UInt64? = nil) {
            self.start = start
            self.stop = stop
        }
    }

    /// What SYNPROXY keeps (`struct nf_conn_synproxy`).
    public struct Synproxy: Equatable, Sendable {
        public var initialSequence: UInt32 = 0
        public var initialTimestamp: UInt32 = 0
        public var timestampOffset: UInt32 = 0

        public init(initialSequence: UInt32 = 0, initialTimestamp: UInt32 = 0, timestampOffset: UInt32 = 0) {
            self.initialSequence = initialSequence
            self.initialTimestamp = initialTimestamp
            self.timestampOffset = timestampOffset
        }
    }
}
