import Addresses

/// What is observed: whose packets are counted, at which side of the director.
package struct ObservationTargets: Equatable, Sendable {
    /// Packets of one address: of one protocol and port, or all.
    package enum Target: Hashable, Sendable {
        case port(IPProtocol, Endpoint)
        case address(IPAddress)

        /// The address, whatever the target.
        package var address: IPAddress {
            switch self {
            case .port(_, let endpoint): endpoint.address
            case .address(let address): address
            }
        }
    }

    /// A firewall mark of packets of one family, as services by mark have it.
    package struct Mark: Hashable, Sendable {
        /// The mark, whole: IPVS compares it without a mask.
        package var value: UInt32
        /// The family of the packets that carry it.
        package var family: IPAddress.Family

        /// A mark of the packets of one family.
        package init(_ value: UInt32, _ family: IPAddress.Family) {
            self.value = value
            self.family = family
        }
    }

    /// Destinations of packets as they come in.
    package var entering: Set<Target> = []
    /// Destinations of packets as they leave towards the real servers.
    package var leaving: Set<Target> = []
    /// Sources of answers that pass through.
    package var answering: Set<Target> = []
    /// Marked packets count at both sides.
    package var marks: Set<Mark> = []

    /// Nothing is observed.
    package init() {}

    /// Whether there is nothing to observe.
    package var isEmpty: Bool { entering.isEmpty && marks.isEmpty }

    /// The families that have something to observe.
    package var families: Set<IPAddress.Family> {
        Set((entering.union(leaving).union(answering)).map(\.address.family) + marks.map(\.family))
    }

    /// Those of some families only.
    package func limited(to families: Set<IPAddress.Family>) -> ObservationTargets {
        var limited = self
        limited.entering = entering.filter { families.contains($0.address.family) }
        limited.leaving = leaving.filter { families.contains($0.address.family) }
        limited.answering = answering.filter { families.contains($0.address.family) }
        limited.marks = marks.filter { families.contains($0.family) }
        return limited
    }

    /// Adds a target to what is observed on one side.
    package mutating func insert(_ target: Target, _ side: ObservationPoint.Side) {
        switch side {
        case .entering: entering.insert(target)
        case .leaving: leaving.insert(target)
        case .answering: answering.insert(target)
        }
    }

    func targets(_ side: ObservationPoint.Side) -> Set<Target> {
        switch side {
        case .entering: entering
        case .leaving: leaving
        case .answering: answering
        }
    }
}
