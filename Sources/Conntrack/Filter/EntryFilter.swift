import Addresses
import CNetlink

/// Selects entries of the conntrack table. Every condition must match; a new filter has none and accepts all entries.
///
/// A value without I/O. Whatever the kernel did not send counts as the default it omits: mark 0, zone 0, no label.
package struct EntryFilter: Equatable, Sendable {
    /// `AF_*` numbers: 2 for IPv4, 10 for IPv6.
    package var families = Choice<UInt8>() { didSet { note(.families, families.isEmpty) } }
    /// Protocols of the original tuple.
    package var protocols = Choice<IPProtocol>() { didSet { note(.protocols, protocols.isEmpty) } }
    /// Conditions on the first packet's direction.
    package var original = Side() { didSet { note(.original, original == Side()) } }
    /// Conditions on the answers' direction.
    package var reply = Side() { didSet { note(.reply, reply == Side()) } }
    /// The client asked for any of these services.
    package var services = Choice<Service>() { didSet { note(.services, services.isEmpty) } }
    /// What ICMP and ICMPv6 have instead of ports.
    package var icmp = ICMP() { didSet { note(.icmp, icmp == ICMP()) } }
    /// Marks with their masks; an entry without a mark has 0.
    package var marks = Choice<Mark>() { didSet { note(.marks, marks.isEmpty) } }
    /// The zone shared by both directions (`CTA_ZONE`); an entry with a zone in one direction only counts as zone 0.
    package var zones = Choice<UInt16>() { didSet { note(.zones, zones.isEmpty) } }
    /// Entries of protocols without states match none.
    package var states = Choice<State>() { didSet { note(.states, states.isEmpty) } }
    /// All of these bits are set, like `-u` of conntrack(8).
    package var requiredStatus: Status = []
    /// None of these bits is set.
    package var forbiddenStatus: Status = []
    /// At least one of these bits is set; no condition if empty.
    package var anyStatus: Status = []
    /// Label bits (0 to 127) that are all set, like `-l` of conntrack(8).
    package var requiredLabels: [UInt8] = [] { didSet { note(.requiredLabels, requiredLabels.isEmpty) } }
    /// Label bits that are all clear.
    package var forbiddenLabels: [UInt8] = [] { didSet { note(.forbiddenLabels, forbiddenLabels.isEmpty) } }

    /// What else must hold, of `--filter` or a filter line; `add` sets it.
    package internal(set) var expression: FilterExpression? { didSet { note(.expression, expression == nil) } }

    /// The fields with a condition, so that others cost nothing for each of a million entries.
    private var fields: Fields = []

    private struct Fields: OptionSet {
        let rawValue: UInt16
        static let families = Fields(rawValue: 1 << 0)
        static let protocols = Fields(rawValue: 1 << 1)
        static let original = Fields(rawValue: 1 << 2)
        static let reply = Fields(rawValue: 1 << 3)
        static let services = Fields(rawValue: 1 << 4)
        static let marks = Fields(rawValue: 1 << 5)
        static let zones = Fields(rawValue: 1 << 6)
        static let states = Fields(rawValue: 1 << 7)
        static let requiredLabels = Fields(rawValue: 1 << 8)
        static let forbiddenLabels = Fields(rawValue: 1 << 9)
        static let icmp = Fields(rawValue: 1 << 10)
        static let expression = Fields(rawValue: 1 << 11)

        static let ofTuples: Fields = [.families, .protocols, .original, .reply, .services, .icmp]
    }

    package init() {}

    private mutating func note(_ field: Fields, _ isEmpty: Bool) {
        if isEmpty { fields.remove(field) } else { fields.insert(field) }
    }

    /// Conditions on the tuple of one direction.
    package struct Side: Equatable, Sendable {
        /// Prefixes of the source address.
        package var sources = Choice<Prefix>()
        /// Prefixes of the destination address.
        package var destinations = Choice<Prefix>()
        /// The same, where the bits to compare are not the first ones.
        package var maskedSources = Choice<MaskedAddress>()
        package var maskedDestinations = Choice<MaskedAddress>()
        /// Host order. An entry without ports (ICMP, ESP) matches none; GRE keys count as ports.
        package var sourcePorts = Choice<ClosedRange<UInt16>>()
        /// Likewise for the destination.
        package var destinationPorts = Choice<ClosedRange<UInt16>>()
        /// The zone of this direction only (`CTA_TUPLE_ZONE`).
        package var zones = Choice<UInt16>()

        package init() {}
    }

    /// Whether every entry matches.
    package var isEmpty: Bool { self == EntryFilter() }

    /// Costs a few nanoseconds per condition, and allocates nothing.
    package func matches(_ entry: Entry) -> Bool {
        let status = entry.status.rawValue
        if status & requiredStatus.rawValue != requiredStatus.rawValue || status & forbiddenStatus.rawValue != 0 {
            return false
        }
        if anyStatus.rawValue != 0, status & anyStatus.rawValue == 0 { return false }
        if fields.isEmpty { return true }
        return (fields.isDisjoint(with: .ofTuples) || matchesTuples(of: entry)) && matchesRest(of: entry)
            && (expression?.accepts(entry) ?? true)
    }

    private func matchesTuples(of entry: Entry) -> Bool {
        if fields.contains(.families) {
            let family = entry.family
            if !families.accepts({ $0 == family }) { return false }
        }
        if fields.contains(.protocols) {
            let number = entry.original.protocol
            if !protocols.accepts({ $0 == number }) { return false }
        }
        if fields.contains(.services), !services.accepts({ $0.matches(entry.original) }) { return false }
        if fields.contains(.icmp), !icmp.matches(entry.original) { return false }
        if fields.contains(.original), !original.matches(entry.original) { return false }
        return !fields.contains(.reply) || reply.matches(entry.reply)
    }

    private func matchesRest(of entry: Entry) -> Bool {
        if fields.contains(.marks) {
            let mark = entry.mark ?? 0
            if !marks.accepts({ $0.matches(mark) }) { return false }
        }
        if fields.contains(.zones) {
            let zone = entry.zone ?? 0
            if !zones.accepts({ $0 == zone }) { return false }
        }
        if fields.contains(.states) {
            let state = entry.state
            if !states.accepts({ $0.matches(state) }) { return false }
        }
        if fields.isDisjoint(with: [.requiredLabels, .forbiddenLabels]) { return true }
        let labels = entry.labels
        return requiredLabels.allSatisfy { Self.isSet($0, in: labels) }
            && !forbiddenLabels.contains { Self.isSet($0, in: labels) }
    }

    /// Labels are the kernel's array of `unsigned long`, in its memory byte order.
    static func isSet(_ bit: UInt8, in labels: [UInt8]) -> Bool {
        #if _endian(little)
            let position = Int(bit) / 8
        #else
            let position = Int(bit) / 8 ^ 7
        #endif
        return labels.indices.contains(position) && labels[position] & 1 << (bit % 8) != 0
    }
}

