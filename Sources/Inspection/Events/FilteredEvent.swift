import Conntrack

/// An event as a filter sees it: its kind, and its entry.
package struct FilteredEvent: FilterRow {
    private let event: Event<Entry>

    package init(_ event: Event<Entry>) { self.event = event }

    package func fact(_ key: FilterKey) -> FilterFact {
        key == .kind ? .name(event.kind.rawValue) : event.subject.fact(key)
    }

    package func isOf(_ service: FilterService) -> Bool { event.subject.isOf(service) }

    package func write(to text: inout RowText) { event.subject.write(to: &text) }
}

extension FilterVocabulary {
    /// Of events: the words of entries, and their kind.
    package static func events(_ host: HostNames) -> FilterVocabulary {
        var names = entryNames
        names[.kind] = EventKind.allCases.map(\.rawValue)
        return FilterVocabulary("events", [.kind] + entryKeys, flags: FilterFlag.allCases, names: names, host)
    }
}
