import CLinux
import Glibc
import Netlink
import SystemPackage

/// Waits for whichever comes first: something to read, the time, a request to stop, or the end of who reads the output.
package struct Waiter {
    /// Why a wait ended, as far as it matters to who waited.
    package enum Wake: Sendable {
        /// There may be something to read, or the time is over.
        case goOn
        /// SIGINT or SIGTERM came.
        case stopped
        /// The output is a pipe, a socket or a terminal whose other end was closed.
        case readerGone
    }

    private let stopRequested: () -> Bool
    private let block: (_ descriptors: [CInt], _ limit: Duration) throws(KernelError) -> Wake

    /// - Parameters:
    ///   - output: whose reader is waited for; nil when nobody reads.
    ///   - catchingStops: whether SIGINT and SIGTERM are caught from now on, in the whole process: the first one stops what asks this
    ///     waiter, the second ends the program at once.
    /// - Throws: `.failed` when there are too many descriptors.
    package init(output: FileDescriptor?, catchingStops: Bool) throws(KernelError) {
        let stop = catchingStops ? clinux_catch_stop_signals() : -1
        if catchingStops, stop < 0 { throw KernelError("catch signals", Errno(rawValue: -stop)) }
        self.init {
            catchingStops && clinux_stop_signal_came() != 0
        } block: { descriptors, limit throws(KernelError) in
            try Self.poll(descriptors, stop: stop, output: output?.rawValue ?? -1, upTo: limit)
        }
    }

    /// A wait of another kind, as a test's.
    package init(
        isStopped: @escaping () -> Bool,
        block: @escaping (_ descriptors: [CInt], _ limit: Duration) throws(KernelError) -> Wake
    ) {
        stopRequested = isStopped
        self.block = block
    }

    /// Whether there was a request to stop.
    package var isStopped: Bool { stopRequested() }

    /// Blocks until one of `descriptors` can be read, `limit` is over, or one of the other ends of a wait comes; a signal that is none
    /// of these may end it early. A descriptor below 0 is none.
    package func wait(for descriptors: [CInt] = [], upTo limit: Duration) throws(KernelError) -> Wake {
        try block(descriptors, limit)
    }

    private static func poll(
        _ descriptors: [CInt], stop: CInt, output: CInt, upTo limit: Duration
    ) throws(KernelError) -> Wake {
        var watched = (descriptors + [stop]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // Nothing of the output is waited for; that its reader has gone is told in any case.
        watched.append(pollfd(fd: output, events: 0, revents: 0))
        let (seconds, attoseconds) = max(limit, .zero).components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        if Glibc.poll(&watched, nfds_t(watched.count), CInt(clamping: milliseconds + 1)) < 0 {
            let errno = Errno(rawValue: errno)
            if errno != .interrupted { throw KernelError("wait", errno) }
        }
        let answers = watched.suffix(2).map(\.revents)
        if let last = answers.last, last & Int16(POLLERR | POLLHUP) != 0 { return .readerGone }
        return answers.first.map { $0 & Int16(POLLIN) != 0 } == true ? .stopped : .goOn
    }
}
