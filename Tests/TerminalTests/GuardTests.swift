import CLinux
import Foundation
import TestSupport
import Testing

/// What happens to the terminal when the program dies unexpectedly.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct GuardTests {
    private static let bytes = "restored"
    private let terminal: Pseudoterminal
    private let before: [UInt8]

    init() throws {
        terminal = try Pseudoterminal()
        before = terminal.settingsBytes
    }

    /// As left by curses.
    private var raw: termios {
        var settings = terminal.settings
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        return settings
    }

    private func tellOn() {
        var before = terminal.settings
        var raw = raw
        tcsetattr(terminal.descriptor, TCSANOW, &raw)
        clinux_terminal_guard_on(Self.bytes, Self.bytes.utf8.count, &before, &raw)
    }

    /// A program with curses active, and its guard.
    private func program(_ then: @escaping () -> Void = {}) throws -> (program: Forked, guard: pid_t) {
        let program = try Forked { ready in
            guard clinux_start_terminal_guard(terminal.descriptor) == 0 else { return 1 }
            tellOn()
            then()
            ready()
            return sleepForEver()
        }
        try program.waitUntilReady()
        var found: [pid_t] = []
        try waitUntil("the guard is there") {
            found = guards(of: program.process)
            return !found.isEmpty
        }
        return (program, try #require(found.first))
    }

    private func waitUntilGone(_ process: pid_t) throws { try waitUntil("\(process) is gone") { !runs(process) } }

    @Test("After SIGKILL the terminal is restored, and the guard exits")
    func killed() throws {
        let (program, watcher) = try program()
        #expect(terminal.settingsBytes != before)
        program.end()
        try waitUntilGone(watcher)
        #expect(terminal.settingsBytes == before)
        #expect(terminal.output() == Self.bytes)
    }

    @Test("Settings changed by someone else since are kept; the alternate screen is left all the same")
    func takenOver() throws {
        let (program, watcher) = try program()
        terminal.settings.c_lflag |= tcflag_t(ECHO)
        let others = terminal.settingsBytes
        program.end()
        try waitUntilGone(watcher)
        #expect(terminal.settingsBytes == others)
        #expect(terminal.output() == Self.bytes)
    }

    @Test("With curses inactive nothing is touched")
    func off() throws {
        let (program, watcher) = try program { clinux_terminal_guard_off() }
        let now = terminal.settingsBytes
        program.end()
        try waitUntilGone(watcher)
        #expect(terminal.settingsBytes == now)
        #expect(terminal.output() == "")
    }

    @Test("A program that is only stopped keeps its terminal")
    func stopped() throws {
        let (program, watcher) = try program()
        let now = terminal.settingsBytes
        kill(program.process, SIGSTOP)
        #expect(program.status(orStop: true) & 0xFF == 0x7F)
        #expect(terminal.output(quietAfter: 200) == "")
        #expect(terminal.settingsBytes == now)
        #expect(runs(watcher))
    }

    @Test("The guard survives the usual termination signals, and only holds the terminal and its channel")
    func steadfast() throws {
        let (program, watcher) = try program()
        for number in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGTSTP, SIGUSR1] { kill(watcher, number) }
        usleep(50_000)
        #expect(runs(watcher))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "/proc/\(watcher)/fd").sorted() == ["0", "1"])
        program.end()
        try waitUntilGone(watcher)
        #expect(terminal.output() == Self.bytes)
    }

    @Test("A guard that has died does no harm")
    func lost() throws {
        let program = try Forked { _ in
            guard clinux_start_terminal_guard(terminal.descriptor) == 0 else { return 1 }
            var found = guards(of: getpid())
            while found.isEmpty { found = guards(of: getpid()) }
            kill(found[0], SIGKILL)
            while runs(found[0]) { usleep(1000) }
            tellOn()
            clinux_terminal_guard_off()
            clinux_end_terminal_guard()
            return 7
        }
        #expect(program.status() == 7 << 8)
    }

    @Test("After a normal exit there is no guard, not even a zombie, and a new one can be started")
    func normalEnd() throws {
        let program = try Forked { ready in
            for _ in 0..<2 {
                guard clinux_start_terminal_guard(terminal.descriptor) == 0 else { return 1 }
                guard clinux_start_terminal_guard(terminal.descriptor) == EALREADY else { return 2 }
                tellOn()
                clinux_terminal_guard_off()
                clinux_end_terminal_guard()
                guard waitpid(-1, nil, WNOHANG) == -1, errno == ECHILD else { return 3 }
            }
            ready()
            return 0
        }
        try program.waitUntilReady()
        #expect(program.status() == 0)
        #expect(terminal.output() == "")
    }

    @Test("Without a guard everything else does nothing")
    func none() {
        let program = try? Forked { _ in
            tellOn()
            clinux_terminal_guard_off()
            clinux_end_terminal_guard()
            return 0
        }
        #expect(program?.status() == 0)
    }
}
