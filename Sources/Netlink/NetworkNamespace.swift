import CLinux
import FoundationEssentials
import Glibc
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

    /// Whether the calling thread is in a namespace that ip-netns(8) or Docker has a name for. The host's own has none.
    package static var isNamed: Bool {
        guard let own = identity("/proc/thread-self/ns/net") else { return false }
        return ["/run/netns", "/run/docker/netns"].contains { folder in
            ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).contains {
                identity("\(folder)/\($0)") == own
            }
        }
    }

    private static func identity(_ path: String) -> [UInt64]? {
        var status = stat()
        return stat(path, &status) == 0 ? [UInt64(status.st_dev), UInt64(status.st_ino)] : nil
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
