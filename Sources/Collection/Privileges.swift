import CLinux
import Netlink
import SystemPackage

package enum Privileges {
    /// Gives up every capability but CAP_NET_ADMIN, which is all that asking the kernel needs; who hands a capture over to its
    /// user needs CAP_CHOWN as well. One who has none loses none.
    package static func keepOnlyNetAdmin(andChown: Bool = false) throws(KernelError) {
        let errno = Errno(rawValue: clinux_keep_only_net_admin(andChown ? 1 : 0))
        if errno.rawValue != 0 { throw KernelError("give up capabilities", .failed, errno: errno) }
    }
}