extension EntryFilter.Side {
    fileprivate func matches(_ tuple: Tuple) -> Bool {
        if !sources.isEmpty {
            let source = tuple.source
            guard sources.accepts({ $0.contains(source) }) else { return false }
        }
        if !destinations.isEmpty {
            let destination = tuple.destination
            guard destinations.accepts({ $0.contains(destination) }) else { return false }
        }
        if !maskedSources.isEmpty || !maskedDestinations.isEmpty {
            guard maskedSources.accepts({ $0.contains(tuple.source) }),
                maskedDestinations.accepts({ $0.contains(tuple.destination) })
            else { return false }
        }
        if !sourcePorts.isEmpty || !destinationPorts.isEmpty {
            let ports = tuple.ports
            guard sourcePorts.accepts({ range in ports.map { range.contains($0.source) } ?? false }),
                destinationPorts.accepts({ range in ports.map { range.contains($0.destination) } ?? false })
            else { return false }
        }
        if zones.isEmpty { return true }
        let zone = tuple.zone ?? 0
        return zones.accepts { $0 == zone }
    }
}

extension Prefix {
    fileprivate func contains(_ address: IPAddress?) -> Bool { address.map(contains) ?? false }
}

extension MaskedAddress {
    fileprivate func contains(_ address: IPAddress?) -> Bool { address.map(contains) ?? false }
}

