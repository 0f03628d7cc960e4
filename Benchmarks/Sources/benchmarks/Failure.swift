import Glibc

/// Why a benchmark, or all of them, cannot go on.
struct Failure: Error, CustomStringConvertible {
    /// Codes of sysexits.h, as ct-inspect uses them.
    enum Kind: Int32 {
        case usage = 64
        case unavailable = 69
        case inputOutput = 74
        case noPermission = 77
        /// A signal asked for the end: 128 and SIGINT's number, as a shell has it.
        case interrupted = 130
    }

    let kind: Kind
    let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// A call of the system that failed.
    init(_ call: String, errno number: CInt) {
        kind = number == EPERM || number == EACCES ? .noPermission : .inputOutput
        description = "\(call): \(String(cString: strerror(number)))"
    }
}

/// A line on standard error: progress and complaints.
func say(_ line: String) {
    let text = Array("\(line)\n".utf8)
    _ = text.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}
