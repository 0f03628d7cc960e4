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
