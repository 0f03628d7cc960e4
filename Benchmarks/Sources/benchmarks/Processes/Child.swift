import Glibc

/// A running program. If abandoned before it has exited, it is killed along with everything it started.
///
/// It has a process group of its own, so that Ctrl-C only reaches the driver, which terminates it in an orderly way.
struct Child: ~Copyable {
    /// How a program exited, and the CPU time it used.
    struct Ending {
        let status: CInt
        let userSeconds: Double
        let systemSeconds: Double

        var isSuccess: Bool { status == 0 }

        /// It exited the way a program interrupted by Ctrl-C does.
        var isInterrupted: Bool { status & 0x7F == SIGINT || status >> 8 & 0xFF == 128 + SIGINT }
    }

    private let name: String
    private let id: pid_t
    private var hasEnded = false

    /// Starts a program in the driver's network namespace, with an empty standard input.
    ///
    /// - Parameter words: the program, looked up in PATH if it has no slash, and its arguments.
    init(_ words: [String], output: String, errors: String) throws {
        guard let name = words.first else { throw Failure(.usage, "no program") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let overwrite = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, overwrite, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, errors, overwrite, 0o600)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var nothing = sigset_t()
        sigemptyset(&nothing)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setflags(&attributes, CShort(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

        let arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var id = pid_t()
        let failure = posix_spawnp(&id, name, &actions, &attributes, arguments, environ)
        if failure == ENOENT { throw Failure(.unavailable, "\(name): not installed") }
        guard failure == 0 else { throw Failure(name, errno: failure) }
        self.name = name
        self.id = id
    }

    deinit {
        guard !hasEnded else { return }
        kill(-id, SIGKILL)
        while waitpid(id, nil, 0) < 0 && errno == EINTR {}
    }

    /// Whether it has exited on its own. `wait` reaps it.
    borrowing func isRunning() -> Bool {
        var information = siginfo_t()
        let found = waitid(P_PID, id_t(id), &information, WEXITED | WNOHANG | WNOWAIT)
        return found == 0 && information.si_signo == 0
    }

    /// Asks it to terminate, like Ctrl-C.
    borrowing func interrupt() { kill(-id, SIGINT) }

    /// Blocks until it has exited.
    /// - Throws: if it exceeds the limit, or if a termination signal arrives. It is killed then.
    mutating func wait(within limit: Duration) throws -> Ending {
        let deadline = ContinuousClock.now + limit
        var status: CInt = 0
        var usage = rusage()
        while wait4(id, &status, WNOHANG, &usage) != id {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw Failure(.inputOutput, "\(name) has not ended within \(limit)") }
            // Bounded, as the signals of several children may have been merged.
            try Signals.waitForChild(within: min(left, .seconds(1)))
        }
        hasEnded = true
        return Ending(
            status: status, userSeconds: usage.ru_utime.seconds, systemSeconds: usage.ru_stime.seconds)
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}

/// A wait status in words.
func describe(status: CInt) -> String {
    let signal = status & 0x7F
    return signal == 0 ? "exit status \(status >> 8 & 0xFF)" : "killed by signal \(signal)"
}
