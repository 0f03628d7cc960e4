import Foundation
import TestSupport

/// A copy of the test process that does one thing, and can safely be killed. It must not return into the tests.
final class Forked {
    let process: pid_t
    private let ready: CInt
    private var isReaped = false

    /// - Parameter body: runs in the copy, in its only thread, and calls `ready` when the test may continue; the copy
    ///   then exits with the returned status.
    init(_ body: (_ ready: () -> Void) -> CInt) throws {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemFailure("pipe", errno: errno) }
        // Swift hides fork(2), as most of what it allows in the child would fail.
        guard let symbol = dlsym(nil, "fork") else { throw SystemFailure("dlsym fork", errno: ENOSYS) }
        let fork = unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
        process = fork()
        if process == 0 {
            close(ends[0])
            _exit(
                body {
                    write(ends[1], "r", 1)
                    close(ends[1])
                })
        }
        close(ends[1])
        ready = ends[0]
        guard process > 0 else { throw SystemFailure("fork", errno: errno) }
    }

    deinit {
        close(ready)
        if !isReaped { end() }
    }

    func waitUntilReady() throws {
        var byte: UInt8 = 0
        guard read(ready, &byte, 1) == 1 else { throw SystemFailure("the copy ended too early", errno: EPIPE) }
    }

    func end() {
        kill(process, SIGKILL)
        _ = status()
    }

    /// Waits for its end or, on request, until it is stopped, like waitpid(2).
    func status(orStop: Bool = false) -> CInt {
        var status: CInt = 0
        while waitpid(process, &status, orStop ? WUNTRACED : 0) < 0, errno == EINTR {}
        isReaped = status & 0xFF != 0x7F
        return status
    }
}

/// The copy of the test process sleeps until it is killed.
func sleepForEver() -> CInt {
    while true { pause() }
}

/// The guards of a process, found by their process name.
func guards(of process: pid_t) -> [pid_t] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap(pid_t.init).filter { candidate in
        guard let stat = FileManager.default.contents(atPath: "/proc/\(candidate)/stat") else { return false }
        return String(decoding: stat, as: UTF8.self).contains("(ct-inspect-tty) S \(process) ")
    }
}

/// Whether a process is running; a zombie is not.
func runs(_ process: pid_t) -> Bool {
    guard let stat = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return false }
    return !String(decoding: stat, as: UTF8.self).contains(") Z ")
}
