import Addresses

/// One entry of the conntrack table. What the kernel did not send is nil.
package struct Entry: Equatable, Sendable {
    /// The `AF_*` number of the message: 2 for IPv4, 10 for IPv6.
    package var family: UInt8 = 0
    /// The first packet's direction.
    package var original = Tuple()
    /// The direction of answers: the original's reverse, but for NAT.
    package var reply = Tuple()
    /// Its bits; none when the kernel did not send them.
    package var status: Status = []
    /// Nil of protocols without a state, and where the kernel did not send it.
    package var state: ProtocolState?
    /// Seconds until the entry goes; not sent for one that is gone or offloaded.
    package var timeout: UInt32?
    /// Nil where the kernel has no marks, and where it leaves out a 0.
    package var mark: UInt32?
    /// 0 (the default zone) is not sent.
    package var zone: UInt16?
    /// The kernel's own number for it, which stays while the entry lives and may be given again after.
    package var id: UInt32?
    /// References held, that of the dump included.
    package var use: UInt32?
    /// Only with `net.netfilter.nf_conntrack_acct`.
    package var originalCounters: Counters?
    /// Of the reply direction, likewise.
    package var replyCounters: Counters?
    /// Only with `net.netfilter.nf_conntrack_timestamp`.
    package var timestamps: Timestamps?
    /// Of every entry made over ctnetlink, and of those that SYNPROXY made.
    package var synproxy: Synproxy?
    /// What most entries lack; see `Entry+Extensions`.
    var extensions = Extensions.none

    /// An entry of which nothing is known.
    package init() {}

    /// Packets and bytes of one direction.
    package struct Counters: Equatable, Sendable {
        /// Packets that conntrack has seen.
        package var packets: UInt64
        /// Of the IP packets, with their headers.
        package var bytes: UInt64

        /// Both counts of one direction.
        package init(packets: UInt64, bytes: UInt64) {
            self.packets = packets
            self.bytes = bytes
        }
    }

    /// Nanoseconds since 1970, UTC.
    package struct Timestamps: Equatable, Sendable {
        /// When the entry was confirmed.
        package var start: UInt64?
        /// Only for an entry that is gone.
        package var stop: UInt64?

        /// Both times as the kernel has them.
        package init(start: UInt64? = nil, stop: UInt64? = nil) {
            self.start = start
            self.stop = stop
        }
    }

    /// What SYNPROXY keeps (`struct nf_conn_synproxy`).
    package struct Synproxy: Equatable, Sendable {
        /// The sequence number with which the client began.
        package var initialSequence: UInt32 = 0
        /// The client's first TCP timestamp.
        package var initialTimestamp: UInt32 = 0
        /// The difference between the timestamps that the proxy gave and the server's.
        package var timestampOffset: UInt32 = 0

        /// Members as they are named.
        package init(initialSequence: UInt32 = 0, initialTimestamp: UInt32 = 0, timestampOffset: UInt32 = 0) {
            self.initialSequence = initialSequence
            self.initialTimestamp = initialTimestamp
            self.timestampOffset = timestampOffset
        }
    }
}

/// What the kernel keeps in extensions of an entry (net/netfilter/nf_conntrack_extend.c) that most have not. It is held outside of the
/// entry, which stays small and is copied and reset at no cost: a table has millions.
extension Entry {
    /// The tuple of the entry that expected this one.
    package var master: Tuple? {
        get { extensions.held.master }
        set { extend { $0.master = newValue } }
    }

    /// The 128 label bits as the kernel sends them: bytes in its memory's order, so bit 0 is the lowest of the first on x86; empty when none.
    package var labels: [UInt8] {
        get { extensions.held.labels }
        set { extend { $0.labels = newValue } }
    }

    /// The name of the helper that follows it (`ftp`); nil when none does.
    package var helper: String? {
        get { extensions.held.helper }
        set { extend { $0.helper = newValue } }
    }

    /// The label of a security module (SELinux), as the kernel writes it.
    package var securityContext: String? {
        get { extensions.held.securityContext }
        set { extend { $0.securityContext = newValue } }
    }

    /// Of the original direction; nil when no helper shifted it.
    package var sequenceAdjustmentOriginal: SequenceAdjustment? {
        get { extensions.held.sequenceAdjustmentOriginal }
        set { extend { $0.sequenceAdjustmentOriginal = newValue } }
    }

    /// Of the reply direction; nil when no helper shifted it.
    package var sequenceAdjustmentReply: SequenceAdjustment? {
        get { extensions.held.sequenceAdjustmentReply }
        set { extend { $0.sequenceAdjustmentReply = newValue } }
    }

    /// Attributes that this program does not know, or whose size is not the known one.
    package var unknown: [UnknownAttribute] {
        get { extensions.held.unknown }
        set { extend { $0.unknown = newValue } }
    }

    /// False when it has none of the above.
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
        /// The sequence number from which on the second offset holds.
        package var correctionPosition: UInt32 = 0
        /// Added to sequence numbers before that position.
        package var offsetBefore: Int32 = 0
        /// Added to sequence numbers from that position on.
        package var offsetAfter: Int32 = 0

        /// Members as they are named; 0 is what an unshifted direction has.
        package init(correctionPosition: UInt32 = 0, offsetBefore: Int32 = 0, offsetAfter: Int32 = 0) {
            self.correctionPosition = correctionPosition
            self.offsetBefore = offsetBefore
            self.offsetAfter = offsetAfter
        }
    }
}
