import CLinux
import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct SignalTests {
    private func isBlocked(_ number: CInt) -> Bool {
        var mask = sigset_t()
        pthread_sigmask(SIG_BLOCK, nil, &mask)
        return sigismember(&mask, number) == 1
    }

    @Test(
        "A signal is read from the descriptor once",
        arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT])
    func arrives(_ number: CInt) {
        let wasBlocked = isBlocked(number)
        let descriptor = clinux_open_signals()
        #expect(descriptor >= 0)
        #expect(clinux_next_signal(descriptor) == 0)
        pthread_kill(pthread_self(), number)
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&poller, 1, 10_000) == 1)
        #expect(clinux_next_signal(descriptor) == number)
        #expect(clinux_next_signal(descriptor) == 0)
        #expect(isBlocked(number))
        clinux_close_signals(descriptor)
        #expect(isBlocked(number) == wasBlocked)
    }

    @Test("Signals can also be sent to the process by others")
    func fromOutside() throws {
        let program = try Forked { ready in
            let descriptor = clinux_open_signals()
            ready()
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&poller, 1, 10_000)
            return clinux_next_signal(descriptor)
        }
        try program.waitUntilReady()
        kill(program.process, SIGTERM)
        #expect(program.status() == SIGTERM << 8)
    }

    @Test(
        "SIGPIPE, which nothing else would say to the guard of the terminal, has no effect until the signals are closed"
    )
    func pipe() throws {
        let program = try Forked { _ in
            signal(SIGPIPE, SIG_DFL)
            let descriptor = clinux_open_signals()
            raise(SIGPIPE)
            clinux_close_signals(descriptor)
            raise(SIGPIPE)
            return 1
        }
        #expect(program.status() == SIGPIPE)
    }

    @Test("Signals that were ignored before stay ignored")
    func ignored() throws {
        let program = try Forked { _ in
            var none = sigset_t()
            sigemptyset(&none)
            pthread_sigmask(SIG_SETMASK, &none, nil)
            signal(SIGHUP, SIG_IGN)
            let descriptor = clinux_open_signals()
            raise(SIGHUP)
            guard clinux_next_signal(descriptor) == 0 else { return 1 }
            raise(SIGINT)
            return clinux_next_signal(descriptor) == SIGINT ? 0 : 2
        }
        #expect(program.status() == 0)
    }

    @Test(
        "A stop request is permanently visible on a descriptor; the second one ends the program",
        arguments: [SIGINT, SIGTERM, SIGHUP])
    func stopRequests(_ number: CInt) throws {
        let program = try Forked { ready in
            // The signal mask as a parent may have left it.
            var both = sigset_t()
            sigemptyset(&both)
            for signal in [SIGINT, SIGTERM] { sigaddset(&both, signal) }
            pthread_sigmask(SIG_BLOCK, &both, nil)
            let descriptor = clinux_catch_stop_signals()
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, 0) == 0, clinux_stop_signal_came() == 0 else { return 1 }
            guard clinux_catch_stop_signals() == descriptor else { return 2 }
            ready()
            while poll(&poller, 1, 10_000) < 0 {}
            guard poll(&poller, 1, 0) == 1, clinux_stop_signal_came() != 0 else { return 3 }
            raise(number)
            return 4
        }
        try program.waitUntilReady()
        kill(program.process, number)
        #expect(program.status() == number)
    }

    @Test("Where a result must not be lost, the second one is ignored for a while, and then ends the program")
    func outlasting() throws {
        let program = try Forked { ready in
            clinux_outlast_stop_signals(2)
            let descriptor = clinux_catch_stop_signals()
            ready()
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            while poll(&poller, 1, 10_000) < 0 {}
            for number in [SIGTERM, SIGINT, SIGTERM] { raise(number) }
            sleep(4)
            raise(SIGINT)
            return 4
        }
        try program.waitUntilReady()
        kill(program.process, SIGTERM)
        #expect(program.status() == SIGINT)
    }

    @Test("A hangup that is ignored, as by nohup, stays ignored")
    func nohup() throws {
        let program = try Forked { ready in
            signal(SIGHUP, SIG_IGN)
            _ = clinux_catch_stop_signals()
            raise(SIGHUP)
            return clinux_stop_signal_came() == 0 ? 0 : 1
        }
        #expect(program.status() == 0)
    }

    @Test("The process really stops, continues on SIGCONT, and only an unexpected SIGCONT is reported")
    func stops() throws {
        let program = try Forked { ready in
            // The kernel does not stop a process on SIGTSTP if its process group is orphaned.
            setpgid(0, 0)
            let descriptor = clinux_open_signals()
            clinux_stop_self()
            guard clinux_next_signal(descriptor) == 0 else { return 1 }
            ready()
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&poller, 1, 10_000)
            return clinux_next_signal(descriptor)
        }
        let stopped = program.status(orStop: true)
        #expect(stopped & 0xFF == 0x7F && stopped >> 8 == SIGTSTP)
        kill(program.process, SIGCONT)
        try program.waitUntilReady()
        kill(program.process, SIGSTOP)
        #expect(program.status(orStop: true) >> 8 == SIGSTOP)
        kill(program.process, SIGCONT)
        #expect(program.status() == SIGCONT << 8)
    }
}
