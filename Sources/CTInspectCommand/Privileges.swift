import CLinux
import Netlink
import SystemPackage

enum Privileges {
    /// Gives up every capability but CAP_NET_ADMIN, which is all that asking the kernel needs. One who has none loses none.
    static func keepOnlyNetAdmin() throws(KernelError) {
        let errno = Errno(rawValue: clinux_keep_only_net_admin())
        if errno.rawValue != 0 { throw KernelError("give up capabilities", .failed, errno: errno) }
    }
}
