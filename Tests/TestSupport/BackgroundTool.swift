import Foundation

/// A program that runs while the test does something else, in the network namespace of the thread that started it.
package final class BackgroundTool {
    /// Its process id.
    package let process: pid_t
    private let folder: String
    private var status: CInt?

    /// - Parameter command: a path, and arguments.
    package init(_ command: [String]) throws {
        var name = Array("/tmp/ct-inspect-tests-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { throw SystemFailure("mkdtemp", errno: errno) }
        folder = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (descriptor, file) in [(CInt(1), "out"), (2, "err")] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "\(folder)/\(file)", O_WRONLY | O_CREAT, 0o600)
        }
        // Dispatch threads block every signal, which a child would inherit.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = command.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child = pid_t()
        let failure = posix_spawn(&child, command[0], &actions, &attributes, words, environ)
        guard failure == 0 else { throw SystemFailure("posix_spawn \(command[0])", errno: failure) }
        process = child
    }

    deinit {
        if status == nil {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Its output so far.
    package var output: String { text(of: "out") }
    /// Its standard error so far.
    package var complaint: String { text(of: "err") }

    private func text(of file: String) -> String {
        FileManager.default.contents(atPath: "\(folder)/\(file)").map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Sends it a signal.
    package func signal(_ number: CInt) { kill(process, number) }

    /// Waits for its exit, and returns its exit code, or the terminating signal as a negative number.
    package func wait(atMost seconds: Double = 60) throws -> CInt {
        let deadline = Date.now.addingTimeInterval(seconds)
        var raw: CInt = 0
        while waitpid(process, &raw, WNOHANG) == 0 {
            guard Date.now < deadline else { throw SystemFailure("waiting for \(process)", errno: ETIMEDOUT) }
            usleep(10_000)
        }
        let ended = raw & 0x7F == 0 ? raw >> 8 & 0xFF : -(raw & 0x7F)
        status = ended
        return ended
    }
}

/// Waits until `condition` holds.
package func waitUntil(_ what: String, atMost seconds: Double = 60, _ condition: () throws -> Bool) throws {
    let deadline = Date.now.addingTimeInterval(seconds)
    while try !condition() {
        guard Date.now < deadline else { throw SystemFailure("waiting until \(what)", errno: ETIMEDOUT) }
        usleep(20_000)
    }
}
