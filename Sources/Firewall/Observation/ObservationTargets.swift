import Addresses

/// What is observed: which packets are counted, on which side of the director.
package struct ObservationTargets: Equatable, Sendable {
    /// Packets of one address: of one protocol and port, or all.
    package enum Target: Hashable, Sendable {
        case port(IPProtocol, Endpoint)
        case address(IPAddress)

        package var address: IPAddress {
            switch self {
            case .port(_, let endpoint): endpoint.address
            case .address(let address): address
            }
        }
    }

    /// A firewall mark on packets of one family, as in fwmark services.
    package struct Mark: Hashable, Sendable {
        /// The whole mark: IPVS compares it without a mask.
        package var value: UInt32
        /// The family of the packets that carry it.
        package var family: IPAddress.Family

        package init(_ value: UInt32, _ family: IPAddress.Family) {
            self.value = value
            self.family = family
        }
    }

    /// Destinations of incoming packets.
    package var entering: Set<Target> = []
    /// Destinations of packets leaving for the real servers.
    package var leaving: Set<Target> = []
    /// Sources of answers that pass the director.
    package var answering: Set<Target> = []
    /// Marked packets are counted on both sides.
    package var marks: Set<Mark> = []

    package init() {}

    /// Whether there is nothing to observe.
    package var isEmpty: Bool { entering.isEmpty && marks.isEmpty }

    /// The families that have something to observe.
    package var families: Set<IPAddress.Family> {
        Set((entering.union(leaving).union(answering)).map(\.address.family) + marks.map(\.family))
    }

    /// Only those of some families.
    package func limited(to families: Set<IPAddress.Family>) -> ObservationTargets {
        var limited = self
        limited.entering = entering.filter { families.contains($0.address.family) }
        limited.leaving = leaving.filter { families.contains($0.address.family) }
        limited.answering = answering.filter { families.contains($0.address.family) }
        limited.marks = marks.filter { families.contains($0.family) }
        return limited
    }

    /// Adds a target on one side.
    package mutating func insert(_ target: Target, _ side: ObservationPoint.Side) {
        switch side {
        case .entering: entering.insert(target)
        case .leaving: leaving.insert(target)
        case .answering: answering.insert(target)
        }
    }

    /// Whether packets are counted at a point: for this host itself there may be answers of real servers behind NAT, and no others.
    func areCounted(at point: ObservationPoint) -> Bool {
        point != .answerDelivered || !answering.isSubset(of: entering)
    }

    func targets(_ side: ObservationPoint.Side) -> Set<Target> {
        switch side {
        case .entering: entering
        case .leaving: leaving
        case .answering: answering
        }
    }
}

/// The sets of observed addresses on one side, of one family; none is empty. Ports are in the maps of the points.
struct TargetSets {
    /// Flows by protocol, address and port, as ICMP errors quote them.
    private(set) var flows: TableSet.Reference?
    /// Addresses of these flows.
    private(set) var virtualAddresses: TableSet.Reference?
    /// Addresses of which everything is observed.
    private(set) var addresses: TableSet.Reference?

    /// Adds them to the table.
    init(
        of targets: ObservationTargets, _ side: ObservationPoint.Side, _ family: IPAddress.Family,
        in table: inout TableWriter
    ) {
        let fields = ObservedFields(side, family)
        let own = targets.targets(side).filter { $0.address.family == family }
        var flows: Set<[UInt8]> = []
        var addresses: Set<[UInt8]> = []
        for target in own {
            switch target {
            case .port(let `protocol`, let endpoint):
                flows.insert(.key([`protocol`.rawValue], endpoint.address.networkBytes, endpoint.portBytes))
            case .address(let address): addresses.insert(address.networkBytes)
            }
        }
        func set(_ kind: String, _ key: [PacketField], _ elements: Set<[UInt8]>) -> TableSet.Reference? {
            if elements.isEmpty { return nil }
            let sorted = elements.sorted { $0.lexicographicallyPrecedes($1) }
            return table.set("\(side)_\(kind)\(family.suffix)", key, .constant(sorted))
        }
        self.flows = set("flows", fields.embeddedFlow, flows)
        if !flows.isEmpty {
            virtualAddresses = set("vips", [fields.address], Set(own.map(\.address.networkBytes)))
        }
        self.addresses = set("addresses", [fields.address], addresses)
    }
}

extension Endpoint {
    /// In network byte order.
    var portBytes: [UInt8] { withUnsafeBytes(of: port.bigEndian, Array.init) }
}
