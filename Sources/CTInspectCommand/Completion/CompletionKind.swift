import Addresses
import ArgumentParser
import Conntrack
import Netlink
import Reports
import Terminal

extension CompletionKind {
    /// Values determined by the program when a shell asks. Nothing is printed if there are none.
    ///
    /// - Parameter find: gets the words of the line, and the typed part of the one to complete.
    static func words(_ find: @escaping @Sendable (CommandLineWords, String) -> [String]) -> CompletionKind {
        .custom { words, index, lastTyped in
            let line = CommandLineWords(words)
            let found = find(line, line.typed(at: index, last: lastTyped))
            // In zsh, a description follows a colon.
            guard CompletionShell.requesting == .zsh else { return found }
            return found.map { $0.split(separator: ":", omittingEmptySubsequences: false).joined(separator: "\\:") }
        }
    }

    /// A comma-separated list of values, negated by a leading `!`: completes the last one.
    static func list(of values: @escaping @Sendable (CommandLineWords) -> [String]) -> CompletionKind {
        .words { line, typed in ListPiece(typed).candidates(values(line)) }
    }
}

/// The typed part of a list: finished values, and an unfinished one.
struct ListPiece {
    /// The part that stays.
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

    /// The whole word for each value not in the list yet; in the case typed, as options ignore case.
    func candidates(_ values: [String]) -> [String] {
        values.filter { !finished.contains($0.uppercased()) }.map { head + (isLowerCase ? $0.lowercased() : $0) }
    }
}

/// The completions of options with special values.
extension CompletionKind {
    static var networkNamespaces: CompletionKind { .words { _, _ in LiveWords.networkNamespaces } }
    static var services: CompletionKind { .words { line, _ in LiveWords.services(line) } }
    static var addressedServices: CompletionKind { .list(of: LiveWords.addressedServices) }
    static var virtualAddresses: CompletionKind { .words { line, _ in LiveWords.virtualAddresses(line) } }

    /// The named values of a filter word.
    static func values(of word: FilterWord) -> CompletionKind { .list { _ in word.namedValues } }

    /// The names of connection labels on this host.
    static var labels: CompletionKind { .list { _ in ConnectionLabels.installed()?.all ?? [] } }

    /// A fixed list of words.
    static func list(fixed words: [String]) -> CompletionKind { .list { _ in words } }

    /// The columns of the tab on the command line, or of the first one.
    static var columns: CompletionKind { .list { firstTab($0).columnNames } }
    static var column: CompletionKind { .words { line, _ in firstTab(line).columnNames } }

    /// A filter in the words of a list: completes the last piece of it.
    static func filter(_ list: FilterVocabulary) -> CompletionKind { .words { pieces($1, list, $0) } }

    /// The same, in the words of that tab.
    static var tabFilter: CompletionKind {
        .words { line, typed in firstTab(line).vocabulary().map { pieces(typed, $0, line) } ?? [] }
    }

    /// Services are only looked for if their names are asked for.
    private static func pieces(_ typed: String, _ list: FilterVocabulary, _ line: CommandLineWords) -> [String] {
        let asksForServices = typed.lowercased().contains("service")
        let services =
            asksForServices ? list.takesMarks ? LiveWords.services(line) : LiveWords.addressedServices(line) : []
        let completion = FilterCompletion(typed, in: list, services: services)
        return completion.candidates.map { completion.head + $0 }
    }

    private static func firstTab(_ line: CommandLineWords) -> Tab {
        line.value(of: "--tab").flatMap(Tab.init) ?? Tab.first(hasIPVS: LiveWords.hasIPVS(line))
    }
}
