import CLinux
import Netlink
import SystemPackage

package enum Privileges {
    package struct Also: OptionSet, Sendable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// To give a capture to its owner.
        package static let chown = Also(rawValue: CLINUX_KEPT_CHOWN.rawValue)
        /// To make a sandbox.
        package static let sandbox = Also(rawValue: CLINUX_KEPT_SANDBOX.rawValue)
        /// To make one in a user namespace, for what comes from elsewhere.
        package static let userNamespace = Also(rawValue: CLINUX_KEPT_USER_NAMESPACE.rawValue)
        /// To see which sockets other processes have.
        package static let descriptors = Also(rawValue: CLINUX_KEPT_DESCRIPTORS.rawValue)
    }

    /// Drops every capability except CAP_NET_ADMIN, which is enough to query the kernel, and those of `also`. A user without capabilities
    /// loses none. Programs that are started from then on get no more than CAP_NET_ADMIN and CAP_NET_RAW.
    package static func keepOnlyNetAdmin(and also: Also = []) throws(KernelError) {
        let errno = Errno(rawValue: clinux_keep_only_net_admin(also.rawValue))
        if errno.rawValue != 0 { throw KernelError("give up capabilities", .failed, errno: errno) }
    }

    /// Drops all capabilities of the calling thread, and of no other, and of what it starts.
    package static func renounce() throws(KernelError) {
        let errno = Errno(rawValue: clinux_renounce_capabilities())
        if errno.rawValue != 0 { throw KernelError("give up capabilities", .failed, errno: errno) }
    }
}
