import CLinux
import Glibc
import Netlink
import SystemPackage

/// A thread that handles no signals: those are for the thread that waits for them.
enum UserThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    static func start(_ body: @escaping @Sendable () -> Void) throws(KernelError) -> pthread_t {
        var (all, before) = (sigset_t(), sigset_t())
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let own = Unmanaged.passRetained(Body(body))
        let errno = pthread_create(
            &thread, nil,
            { pointer in
                pointer.map { Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run() }
                return nil
            }, own.toOpaque())
        guard errno == 0 else {
            own.release()
            throw KernelError("start a thread", .failed, errno: Errno(rawValue: errno))
        }
        return thread
    }

    /// To wake it up with; programs that are started do not get it.
    static func pipe() throws(KernelError) -> (reading: FileDescriptor, writing: FileDescriptor) {
        do {
            let ends = try FileDescriptor.pipe()
            for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
            return (ends.readEnd, ends.writeEnd)
        } catch {
            throw KernelError("start a thread", .failed, errno: error as? Errno)
        }
    }

    /// Takes the capabilities of the calling thread, and of no other, and lets it act as the user who called the program, if that is not who runs it.
    ///
    /// - Returns: why it cannot; nil if it does.
    static func renounce(_ caller: SettingsPlace.Caller?) -> FileTrouble? {
        let errno = caller.map { clinux_become($0.user, $0.group) } ?? clinux_renounce_capabilities()
        return errno == 0
            ? nil
            : FileTrouble("cannot give up capabilities, and act as the user who called: \(Errno(rawValue: errno))")
    }
}
