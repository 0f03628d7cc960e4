import Glibc

/// The reason why a benchmark, or all of them, cannot continue.
struct Failure: Error, CustomStringConvertible {
    /// Codes from sysexits.h, as used by ct-inspect.
    enum Kind: Int32 {
        case usage = 64
        case unavailable = 69
        case inputOutput = 74
        case noPermission = 77
        /// Terminated by a signal: 128 plus the number of SIGINT, as in a shell.
        case interrupted = 130
    }

    let kind: Kind
    let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// A failed system call.
    init(_ call: String, errno number: CInt) {
        kind = number == EPERM || number == EACCES ? .noPermission : .inputOutput
        description = "\(call): \(String(cString: strerror(number)))"
    }
}

/// A line on standard error: progress and errors.
func say(_ line: String) {
    let text = Array("\(line)\n".utf8)
    _ = text.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}
