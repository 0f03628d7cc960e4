import CLinux
import Netlink
import SystemPackage

package enum Privileges {
    /// Drops every capability except CAP_NET_ADMIN, which is enough to query the kernel; giving a capture to its owner needs CAP_CHOWN as
    /// well. A user without capabilities loses none.
    package static func keepOnlyNetAdmin(andChown: Bool = false) throws(KernelError) {
        let errno = Errno(rawValue: clinux_keep_only_net_admin(andChown ? 1 : 0))
        if errno.rawValue != 0 { throw KernelError("give up capabilities", .failed, errno: errno) }
    }
}
