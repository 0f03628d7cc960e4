/// A connection that a helper expects because of another one, the master (`struct nf_conntrack_expect`): the data
/// connection of an FTP session, the media streams of a SIP call. What the kernel did not send is nil.
public struct Expectation: Equatable, Sendable {
    /// The `AF_*` number of the message: 2 for IPv4, 10 for IPv6.
    public var family: UInt8 = 0
    /// What is expected, as far as `mask` has bits.
    public var tuple = Tuple()
    /// Which bits of `tuple` count. The kernel masks the source alone; the bits of the destination are all set.
    public var mask = Tuple()
    /// The original tuple of the entry because of which it is expected.
    public var master = Tuple()
    /// Seconds until it goes; 0 for one that has no timer.
    public var timeout: UInt32?
    /// The kernel's own number for it.
    public var id: UInt32?
    /// The helper that expects it.
    public var helper: String?
    /// 0 (the default zone) is not sent.
    public var zone: UInt16?
    /// Its flags; none when the kernel did not send them.
    public var flags: Flags = []
    /// The helper's own number for this sort of expectation (`struct nf_conntrack_expect_policy`).
    public var `class`: UInt32?
    /// Nil when the expected connection is not translated.
    public var nat: NAT?
    /// The kernel function that sets the expected connection up (`struct nf_ct_helper_expectfn`): `nat-follow-master`.
    public var function: String?
    /// Attributes that this program does not know, or whose size is not the known one.
    public var unknown: [UnknownAttribute] = []

    /// An expectation of which nothing is known.
    public init() {}

    /// How the expected connection will be translated.
    public struct NAT: Equatable, Sendable {
        /// Of the master: 0 is the original direction, 1 the reply (`enum ip_conntrack_dir`).
        public var direction: UInt32?
        /// The source that it had, before a helper rewrote it.
        public var tuple: Tuple?

        /// Members as the kernel sends them.
        public init(direction: UInt32? = nil, tuple: Tuple? = nil) {
            self.direction = direction
            self.tuple = tuple
        }
    }

    /// `NF_CT_EXPECT_*` (linux/netfilter/nf_conntrack_common.h). An open set.
    public struct Flags: OptionSet, Hashable, Sendable {
        /// The bits, in host order.
        public let rawValue: UInt32

        /// Any bits, known here or not.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// It outlives the first connection that it lets in.
        public static let permanent = Flags(rawValue: 1 << 0)
        /// It lets none in for now.
        public static let inactive = Flags(rawValue: 1 << 1)
        /// It was made by a helper in user space.
        public static let userspace = Flags(rawValue: 1 << 2)

        /// Kernel names without `NF_CT_EXPECT_`, lowest first; a bit without a name is its number: `BIT_17`.
        public var names: [String] {
            let known = ["PERMANENT", "INACTIVE", "USERSPACE"]
            return (0..<32).filter { rawValue & (1 << UInt32($0)) != 0 }
                .map { known.indices.contains($0) ? known[$0] : "BIT_\($0)" }
        }
    }
}
