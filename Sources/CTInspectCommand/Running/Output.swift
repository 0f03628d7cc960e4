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
        do {
            try bytes.withUnsafeBytes { _ = try FileDescriptor.standardOutput.writeAll($0) }
        } catch {
            if error as? Errno == .brokenPipe { exit(EXIT_SUCCESS) }
            fail("write the output: \(error)")
        }
    }

    /// Exits because input or output failed.
    static func fail(_ what: String) -> Never {
        complain("cannot \(what)")
        exit(Failure.inputOutput.rawValue)
    }

    /// Catches SIGINT and SIGTERM from now on, so that what is being printed is printed completely; a second signal kills the program.
    static func waiter() throws(KernelError) -> Waiter { try Waiter(output: .standardOutput, catchingStops: true) }

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

    static func complain(_ text: String) {
        _ = try? FileDescriptor.standardError.writeAll(Array("ct-inspect: \(text)\n".utf8))
    }
}
