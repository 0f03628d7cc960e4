import CLinux
import Glibc
import Netlink
import SystemPackage

/// Another program that is run to its end, in the namespaces of the calling thread.
///
/// It gets none of our descriptors, nothing of our environment, and no terminal to read or print to, and it is looked for only where the system's own programs are:
/// we may run as root, and on behalf of others.
package struct ChildProcess {
    /// How it ended, and what it printed.
    package struct Outcome: Equatable, Sendable {
        package var end: End
        package var output: [UInt8]
        package var errors: [UInt8]

        package enum End: Equatable, Sendable {
            case status(Int32)
            case signal(Int32)
        }

        package var hasSucceeded: Bool { end == .status(0) }
    }

    /// Where programs are looked for.
    package static let searchPath = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"]

    private static let usualEnvironment = ["PATH=" + searchPath.joined(separator: ":"), "LC_ALL=C", "HOME=/"]
    /// Of output and of errors; more ends the program.
    private static let mostBytes = 64 << 20

    /// The path of a program; nil if it is not installed.
    package static func path(of program: String) -> String? {
        if program.contains("/") { return access(program, X_OK) == 0 ? program : nil }
        return searchPath.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    /// Runs a program, and waits for it.
    ///
    /// - Parameters:
    ///   - command: the program and its arguments.
    ///   - input: what it reads.
    ///   - environment: beside `PATH` and `LC_ALL=C`, each as `NAME=value`.
    ///   - staysInFolder: whether it starts where we are, not in `/`.
    ///   - limit: after that it is killed, with all that it started.
    /// - Throws: `.absent` if it is not installed; `.failed` if it cannot be started, took too long or printed too much. That it failed is
    ///   no error: see the outcome.
    package static func run(
        _ command: [String], input: [UInt8] = [], environment: [String] = [], staysInFolder: Bool = false,
        within limit: Duration = .seconds(10)
    ) throws(KernelError) -> Outcome {
        guard let name = command.first else { throw KernelError("run a program", .failed, detail: "it has no name") }
        guard let path = path(of: name) else {
            throw KernelError(
                "run \(name)", .absent, detail: "it is not installed here", nextStep: "install the package that has it")
        }
        do {
            let output = try Pipe()
            let errors = try Pipe()
            let started = try Spawning(
                path, command, usualEnvironment + environment, staysInFolder, input, output, errors)
            return try started.finish(name, output, errors, mostBytes, within: limit)
        } catch let error as KernelError {
            throw error
        } catch { throw KernelError("run \(name)", error as? Errno ?? .ioError) }
    }
}

/// Both ends close when a program is started by anybody else.
private final class Pipe {
    let reading: FileDescriptor
    private(set) var writing: FileDescriptor?

    init() throws(Errno) {
        var ends: [CInt] = [-1, -1]
        let errno = Errno(rawValue: clinux_pipe(&ends))
        guard errno.rawValue == 0 else { throw errno }
        reading = FileDescriptor(rawValue: ends[0])
        writing = FileDescriptor(rawValue: ends[1])
    }

    /// So that its end is seen once the program has none either.
    func closeWriting() {
        try? writing?.close()
        writing = nil
    }

    deinit {
        closeWriting()
        try? reading.close()
    }
}

/// A program that was started.
private struct Spawning {
    let process: pid_t

    init(
        _ path: String, _ arguments: [String], _ environment: [String], _ staysInFolder: Bool, _ input: [UInt8],
        _ output: Pipe, _ errors: Pipe
    ) throws {
        let stdin = try Self.file(with: input)
        defer { try? stdin.close() }
        var started = pid_t()
        let errno = withStrings(arguments) { arguments in
            withStrings(environment) { environment in
                clinux_spawn(
                    &started, path, staysInFolder ? nil : "/", arguments, environment, stdin.rawValue,
                    output.writing?.rawValue ?? -1,
                    errors.writing?.rawValue ?? -1)
            }
        }
        guard errno == 0 else { throw Errno(rawValue: errno) }
        process = started
        output.closeWriting()
        errors.closeWriting()
    }

    /// A pipe would have to be written while output is read.
    private static func file(with bytes: [UInt8]) throws -> FileDescriptor {
        if bytes.isEmpty { return try FileDescriptor.open("/dev/null", .readOnly, options: .closeOnExec) }
        let number = clinux_memory_file()
        guard number >= 0 else { throw Errno(rawValue: Glibc.errno) }
        let file = FileDescriptor(rawValue: number)
        try file.closeAfterFailure {
            _ = try file.writeAll(bytes)
            try file.seek(offset: 0, from: .start)
        }
        return file
    }

    func finish(
        _ name: String, _ output: Pipe, _ errors: Pipe, _ mostBytes: Int, within limit: Duration
    ) throws -> ChildProcess.Outcome {
        let deadline = ContinuousClock.now + limit
        var texts: [[UInt8]] = [[], []]
        var problem: String?
        var failure: Errno?
        do {
            var open = [output.reading, errors.reading].map {
                pollfd(fd: $0.rawValue, events: Int16(POLLIN), revents: 0)
            }
            while problem == nil, open.contains(where: { $0.fd >= 0 }) {
                let left = deadline - ContinuousClock.now
                guard left > .zero else {
                    problem = "it took longer than \(limit)"
                    break
                }
                let count = poll(&open, nfds_t(open.count), CInt(clamping: left.components.seconds * 1000 + 100))
                if count < 0 {
                    // What it said of each before is there still.
                    guard case let error = Errno(rawValue: errno), error != .interrupted else { continue }
                    throw error
                }
                for index in open.indices where open[index].revents != 0 {
                    let chunk = try Self.read(open[index].fd)
                    if chunk.isEmpty { open[index].fd = -1 }
                    texts[index] += chunk
                    if texts[index].count > mostBytes { problem = "it printed more than \(mostBytes) bytes" }
                }
            }
        } catch { failure = error as? Errno ?? .ioError }
        // It may have closed what it prints to, and go on.
        while problem == nil, failure == nil {
            if let end = try end(waiting: false) { return .init(end: end, output: texts[0], errors: texts[1]) }
            if ContinuousClock.now >= deadline { problem = "it took longer than \(limit)" }
            usleep(1000)
        }
        kill(-process, SIGKILL)
        _ = try end(waiting: true)
        if let failure { throw failure }
        throw KernelError("run \(name)", .failed, detail: problem)
    }

    private static func read(_ number: CInt) throws(Errno) -> [UInt8] {
        var failure: Errno?
        let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
            let result = Glibc.read(number, buffer.baseAddress, buffer.count)
            if result < 0 { failure = Errno(rawValue: Glibc.errno) }
            count = max(0, result)
        }
        if let failure, failure != .interrupted { throw failure }
        return failure == nil ? bytes : try read(number)
    }

    /// - Returns: nil if it has not ended, and is not waited for.
    private func end(waiting: Bool) throws(Errno) -> ChildProcess.Outcome.End? {
        var status: CInt = 0
        var result = waitpid(process, &status, waiting ? 0 : WNOHANG)
        while result < 0 {
            let error = Errno(rawValue: errno)
            if error != .interrupted { throw error }
            result = waitpid(process, &status, waiting ? 0 : WNOHANG)
        }
        if result == 0 { return nil }
        // WTERMSIG, WEXITSTATUS: macros that Swift does not see.
        let signal = status & 0x7f
        return signal == 0 ? .status((status >> 8) & 0xff) : .signal(signal)
    }
}

extension FileDescriptor {
    fileprivate func closeAfterFailure(_ body: () throws -> Void) throws {
        do { try body() } catch {
            try? close()
            throw error
        }
    }
}

/// As C's argument vectors.
private func withStrings<Value>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Value
) -> Value {
    let copies = strings.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    return copies.withUnsafeBufferPointer { body($0.baseAddress) }
}
