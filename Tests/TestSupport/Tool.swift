import Foundation

/// Runs programs in the calling thread's network namespace: a child created by posix_spawn(3) starts in the namespaces
/// of the thread that created it.
package enum Tool {
    /// Why a tool failed.
    package struct Failure: Error, CustomStringConvertible {
        /// Includes what the tool wrote.
        package let description: String
    }

    /// The path of a program; nil if this machine does not have it.
    package static func path(of name: String) -> String? {
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// How a program ended, and its output.
    package struct Outcome {
        /// The exit code; for a program ended by a signal, its negative number.
        package let status: CInt
        /// Its standard output.
        package let output: String
        /// Its standard error.
        package let errors: String
    }

    /// Runs a program to its end and returns what it wrote to standard output.
    ///
    /// - Parameter command: name and arguments, separated by single blanks.
    /// - Throws: when it is missing or fails, with what it wrote to standard error.
    @discardableResult
    package static func run(_ command: String) throws -> String {
        let arguments = command.split(separator: " ").map(String.init)
        guard let name = arguments.first, let path = path(of: name) else {
            throw Failure(description: "\(command): not installed")
        }
        let outcome = try outcome(of: path, Array(arguments.dropFirst()))
        guard outcome.status == 0 else {
            throw Failure(description: "\(command): status \(outcome.status): \(outcome.errors)")
        }
        return outcome.output
    }

    /// Runs a line of bash(1) in a folder, and returns what it wrote to standard output.
    @discardableResult
    package static func shell(_ line: String, in folder: String) throws -> String {
        let outcome = try outcome(of: "/bin/bash", ["-ec", "set -o pipefail; cd \"$0\"; \(line)", folder])
        guard outcome.status == 0 else {
            throw Failure(description: "\(line): status \(outcome.status): \(outcome.errors)")
        }
        return outcome.output
    }

    /// Has nft(8) run commands, in one transaction.
    package static func nft(_ commands: String) throws {
        try inTemporaryFolder { folder in
            let path = folder + "/rules.nft"
            try (commands + "\n").write(toFile: path, atomically: true, encoding: .utf8)
            try run("nft -f \(path)")
        }
    }

    /// Runs a program to its end, with an empty standard input.
    ///
    /// - Parameter environment: additions to ours, and replacements.
    package static func outcome(
        of path: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Outcome {
        let output = try Scratch()
        let errors = try Scratch()
        let merged = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        let status = try spawn(path, arguments, merged.map { "\($0)=\($1)" }, output.descriptor, errors.descriptor)
        // As in WIFSIGNALED and WEXITSTATUS of wait(2).
        let signal = status & 0x7F
        return Outcome(
            status: signal == 0 ? status >> 8 & 0xFF : -signal, output: output.text(), errors: errors.text())
    }

    private static func spawn(
        _ path: String, _ arguments: [String], _ environment: [String], _ output: CInt, _ errors: CInt
    ) throws -> CInt {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        let words = ([path] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { for word in words + variables { free(word) } }
        var child = pid_t()
        let failure = posix_spawn(&child, path, &actions, nil, words, variables)
        guard failure == 0 else { throw SystemFailure("posix_spawn \(path)", errno: failure) }
        var status: CInt = 0
        while waitpid(child, &status, 0) < 0 {
            guard errno == EINTR else { throw SystemFailure("waitpid \(path)", errno: errno) }
        }
        return status
    }
}

/// An unnamed file, so that a child can write any amount without a reader.
private final class Scratch {
    let descriptor: CInt

    init() throws {
        var name = Array("/tmp/ct-inspect-tests-XXXXXX".utf8CString)
        descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw SystemFailure("mkstemp", errno: errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        unlink(name)
    }

    deinit { close(descriptor) }

    func text() -> String {
        lseek(descriptor, 0, SEEK_SET)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        return String(decoding: handle.readDataToEndOfFile(), as: UTF8.self)
    }
}
