import Glibc
import Netlink
import SystemPackage

/// A thread beside the one that waits for signals: it handles none.
package enum BackgroundThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts one, with the capabilities and in the network namespace of the calling thread.
    ///
    /// - Parameter purpose: for the error, after "cannot".
    /// - Returns: the thread, to be joined or detached.
    package static func start(
        _ purpose: String = "start a thread", _ body: @escaping @Sendable () -> Void
    ) throws(KernelError) -> pthread_t {
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
            throw KernelError(purpose, .failed, errno: Errno(rawValue: errno))
        }
        return thread
    }
}
