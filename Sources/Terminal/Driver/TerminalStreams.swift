import Glibc

/// Why the terminal cannot be used.
public enum DriverError: Error, Equatable, CustomStringConvertible {
    /// Input or output is something else.
    case notTerminal
    /// terminfo has nothing under this name, which is empty when there is none.
    case unknownTerminal(String)
    /// It cannot do what a full screen needs.
    case poorTerminal(String)
    case failed(String)

    /// A sentence for the user, with what to try instead.
    public var description: String {
        switch self {
        case .notTerminal:
            "standard input and output must be a terminal; try `ct-inspect watch --once`"
        case .unknownTerminal(""):
            "TERM is not set; \(Self.nextStep)"
        case .unknownTerminal(let name):
            "the terminal TERM=\(name) is not known here; \(Self.nextStep)"
        case .poorTerminal(let name):
            "the terminal TERM=\(name) cannot move its cursor; \(Self.nextStep)"
        case .failed(let what):
            "\(what)"
        }
    }

    private static let nextStep = "try `TERM=xterm ct-inspect watch`, or `ct-inspect watch --once`"
}

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

/// How the process takes the signals that curses would handle.
///
/// Curses leaves SIGTSTP alone for good where newterm finds that somebody handles it. Else it would ignore it at each refresh
/// (`_nc_signal_handler` in ncurses' lib_tstp.c), and the kernel would throw away a Ctrl-Z that waits to be read.
struct SignalActions {
    private let actions: [(number: CInt, action: sigaction)] = [SIGINT, SIGTERM, SIGTSTP, SIGWINCH].map { number in
        var action = sigaction()
        sigaction(number, nil, &action)
        return (number, action)
    }

    init() {
        var handled = sigaction()
        handled.__sigaction_handler.sa_handler = { _ in }
        sigaction(SIGTSTP, &handled, nil)
    }

    func restore() {
        for (number, action) in actions {
            var action = action
            sigaction(number, &action, nil)
        }
    }
}