extension EntryFilter {
    /// The conditions on fixed properties of an entry: family, protocol, tuples, service and zone. The others may change: status, protocol
    /// state, mark and labels.
    package var lasting: EntryFilter {
        var lasting = EntryFilter()
        lasting.families = families
        lasting.protocols = protocols
        lasting.services = services
        lasting.original = original
        lasting.reply = reply
        lasting.zones = zones
        return lasting
    }
}

/// What the conditions of a filter imply together. The kernel and the socket can use this where they cannot use the conditions.
extension EntryFilter {
    /// The kernel tracks no other family (`nf_ct_l3num`).
    static let tracked: Set<UInt8> = [UInt8(AF_INET), UInt8(AF_INET6)]

    /// The families that a matching entry can have; nil for any.
    var possibleFamilies: Set<UInt8>? {
        var possible: Set<UInt8>?
        func narrow(_ families: [UInt8]) {
            if !families.isEmpty { possible = (possible ?? Set(families)).intersection(families) }
        }
        narrow(families.wanted)
        for addresses in [original.sources, original.destinations, reply.sources, reply.destinations] {
            narrow(addresses.wanted.map(\.address.familyNumber))
        }
        for addresses in [original.maskedSources, original.maskedDestinations] {
            narrow(addresses.wanted.map(\.address.familyNumber))
        }
        narrow(services.wanted.map(\.address.familyNumber))
        if families.unwanted.isEmpty { return possible }
        return (possible ?? Self.tracked).subtracting(families.unwanted)
    }

    /// The protocols that a matching entry can have; nil for any.
    var possibleProtocols: Set<IPProtocol>? {
        var possible: Set<IPProtocol>?
        func narrow(_ protocols: [IPProtocol?]) {
            let named = protocols.compactMap { $0 }
            // If one accepts any protocol, the others are no restriction.
            if named.isEmpty || named.count < protocols.count { return }
            possible = (possible ?? Set(named)).intersection(named)
        }
        narrow(protocols.wanted)
        narrow(services.wanted.map(\.protocol))
        narrow(states.wanted.flatMap(\.protocols))
        if icmp.isRequired { narrow([.icmp, .icmpv6]) }
        return possible?.subtracting(protocols.unwanted)
    }
}

extension IPAddress {
    var familyNumber: UInt8 { UInt8(family == .ipv4 ? AF_INET : AF_INET6) }
}

/// What a filter accepts for one field: any wanted value (any value, if none is given), and no unwanted one.
package struct Choice<Value: Equatable & Sendable>: Equatable, Sendable {
    /// One of these; any value if empty.
    package var wanted: [Value]
    /// None of these.
    package var unwanted: [Value]

    /// `Choice()` accepts every value.
    package init(_ wanted: [Value] = [], not unwanted: [Value] = []) {
        self.wanted = wanted
        self.unwanted = unwanted
    }

    /// Whether every value is accepted.
    package var isEmpty: Bool { wanted.isEmpty && unwanted.isEmpty }

    /// The only wanted value; nil if there are none or several.
    var single: Value? {
        guard let first = wanted.first, wanted.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    /// - Parameter isIt: whether an entry's field has this value. An entry without the field matches no value.
    @inline(__always)
    func accepts(_ isIt: (Value) -> Bool) -> Bool {
        if !wanted.isEmpty, !wanted.contains(where: isIt) { return false }
        return unwanted.isEmpty || !unwanted.contains(where: isIt)
    }
}
