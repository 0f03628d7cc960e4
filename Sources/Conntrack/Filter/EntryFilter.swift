import Addresses

/// Which entries of the conntrack table are meant. Every condition must hold; a new filter has none and takes all entries.
///
/// A value without I/O. What the kernel did not send counts as what it left out for being so: mark 0, zone 0, no label.
public struct EntryFilter: Equatable, Sendable {
    /// `AF_*` numbers: 2 for IPv4, 10 for IPv6.
    public var families = Choice<UInt8>()
    public var protocols = Choice<IPProtocol>()
    public var original = Side()
    public var reply = Side()
    public var services = Choice<Service>()
    public var marks = Choice<Mark>()
    /// Of the zone that both directions share (`CTA_ZONE`); an entry with a zone in one direction alone is in zone 0 here.
    public var zones = Choice<UInt16>()
    /// Entries of protocols without a state have none of them.
    public var states = Choice<State>()
    /// Every one of these bits is set, as conntrack(8) reads `-u`.
    public var requiredStatus: Status = []
    /// None of these bits is set.
    public var forbiddenStatus: Status = []
    /// At least one of these bits is set; no condition when empty.
    public var anyStatus: Status = []
    /// Label bits (0 to 127) that are all set, as conntrack(8) reads `-l`.
    public var requiredLabels: [UInt8] = []
    /// Label bits that are all clear.
    public var forbiddenLabels: [UInt8] = []

    public init() {}

    /// Conditions on the tuple of one direction.
    public struct Side: Equatable, Sendable {
        public var sources = Choice<Prefix>()
        public var destinations = Choice<Prefix>()
        /// Host order. An entry without ports (ICMP, ESP) has none of them; the keys of GRE count as ports.
        public var sourcePorts = Choice<ClosedRange<UInt16>>()
        public var destinationPorts = Choice<ClosedRange<UInt16>>()
        /// Of the zone that only this direction has (`CTA_TUPLE_ZONE`).
        public var zones = Choice<UInt16>()

        public init() {}
    }

    /// Whether every entry is taken.
    public var isEmpty: Bool { self == EntryFilter() }

    /// Costs some nanoseconds for each condition; none allocates.
    public func matches(_ entry: Entry) -> Bool {
        let status = entry.status
        guard status.isSuperset(of: requiredStatus), status.isDisjoint(with: forbiddenStatus),
            anyStatus.isEmpty || !status.isDisjoint(with: anyStatus)
        else { return false }
        let family = entry.family
        guard families.isEmpty || families.accepts({ $0 == family }) else { return false }
        let number = entry.original.protocol
        guard protocols.isEmpty || protocols.accepts({ $0 == number }) else { return false }
        guard services.isEmpty || services.accepts({ $0.matches(entry.original) }) else { return false }
        guard original.matches(entry.original), reply.matches(entry.reply) else { return false }
        return matchesRest(of: entry)
    }

    private func matchesRest(of entry: Entry) -> Bool {
        if !marks.isEmpty {
            let mark = entry.mark ?? 0
            guard marks.accepts({ $0.matches(mark) }) else { return false }
        }
        if !zones.isEmpty {
            let zone = entry.zone ?? 0
            guard zones.accepts({ $0 == zone }) else { return false }
        }
        if !states.isEmpty {
            let state = entry.state
            guard states.accepts({ $0.matches(state) }) else { return false }
        }
        if requiredLabels.isEmpty, forbiddenLabels.isEmpty { return true }
        let labels = entry.labels
        return requiredLabels.allSatisfy { Self.isSet($0, in: labels) }
            && !forbiddenLabels.contains { Self.isSet($0, in: labels) }
    }

    /// Labels come as the kernel's array of `unsigned long`, in the byte order of its memory.
    private static func isSet(_ bit: UInt8, in labels: [UInt8]) -> Bool {
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

extension Tuple {
    var ports: (source: UInt16, destination: UInt16)? {
        guard case .ports(let source, let destination) = discriminator else { return nil }
        return (source, destination)
    }
}
