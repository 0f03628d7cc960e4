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

    func targets(_ side: ObservationPoint.Side) -> Set<Target> {
        switch side {
        case .entering: entering
        case .leaving: leaving
        case .answering: answering
        }
    }
}

extension ObservationTargets {
    /// The sets of observed addresses on one side, of one family. Ports are in the maps of the points.
    func sets(_ side: ObservationPoint.Side, _ family: IPAddress.Family) -> String {
        let words = RuleParts(side, family)
        let own = targets(side).filter { $0.address.family == family }
        var flows: [String] = []
        var addresses: [String] = []
        for target in own {
            switch target {
            case .port(let `protocol`, let endpoint):
                flows.append("\(`protocol`.rawValue) . \(endpoint.address.hexadecimal) . \(endpoint.port)")
            case .address(let address): addresses.append(address.description)
            }
        }
        let vips = Set(own.map(\.address.description))
        let raw = "\(words.embeddedProtocol) . \(words.embeddedAddress) . \(words.embeddedPort)"
        let name = { (kind: String) in "\(side)_\(kind)\(family.suffix)" }
        return set(name("flows"), "typeof \(raw)", flows)
            + (flows.isEmpty ? "" : set(name("vips"), "type \(words.addressType)", Array(vips)))
            + set(name("addresses"), "type \(words.addressType)", addresses)
    }

    /// Empty instead of an empty set.
    private func set(_ name: String, _ type: String, _ elements: [String]) -> String {
        elements.isEmpty
            ? "" : "set \(name) {\n\(type)\nelements = { \(elements.sorted().joined(separator: ", ")) }\n}\n"
    }
}

extension IPAddress {
    /// As a number, for fields that nft knows only as bits.
    fileprivate var hexadecimal: String {
        guard family == .ipv6 else { return "0x" + String(low, radix: 16) }
        let lower = String(low, radix: 16)
        return "0x" + String(high, radix: 16) + String(repeating: "0", count: 16 - lower.count) + lower
    }
}
