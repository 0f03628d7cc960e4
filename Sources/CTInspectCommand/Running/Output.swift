import CLinux
import Collection
import Glibc
import Netlink
import SystemPackage

/// Standard output and standard error.
enum Output {
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Columns of the terminal; nil if output goes elsewhere.
    static var width: Int? {
        let columns = Int(clinux_terminal_columns(STDOUT_FILENO))
        return columns > 0 ? columns : nil
    }

    /// Its rows.
    static var height: Int? {
        let rows = Int(clinux_terminal_rows(STDOUT_FILENO))
        return rows > 0 ? rows : nil
    }

    /// Writes to standard output. If its reader has closed, the program exits quietly, as with SIGPIPE.
    static func write(_ bytes: RawSpan) {
        do throws(Errno) {
            try write(bytes, to: STDOUT_FILENO)
        } catch {
            if error == .brokenPipe { exit(EXIT_SUCCESS) }
            fail("write the output: \(error)")
        }
    }

    /// Also to a descriptor that does not block, as another program may have made it: waits until it takes more.
    private static func write(_ bytes: RawSpan, to descriptor: CInt) throws(Errno) {
        var rest = bytes
        while rest.byteCount > 0 {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.extracting(droppingFirst: written)
                continue
            }
            let failure = Errno(rawValue: errno)
            guard failure == .resourceTemporarilyUnavailable || failure == .interrupted else { throw failure }
            var one = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            _ = poll(&one, 1, -1)
        }
    }

    /// Exits because input or output failed.
    static func fail(_ what: String) -> Never {
        complain("cannot \(what)")
        exit(Failure.inputOutput.rawValue)
    }

    /// Catches SIGINT, SIGTERM and SIGHUP from now on, so that what is being printed is printed completely; a second signal kills the program.
    ///
    /// - Parameter seconds: unless it comes so soon after the first one.
    static func waiter(outlasting seconds: CInt = 0) throws(KernelError) -> Waiter {
        clinux_outlast_stop_signals(seconds)
        return try Waiter(output: .standardOutput, catchingStops: true)
    }

    /// Whether one of them came.
    static var isStopped: Bool { clinux_stop_signal_came() != 0 }

    /// Lets one that comes while `work` goes on end it early, so that its result so far can be printed. The next one does what it did before: usually it ends
    /// the program.
    static func stoppable<Result>(_ work: () throws(KernelError) -> Result) throws(KernelError) -> Result {
        _ = try waiter()
        defer { releaseStops() }
        return try work()
    }

    /// From now on they do what they did before: usually the first of them ends the program, too.
    static func releaseStops() { clinux_release_stop_signals() }

    static func print(_ lines: [String]) { write(Array((lines.joined(separator: "\n") + "\n").utf8).span.bytes) }

    static func complain(_ text: String) { say("ct-inspect: \(text)") }

    /// Writes a line to standard error, if it can be written.
    static func say(_ text: String) { try? write(Array("\(text)\n".utf8).span.bytes, to: STDERR_FILENO) }
}
