import Glibc

/// Which terminal to take, and what it is. Tests have others than the program's own.
struct TerminalChoice {
    var input = STDIN_FILENO
    var output = STDOUT_FILENO
    var name = getenv("TERM").map { String(cString: $0) }
    /// By setlocale(3): empty means what the environment says.
    var locale = ""
}

/// The terminal as curses wants it: as streams, though it reads and writes their descriptors.
struct TerminalStreams {
    let input: UnsafeMutablePointer<FILE>
    let output: UnsafeMutablePointer<FILE>
    /// As they were when the terminal was opened, and as they are.
    var settings: termios {
        var settings = termios()
        tcgetattr(outputDescriptor, &settings)
        return settings
    }

    var outputDescriptor: CInt { fileno(output) }

    /// Takes descriptors of its own, as closing a stream closes what is under it.
    init(_ choice: TerminalChoice) throws(DriverError) {
        guard isatty(choice.input) == 1, isatty(choice.output) == 1 else { throw .notTerminal }
        let input = Self.open(choice.input, "r")
        let output = Self.open(choice.output, "w")
        guard let input, let output else {
            let reason = String(cString: strerror(errno))
            for stream in [input, output] { if let stream { fclose(stream) } }
            throw .failed("the terminal cannot be opened: \(reason)")
        }
        self.input = input
        self.output = output
    }

    private static func open(_ descriptor: CInt, _ mode: String) -> UnsafeMutablePointer<FILE>? {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { return nil }
        guard let stream = fdopen(copy, mode) else {
            Glibc.close(copy)
            return nil
        }
        return stream
    }

    func close() {
        fclose(input)
        fclose(output)
    }
}
