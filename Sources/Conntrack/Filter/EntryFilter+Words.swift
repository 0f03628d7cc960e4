import Addresses

extension EntryFilter {
    /// Adds the values of a word to those that the filter has of it. Values repeated in a second call are added as well: any of those
    /// wanted will do, however many calls named them.
    ///
    /// - Parameters:
    ///   - arguments: each holds values with commas between them, negated by `!` before the first.
    ///   - name: the word as its writer spells it, for errors.
    ///   - labels: asked for the values of `label` alone.
    /// - Throws: when one value is wrong; then none was added.
    package mutating func add(
        _ word: FilterWord, _ arguments: [String], named name: String? = nil, labels: FilterLabels = .numbers
    ) throws(FilterError) {
        if arguments.isEmpty { return }
        let text = FilterText(name ?? word.rawValue, arguments, takes: word.takes(labels))
        switch word {
        case .family: try families.add(text, Self.family)
        case .protocol: try protocols.add(text) { IPProtocol($0) }
        case .src: try original.sources.add(text, Prefix.init)
        case .dst: try original.destinations.add(text, Prefix.init)
        case .sport: try original.sourcePorts.add(text, FilterText.ports)
        case .dport: try original.destinationPorts.add(text, FilterText.ports)
        case .replySrc: try reply.sources.add(text, Prefix.init)
        case .replyDst: try reply.destinations.add(text, Prefix.init)
        case .replySport: try reply.sourcePorts.add(text, FilterText.ports)
        case .replyDport: try reply.destinationPorts.add(text, FilterText.ports)
        case .icmpType: try icmpTypes.add(text) { FilterText.number($0) }
        case .service: try services.add(text, Service.init)
        case .state: try states.add(text) { State($0) }
        case .status: try addStatus(text)
        case .mark: try marks.add(text, Self.mark)
        case .zone: try zones.add(text) { FilterText.number($0) }
        case .origZone: try original.zones.add(text) { FilterText.number($0) }
        case .replyZone: try reply.zones.add(text) { FilterText.number($0) }
        case .label: try addLabels(text, labels)
        }
    }

    private mutating func addStatus(_ text: FilterText) throws(FilterError) {
        let choice = try text.choice(StatusWord.init)
        for word in choice.wanted { word.add(to: &self, isNegated: false) }
        for word in choice.unwanted { word.add(to: &self, isNegated: true) }
    }

    private mutating func addLabels(_ text: FilterText, _ labels: FilterLabels) throws(FilterError) {
        let choice = try text.choice(labels.bit)
        requiredLabels += choice.wanted
        forbiddenLabels += choice.unwanted
    }

    private static func family(_ text: String) -> UInt8? {
        switch text.lowercased() {
        case "ipv4", "4": 2
        case "ipv6", "6": 10
        default: nil
        }
    }

    private static func mark(_ text: String) -> Mark? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let value = parts.first.flatMap({ FilterText.number($0, as: UInt32.self) }) else {
            return nil
        }
        if parts.count == 1 { return Mark(value) }
        guard let mask = FilterText.number(parts[1], as: UInt32.self), value & ~mask == 0 else { return nil }
        return Mark(value, mask: mask)
    }
}

extension Choice {
    fileprivate mutating func add(_ text: FilterText, _ read: (String) -> Value?) throws(FilterError) {
        let more = try text.choice(read)
        wanted += more.wanted
        unwanted += more.unwanted
    }
}
