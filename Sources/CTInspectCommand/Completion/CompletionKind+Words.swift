import ArgumentParser

extension CompletionKind {
    /// Values that the program finds when a shell asks for them. Nothing is said where none can be found.
    ///
    /// - Parameter find: gets the words of the line, and what is typed so far of the one to complete.
    static func words(_ find: @escaping @Sendable (CommandLineWords, String) -> [String]) -> CompletionKind {
        .custom { words, index, lastTyped in
            let line = CommandLineWords(words)
            let found = find(line, line.typed(at: index, last: lastTyped))
            // For zsh what follows a colon is a description.
            guard CompletionShell.requesting == .zsh else { return found }
            return found.map { $0.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "\\:") }
        }
    }

    /// A list of values with commas between them, which `!` before the first negates: its last one is completed.
    static func list(of values: @escaping @Sendable (CommandLineWords) -> [String]) -> CompletionKind {
        .words { line, typed in ListPiece(typed).candidates(values(line)) }
    }
}

/// What is typed of a list so far: values that are finished, and one that is not.
struct ListPiece {
    /// What stays as it is.
    private let head: String
    private let finished: [String]
    private let isLowerCase: Bool

    init(_ typed: String) {
        let start = typed.lastIndex(of: ",").map(typed.index(after:)) ?? typed.startIndex
        let sign = start == typed.startIndex && typed.hasPrefix("!") ? "!" : ""
        head = typed[..<start] + sign
        finished = typed[..<start].split(separator: ",").map { $0.uppercased().trimmingPrefix("!") }.map(String.init)
        isLowerCase = typed[start...].contains(where: \.isLowercase)
    }

    /// The whole word for each value that is not in the list yet; in the case that is typed, which the options do not care about.
    func candidates(_ values: [String]) -> [String] {
        values.filter { !finished.contains($0.uppercased()) }.map { head + (isLowerCase ? $0.lowercased() : $0) }
    }
}
