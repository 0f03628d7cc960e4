import CLinux
import Netlink
import SystemPackage

/// A network namespace of our own, without a name: it ends with its last descriptor and thread, however the program ends.
struct PrivateNamespace: ~Copyable {
    private let descriptor: FileDescriptor

    private static let purpose = "make a network namespace for the sandbox"

    /// Makes one, and moves the calling thread into it. Needs CAP_SYS_ADMIN in the thread's user namespace.
    init() throws(KernelError) {
        let errno = Errno(rawValue: clinux_new_network_namespace())
        guard errno.rawValue == 0 else { throw KernelError(Self.purpose, errno, nextStep: Self.hint(errno)) }
        do {
            descriptor = try FileDescriptor.open("/proc/thread-self/ns/net", .readOnly, options: .closeOnExec)
        } catch { throw KernelError(Self.purpose, error as? Errno ?? .ioError) }
    }

    deinit { try? descriptor.close() }

    private static func hint(_ errno: Errno) -> String? {
        errno == .notPermitted ? "needs CAP_SYS_ADMIN: run with sudo" : nil
    }

    /// Moves the calling thread into it.
    borrowing func enter() throws(KernelError) {
        let errno = Errno(rawValue: clinux_enter_network_namespace(descriptor.rawValue))
        if errno.rawValue != 0 { throw KernelError("enter the sandbox", errno) }
    }

    /// For `IFLA_NET_NS_FD`.
    var number: CInt { descriptor.rawValue }
}

package enum UserNamespace {
    /// Moves the process into a user namespace of its own, in which it may make network namespaces: for those who are not root. Everything
    /// outside can be reached as before. Only while the process has one thread.
    ///
    /// - Throws: `.forbidden` if the system allows ordinary users no user namespaces.
    package static func enter() throws(KernelError) {
        let errno = Errno(rawValue: clinux_new_user_namespace())
        if errno.rawValue == 0 { return }
        throw KernelError(
            "make a user namespace for the sandbox", .forbidden, errno: errno,
            nextStep: "run it as root, or allow user namespaces (kernel.unprivileged_userns_clone, "
                + "kernel.apparmor_restrict_unprivileged_userns, user.max_user_namespaces)")
    }
}
