/// A connection that a helper expects because of another one, the master (`struct nf_conntrack_expect`): the data
/// connection of an FTP session, the media streams of a SIP call. What the kernel did not send is nil.
package struct Expectation: Equatable, Sendable {
    /// The `AF_*` number of the message: 2 for IPv4, 10 for IPv6.
    package var family: UInt8 = 0
    /// What is expected, as far as `mask` has bits.
    package var tuple = Tuple()
    /// Which bits of `tuple` count. The kernel masks the source alone; the bits of the destination are all set.
    package var mask = Tuple()
    /// The original tuple of the entry because of which it is expected.
    package var master = Tuple()
    /// Seconds until it goes; 0 for one that has no timer.
    package var timeout: UInt32?
    /// The kernel's own number for it.
    package var id: UInt32?
    /// The helper that expects it.
    package var helper: String?
    /// 0 (the default zone) is not sent.
    package var zone: UInt16?
    /// Its flags; none when the kernel did not send them.
    package var flags: Flags = []
    /// The helper's own number for this sort of expectation (`struct nf_conntrack_expect_policy`).
    package var `class`: UInt32?
    /// Nil when the expected connection is not translated.
    package var nat: NAT?
    /// The kernel function that sets the expected connection up (`struct nf_ct_helper_expectfn`): `nat-follow-master`.
    package var function: String?
    /// Attributes that this program does not know, or whose size is not the known one.
    package var unknown: [UnknownAttribute] = []

    /// An expectation of which nothing is known.
    package init() {}

    /// How the expected connection will be translated.
    package struct NAT: Equatable, Sendable {
        /// Of the master: 0 is the original direction, 1 the reply (`enum ip_conntrack_dir`).
        package var direction: UInt32?
        /// The source that it had, before a helper rewrote it.
        package var tuple: Tuple?

        /// Members as the kernel sends them.
        package init(direction: UInt32? = nil, tuple: Tuple? = nil) {
            self.direction = direction
            self.tuple = tuple
        }
    }

    /// `NF_CT_EXPECT_*` (linux/netfilter/nf_conntrack_common.h). An open set.
    package struct Flags: OptionSet, Hashable, Sendable {
        /// The bits, in host order.
        package let rawValue: UInt32

        /// Any bits, known here or not.
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// It outlives the first connection that it lets in.
        package static let permanent = Flags(rawValue: 1 << 0)
        /// It lets none in for now.
        package static let inactive = Flags(rawValue: 1 << 1)
        /// It was made by a helper in user space.
        package static let userspace = Flags(rawValue: 1 << 2)

        /// Kernel names without `NF_CT_EXPECT_`, lowest first; a bit without a name is its number: `BIT_17`.
        package var names: [String] {
            let known = ["PERMANENT", "INACTIVE", "USERSPACE"]
            return (0..<32).filter { rawValue & (1 << UInt32($0)) != 0 }
                .map { known.indices.contains($0) ? known[$0] : "BIT_\($0)" }
        }
    }
}
