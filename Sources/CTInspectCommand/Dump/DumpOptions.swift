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

/// What to do about an incomplete dump.
enum OnInterrupt: String, CaseIterable, ExpressibleByArgument {
    case report, `repeat`
}

/// A word of `-o`, as in conntrack(8).
enum OutputWord: String, CaseIterable {
    case extended, id, labels, ktimestamp
    /// Commands for `conntrack --load-file`.
    case save
    /// For events: when each was received.
    case timestamp

    /// Those applicable to a dump.
    static let ofDump = allCases.filter { $0 != .timestamp }

    /// Reads comma-separated lists: `id,labels`.
    static func read(_ lists: [String], of known: [OutputWord]) throws -> Set<OutputWord> {
        let texts = lists.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let words = Set(
            try texts.map { text in
                guard let word = OutputWord(rawValue: text.lowercased()), known.contains(word) else {
                    let all = known.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("-o: “\(text)” is invalid; expected \(all)")
                }
                return word
            })
        if words.contains(.save), words.count > 1 { throw ValidationError("-o save cannot have other words") }
        return words
    }

    /// - Parameters:
    ///   - isFormat: whether the format is that of conntrack(8).
    ///   - isJSON: whether it is JSON.
    static func check(_ words: Set<OutputWord>, isFormat: Bool, isJSON: Bool) throws {
        if isJSON, isFormat { throw ValidationError("--json and --format conntrack are mutually exclusive") }
        if isFormat || words.isEmpty { return }
        guard words == [.save] else { throw ValidationError("-o needs --format conntrack") }
        if isJSON { throw ValidationError("-o save and JSON are mutually exclusive") }
    }
}

extension ConntrackFormat {
    init(_ words: Set<OutputWord>) {
        var options: Options = words.contains(.save) ? .save : .extended
        if words.contains(.id) { options.insert(.id) }
        if words.contains(.ktimestamp) { options.insert(.kernelTimes) }
        self.init(
            options, labels: words.contains(.labels) ? ConnectionLabels.installed() : nil,
            now: Int64(time(nil)))
    }
}
