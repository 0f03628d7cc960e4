import Addresses
import Conntrack
import TestSupport

/// Filters made of values that entries of a table have, and some that none has.
struct RandomFilter {
    private let entries: [Entry]
    private var generator: SeededGenerator

    init(over entries: [Entry], seed: UInt64) {
        self.entries = entries
        generator = SeededGenerator(seed: seed)
    }

    /// Usually one to three conditions.
    mutating func next() -> EntryFilter {
        var filter = EntryFilter()
        for _ in 0..<Int.random(in: 1...3, using: &generator) { add(to: &filter) }
        return filter
    }

    private mutating func add(to filter: inout EntryFilter) {
        switch Int.random(in: 0..<15, using: &generator) {
        case 0: filter.families = choice { $0.family }
        case 1: filter.protocols = choice { $0.original.protocol }
        case 2: filter.original.sources = prefixes { $0.original.source }
        case 3: filter.original.destinations = prefixes { $0.original.destination }
        case 4: filter.reply.sources = prefixes { $0.reply.source }
        case 5: filter.reply.destinations = prefixes { $0.reply.destination }
        case 6: filter.original.sourcePorts = ports { $0.original.portNumbers?.source }
        case 7: filter.original.destinationPorts = ports { $0.original.portNumbers?.destination }
        case 8:
            filter.reply.sourcePorts = ports { $0.reply.portNumbers?.source }
            filter.protocols = choice { $0.original.protocol }
        case 9: filter.marks = marks()
        case 10: addZones(to: &filter)
        case 11: filter.states = states()
        case 12: addStatus(to: &filter)
        case 13: addICMP(to: &filter)
        default: addServiceOrLabels(to: &filter)
        }
    }

    private mutating func entry() -> Entry { entries.randomElement(using: &generator) ?? Entry() }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }

    /// Usually one value; sometimes several, sometimes negated, sometimes both.
    private mutating func choice<Value: Equatable & Sendable>(_ field: (Entry) -> Value?) -> Choice<Value> {
        var choice = Choice<Value>()
        let count = chance(3) ? 3 : 1
        let values = (0..<count).compactMap { _ in field(entry()) }
        if chance(4) { choice.unwanted = values } else { choice.wanted = values }
        if chance(8), let value = field(entry()) { choice.unwanted.append(value) }
        return choice
    }

    private mutating func prefixes(_ field: (Entry) -> IPAddress?) -> Choice<Prefix> {
        let isWhole = !chance(3)
        let length = Int.random(in: 0...32, using: &generator)
        return choice { entry in
            field(entry).flatMap { Prefix(isWhole ? "\($0)" : "\($0)/\(length)") }
        }
    }

    private mutating func ports(_ field: (Entry) -> UInt16?) -> Choice<ClosedRange<UInt16>> {
        let width = chance(3) ? UInt16.random(in: 0...3000, using: &generator) : 0
        return choice { entry in field(entry).map { $0...max($0, $0 &+ width) } }
    }

    private mutating func marks() -> Choice<EntryFilter.Mark> {
        let mask = chance(2) ? UInt32.max : UInt32.random(in: 0...0xFF, using: &generator)
        return choice { EntryFilter.Mark($0.mark ?? 0, mask: mask) }
    }

    private mutating func addZones(to filter: inout EntryFilter) {
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: filter.zones = choice { $0.zone ?? 0 }
        case 1: filter.original.zones = choice { $0.original.zone ?? 0 }
        default: filter.reply.zones = choice { $0.reply.zone ?? 0 }
        }
    }

    private mutating func states() -> Choice<EntryFilter.State> {
        choice { entry in EntryFilter.State(entry.state?.name ?? "3") }
    }

    private mutating func addStatus(to filter: inout EntryFilter) {
        let bits = [Status.seenReply, .assured, .confirmed, .fixedTimeout, .sourceNAT, .destinationNAT, .dying]
        let bit = bits.randomElement(using: &generator) ?? []
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: filter.requiredStatus.insert(bit)
        case 1: filter.forbiddenStatus.insert(bit)
        default: filter.anyStatus = [bit, bits.randomElement(using: &generator) ?? []]
        }
    }

    private mutating func addICMP(to filter: inout EntryFilter) {
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: filter.icmp.types = choice { $0.original.icmpNumbers?.type ?? 8 }
        case 1: filter.icmp.codes = choice { $0.original.icmpNumbers?.code ?? 0 }
        default: filter.icmp.ids = ports { $0.original.icmpNumbers?.id }
        }
    }

    private mutating func addServiceOrLabels(to filter: inout EntryFilter) {
        if chance(3) {
            let bit = UInt8.random(in: 32...34, using: &generator)
            if chance(2) { filter.requiredLabels = [bit] } else { filter.forbiddenLabels = [bit] }
            return
        }
        let named = chance(2)
        filter.services = choice { entry in
            let original = entry.original
            guard let address = original.destination else { return nil }
            let whole = original.portNumbers.map { "\(Endpoint(address, $0.destination))" } ?? "\(address)"
            return EntryFilter.Service((named ? "\(original.protocol)/" : "") + whole)
        }
    }
}

extension Tuple {
    var icmpNumbers: (type: UInt8, code: UInt8, id: UInt16)? {
        guard case .icmp(let type, let code, let id) = discriminator else { return nil }
        return (type, code, id)
    }

    var portNumbers: (source: UInt16, destination: UInt16)? {
        guard case .ports(let source, let destination) = discriminator else { return nil }
        return (source, destination)
    }
}
