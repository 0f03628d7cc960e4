import CLinux
import Glibc
import Netlink
import SystemPackage

/// Waits for whichever comes first: input, a deadline, a request to stop, or the loss of the output's reader.
package struct Waiter {
    /// Why a wait ended.
    package enum Wake: Sendable {
        /// There may be input, or the deadline has passed.
        case goOn
        /// SIGINT, SIGTERM or SIGHUP came.
        case stopped
        /// The other end of the output, a pipe, a socket or a terminal, was closed.
        case readerGone
    }

    private let stopRequested: () -> Bool
    private let block: (_ descriptors: [CInt], _ limit: Duration) throws(KernelError) -> Wake

    /// - Parameters:
    ///   - output: the output whose reader may go away; nil for none.
    ///   - catchingStops: whether to catch SIGINT, SIGTERM and SIGHUP from now on, in the whole process: the first one sets `isStopped`, the
    ///     second kills the program.
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

    /// For tests: waits in some other way.
    package init(
        isStopped: @escaping () -> Bool,
        block: @escaping (_ descriptors: [CInt], _ limit: Duration) throws(KernelError) -> Wake
    ) {
        stopRequested = isStopped
        self.block = block
    }

    /// Whether there was a request to stop.
    package var isStopped: Bool { stopRequested() }

    /// Blocks until one of `descriptors` can be read, `limit` has passed, a stop was requested, or the reader is gone. Any other signal
    /// may end it early. Negative descriptors are ignored.
    package func wait(for descriptors: [CInt] = [], upTo limit: Duration) throws(KernelError) -> Wake {
        try block(descriptors, limit)
    }

    private static func poll(
        _ descriptors: [CInt], stop: CInt, output: CInt, upTo limit: Duration
    ) throws(KernelError) -> Wake {
        var watched = (descriptors + [stop]).map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // No events are asked for: poll(2) reports errors and hang-ups in any case.
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
