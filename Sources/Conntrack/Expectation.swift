/// A connection that a helper expects because of another one, the master (`struct nf_conntrack_expect`): an FTP data connection, the
/// media streams of a SIP call. Whatever the kernel did not send is nil.
package struct Expectation: Equatable, Sendable {
    /// The `AF_*` number of the message: 2 for IPv4, 10 for IPv6.
    package var family: UInt8 = 0
    /// What is expected, where `mask` has bits set.
    package var tuple = Tuple()
    /// Which bits of `tuple` count. The kernel masks the source only; all destination bits are set.
    package var mask = Tuple()
    /// The original tuple of the master's entry.
    package var master = Tuple()
    /// Seconds until it expires; 0 if it has no timer.
    package var timeout: UInt32?
    /// The kernel's id.
    package var id: UInt32?
    /// The helper that expects it.
    package var helper: String?
    /// 0 (the default zone) is not sent.
    package var zone: UInt16?
    /// Empty if the kernel did not send it.
    package var flags: Flags = []
    /// The helper's own number for this kind of expectation (`struct nf_conntrack_expect_policy`).
    package var `class`: UInt32?
    /// Nil if the expected connection is not translated.
    package var nat: NAT?
    /// The kernel function that sets up the expected connection (`struct nf_ct_helper_expectfn`): `nat-follow-master`.
    package var function: String?
    /// Attributes unknown to this program, or of unexpected size.
    package var unknown: [UnknownAttribute] = []

    package init() {}

    /// How the expected connection will be translated.
    package struct NAT: Equatable, Sendable {
        /// Of the master: 0 is the original direction, 1 the reply (`enum ip_conntrack_dir`).
        package var direction: UInt32?
        /// The source before the helper rewrote it.
        package var tuple: Tuple?

        package init(direction: UInt32? = nil, tuple: Tuple? = nil) {
            self.direction = direction
            self.tuple = tuple
        }
    }

    /// `NF_CT_EXPECT_*` (linux/netfilter/nf_conntrack_common.h). An open set.
    package struct Flags: OptionSet, Hashable, Sendable {
        /// The bits, in host order.
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// It remains after the first connection that it admits.
        package static let permanent = Flags(rawValue: 1 << 0)
        /// It admits none at present.
        package static let inactive = Flags(rawValue: 1 << 1)
        /// Created by a user-space helper.
        package static let userspace = Flags(rawValue: 1 << 2)

        /// Kernel names without `NF_CT_EXPECT_`, lowest bit first; a bit without a name is shown as its number: `BIT_17`.
        package var names: [String] {
            let known = ["PERMANENT", "INACTIVE", "USERSPACE"]
            return (0..<32).filter { rawValue & (1 << UInt32($0)) != 0 }
                .map { known.indices.contains($0) ? known[$0] : "BIT_\($0)" }
        }
    }
}
