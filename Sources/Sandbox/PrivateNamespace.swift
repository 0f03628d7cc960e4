import CLinux
import Glibc
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

    /// For what must never be done in the namespace that the program was started in, or asks about.
    ///
    /// - Throws: if the calling thread is in the network namespace of the process's first thread, or if that cannot be told.
    static func requireOwn(for purpose: String) throws(KernelError) {
        let (own, first) = (try identity("thread-self", purpose), try identity("self", purpose))
        if own == first {
            throw KernelError(purpose, .failed, detail: "this thread is not in a network namespace of its own")
        }
    }

    /// Of the network namespace of a thread, or of a process's first one (namespaces(7)).
    private static func identity(_ task: String, _ purpose: String) throws(KernelError) -> [UInt64] {
        var status = stat()
        guard stat("/proc/\(task)/ns/net", &status) == 0 else { throw KernelError(purpose, Errno(rawValue: errno)) }
        return [UInt64(status.st_dev), UInt64(status.st_ino)]
    }
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
