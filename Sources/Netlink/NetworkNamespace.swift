import CLinux
import SystemPackage

package enum NetworkNamespace {
    /// Moves the calling thread into a namespace, for the thread's lifetime: sockets that it opens and files of /proc that it reads from
    /// then on are those of the namespace.
    ///
    /// - Parameter name: a name as in ip-netns(8), a process id, or a path (anything with a `/`). As with `ip link set netns`, names take
    ///   precedence over process ids.
    /// - Throws: `.absent` if there is no such namespace, `.forbidden` without CAP_SYS_ADMIN.
    package static func enter(_ name: String) throws(KernelError) {
        let purpose = "enter the network namespace \(name)"
        let descriptor = try open(name, for: purpose)
        defer { try? descriptor.close() }
        let errno = Errno(rawValue: clinux_enter_network_namespace(descriptor.rawValue))
        switch errno.rawValue {
        case 0: return
        case Errno.notPermitted.rawValue:
            throw KernelError(purpose, errno, nextStep: "needs CAP_SYS_ADMIN: run with sudo")
        case Errno.invalidArgument.rawValue:
            throw KernelError(purpose, .absent, errno: errno, detail: "that is not a network namespace", nextStep: hint)
        default: throw KernelError(purpose, errno)
        }
    }

    private static let hint = "`ip netns list` shows names; a process id or a path works as well"

    private static func open(_ name: String, for purpose: String) throws(KernelError) -> FileDescriptor {
        let isNumber = !name.isEmpty && name.allSatisfy { ("0"..."9").contains($0) }
        let candidates =
            name.contains("/") ? [name] : ["/run/netns/\(name)"] + (isNumber ? ["/proc/\(name)/ns/net"] : [])
        var failure = Errno.noSuchFileOrDirectory
        for path in candidates {
            do {
                return try FileDescriptor.open(FilePath(path), .readOnly, options: [.nonBlocking, .closeOnExec])
            } catch {
                failure = error as? Errno ?? .ioError
                if failure != .noSuchFileOrDirectory { break }
            }
        }
        if failure == .noSuchFileOrDirectory {
            throw KernelError(purpose, .absent, errno: failure, detail: "no such namespace", nextStep: hint)
        }
        throw KernelError(purpose, failure, nextStep: failure == .permissionDenied ? "run with sudo" : nil)
    }
}
