import Addresses

/// An entry of the conntrack table. Whatever the kernel did not send is nil.
package struct Entry: Equatable, Sendable {
    /// The `AF_*` number of the message: 2 for IPv4, 10 for IPv6.
    package var family: UInt8 = 0
    /// The first packet's direction.
    package var original = Tuple()
    /// The direction of answers: the reverse of the original, except with NAT.
    package var reply = Tuple()
    /// Empty if the kernel did not send it.
    package var status: Status = []
    /// Nil for protocols without states, and if the kernel did not send it.
    package var state: ProtocolState?
    /// Seconds until the entry expires; not sent for deleted or offloaded entries.
    package var timeout: UInt32?
    /// Nil if the kernel has no marks, or omits a 0.
    package var mark: UInt32?
    /// 0 (the default zone) is not sent.
    package var zone: UInt16?
    /// The kernel's id, constant during the entry's life; it may be reused afterwards.
    package var id: UInt32?
    /// Number of references, including the dump's.
    package var use: UInt32?
    /// Only with `net.netfilter.nf_conntrack_acct`.
    package var originalCounters: Counters?
    /// For the reply direction; likewise.
    package var replyCounters: Counters?
    /// Only with `net.netfilter.nf_conntrack_timestamp`.
    package var timestamps: Timestamps?
    /// Set for every entry created over ctnetlink, and those created by SYNPROXY.
    package var synproxy: Synproxy?
    /// Data that most entries lack; see below.
    var extensions = Extensions.none

    package init() {}

    /// Packets and bytes of one direction.
    package struct Counters: Equatable, Sendable {
        /// Packets seen by conntrack.
        package var packets: UInt64
        /// Of IP packets, including headers.
        package var bytes: UInt64

        package init(packets: UInt64, bytes: UInt64) {
            self.packets = packets
            self.bytes = bytes
        }
    }

    /// Nanoseconds since 1970, UTC.
    package struct Timestamps: Equatable, Sendable {
        /// When the entry was confirmed.
        package var start: UInt64?
        /// Only for a deleted entry.
        package var stop: UInt64?

        package init(start: UInt64? = nil, stop: UInt64? = nil) {
            self.start = start
            self.stop = stop
        }
    }

    /// SYNPROXY data (`struct nf_conn_synproxy`).
    package struct Synproxy: Equatable, Sendable {
        /// The client's initial sequence number.
        package var initialSequence: UInt32 = 0
        /// The client's first TCP timestamp.
        package var initialTimestamp: UInt32 = 0
        /// The difference between the proxy's timestamps and the server's.
        package var timestampOffset: UInt32 = 0

        package init(initialSequence: UInt32 = 0, initialTimestamp: UInt32 = 0, timestampOffset: UInt32 = 0) {
            self.initialSequence = initialSequence
            self.initialTimestamp = initialTimestamp
            self.timestampOffset = timestampOffset
        }
    }
}

/// Data in entry extensions (net/netfilter/nf_conntrack_extend.c) that most entries lack. Kept outside the entry, so that it stays small
/// and is copied and reset at no cost: a table has millions.
extension Entry {
    /// The tuple of the entry that expected this one.
    package var master: Tuple? {
        get { extensions.held.master }
        set { extend { $0.master = newValue } }
    }

    /// The 128 label bits as sent by the kernel: bytes in its memory order, so on x86 bit 0 is the lowest of the first byte; empty if none.
    package var labels: [UInt8] {
        get { extensions.held.labels }
        set { extend { $0.labels = newValue } }
    }

    /// The name of the assigned helper (`ftp`), if any.
    package var helper: String? {
        get { extensions.held.helper }
        set { extend { $0.helper = newValue } }
    }

    /// The security module's label (SELinux), as written by the kernel.
    package var securityContext: String? {
        get { extensions.held.securityContext }
        set { extend { $0.securityContext = newValue } }
    }

    /// For the original direction; nil if no helper shifted it.
    package var sequenceAdjustmentOriginal: SequenceAdjustment? {
        get { extensions.held.sequenceAdjustmentOriginal }
        set { extend { $0.sequenceAdjustmentOriginal = newValue } }
    }

    /// For the reply direction; nil if no helper shifted it.
    package var sequenceAdjustmentReply: SequenceAdjustment? {
        get { extensions.held.sequenceAdjustmentReply }
        set { extend { $0.sequenceAdjustmentReply = newValue } }
    }

    /// Attributes unknown to this program, or of unexpected size.
    package var unknown: [UnknownAttribute] {
        get { extensions.held.unknown }
        set { extend { $0.unknown = newValue } }
    }

    /// False if it has none of the above.
    package var hasExtensions: Bool {
        if case .none = extensions { false } else { true }
    }

    private mutating func extend(_ change: (inout Held) -> Void) {
        var held = extensions.held
        change(&held)
        extensions = held == Held() ? .none : .some(held)
    }

    indirect enum Extensions: Equatable, Sendable {
        case none
        case some(Held)

        var held: Held {
            switch self {
            case .none: Held()
            case .some(let held): held
            }
        }
    }

    struct Held: Equatable, Sendable {
        var master: Tuple?
        var labels: [UInt8] = []
        var helper: String?
        var securityContext: String?
        var sequenceAdjustmentOriginal: SequenceAdjustment?
        var sequenceAdjustmentReply: SequenceAdjustment?
        var unknown: [UnknownAttribute] = []
    }

    /// How a NAT helper shifted TCP sequence numbers (`struct nf_ct_seqadj`).
    package struct SequenceAdjustment: Equatable, Sendable {
        /// The sequence number from which the second offset applies.
        package var correctionPosition: UInt32 = 0
        /// Added to sequence numbers before that position.
        package var offsetBefore: Int32 = 0
        /// Added to sequence numbers from that position on.
        package var offsetAfter: Int32 = 0

        /// 0 means not shifted.
        package init(correctionPosition: UInt32 = 0, offsetBefore: Int32 = 0, offsetAfter: Int32 = 0) {
            self.correctionPosition = correctionPosition
            self.offsetBefore = offsetBefore
            self.offsetAfter = offsetAfter
        }
    }
}
