import ArgumentParser
import Glibc
import Inspection
import Reports

/// What can be dumped.
enum DumpTable: String, CaseIterable {
    case conntrack, expect, dying, unconfirmed
}

/// How entries are printed, besides `--json`.
enum DumpFormat: String, CaseIterable, ExpressibleByArgument {
    case table, json, conntrack
}

/// What is done with a dump that does not come whole.
enum OnInterrupt: String, CaseIterable, ExpressibleByArgument {
    case report, `repeat`
}

/// A word of `-o`, as conntrack(8) takes them.
enum OutputWord: String, CaseIterable {
    case extended, id, labels, ktimestamp
    /// Of events: when each was received.
    case timestamp

    /// Those that mean something for a dump.
    static let ofDump = allCases.filter { $0 != .timestamp }

    /// Reads lists of them: `id,labels`.
    static func read(_ lists: [String], of known: [OutputWord]) throws -> Set<OutputWord> {
        let words = lists.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        return Set(
            try words.map { text in
                guard let word = OutputWord(rawValue: text.lowercased()), known.contains(word) else {
                    let all = known.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("-o takes \(all), not “\(text)”")
                }
                return word
            })
    }
}

/// `--top SUBJECT [N]`.
struct Top {
    var subject: EntryTally.Subject
    var most: Int

    static let usual = 10

    /// From the words behind `--top`; nil when there are none.
    init?(_ words: [String]) throws {
        guard let first = words.first else { return nil }
        guard let subject = EntryTally.Subject(rawValue: first.lowercased()) else {
            let known = EntryTally.Subject.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--top counts by one of \(known), not by \(first)")
        }
        self.subject = subject
        most = Self.usual
        if words.count == 1 { return }
        guard words.count == 2, let most = Int(words[1]), most > 0 else {
            throw ValidationError("--top \(first) takes one number behind it: how many are shown")
        }
        self.most = most
    }
}

extension ConntrackFormat {
    init(_ words: Set<OutputWord>) {
        var options: Options = .extended
        if words.contains(.id) { options.insert(.id) }
        if words.contains(.ktimestamp) { options.insert(.kernelTimes) }
        self.init(
            options, labels: words.contains(.labels) ? ConnectionLabels.installed() : nil,
            now: Int64(time(nil)))
    }
}
