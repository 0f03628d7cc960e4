import Glibc

/// Which terminal to use, and its properties. Tests use others than the program's own.
struct TerminalChoice {
    var input = STDIN_FILENO
    var output = STDOUT_FILENO
    var name = getenv("TERM").map { String(cString: $0) }
    /// For setlocale(3): empty means according to the environment.
    var locale = ""
}

/// The terminal in the form required by curses: as streams, though it reads and writes their descriptors.
struct TerminalStreams {
    let input: UnsafeMutablePointer<FILE>
    let output: UnsafeMutablePointer<FILE>
    /// Those when the terminal was opened, and the current ones.
    var settings: termios {
        var settings = termios()
        tcgetattr(outputDescriptor, &settings)
        return settings
    }

    var outputDescriptor: CInt { fileno(output) }

    /// Duplicates the descriptors, because closing a stream closes its descriptor.
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
