/// Why the terminal cannot be used.
package enum DriverError: Error, Equatable, CustomStringConvertible {
    /// Input or output is not a terminal.
    case notTerminal
    /// terminfo has no entry with this name, which is empty if TERM is not set.
    case unknownTerminal(String)
    /// It lacks what a full screen needs.
    case poorTerminal(String)
    case failed(String)

    /// A sentence for the user, with what to try instead.
    package var description: String {
        switch self {
        case .notTerminal:
            "standard input and output must be a terminal; try `ct-inspect watch --once`"
        case .unknownTerminal(""):
            "TERM is not set; \(Self.nextStep)"
        case .unknownTerminal(let name):
            "the terminal TERM=\(name) is unknown here; \(Self.nextStep)"
        case .poorTerminal(let name):
            "the terminal TERM=\(name) cannot move its cursor; \(Self.nextStep)"
        case .failed(let what):
            "\(what)"
        }
    }

    private static let nextStep = "try `TERM=xterm ct-inspect watch`, or `ct-inspect watch --once`"
}
