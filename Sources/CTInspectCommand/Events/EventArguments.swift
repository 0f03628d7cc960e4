import ArgumentParser
import Conntrack

/// What events can be about.
enum EventTable: String, CaseIterable, ExpressibleByArgument {
    case conntrack, expect
}

/// How events are printed.
enum EventFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, conntrack
}

/// A list of kinds: `new,destroy`.
struct EventKinds: ExpressibleByArgument {
    var kinds: [EventKind]

    init(kinds: [EventKind]) { self.kinds = kinds }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        let kinds = words.compactMap { EventKind(rawValue: String($0)) }
        guard kinds.count == words.count else { return nil }
        self.kinds = EventKind.allCases.filter(kinds.contains)
    }

    var defaultValueDescription: String { kinds.map(\.rawValue).joined(separator: ",") }
}
