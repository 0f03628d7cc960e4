import Addresses
import Firewall
import IPVS
import Inspection
import Netlink
import Routing

/// Where packets get a mark in the sandbox.
struct MarkedTargets {
    /// Addresses with ports; only one if what opens connections is dropped at all of them.
    fileprivate(set) var found: [Service.Identity] = []
    /// How many were tried, and whether there are more.
    fileprivate(set) var tried = 0
    fileprivate(set) var isCut = false
}

extension TrialRunner {
    /// Of a service by mark that are tried with all their packets.
    private static let mostTargets = 8
    /// For one mark; for all of them.
    private static let (mostCandidates, mostLooks) = (256, 2048)

    /// A service as its packets name it; one by mark at each place where they get the mark.
    func addressed(_ service: Service) throws(KernelError) -> [AddressedService] {
        guard case .fwmark = service.identity else { return [AddressedService(service)].compactMap(\.self) }
        return try markedTargets(of: service.identity).found.compactMap { AddressedService(service, at: $0) }
    }

    /// Finds out by packets: the rules say where it is worth trying, and the mark that a packet has where IPVS would take it tells.
    func markedTargets(of service: Service.Identity) throws(KernelError) -> MarkedTargets {
        guard case .fwmark(let mark, let family) = service else { return MarkedTargets() }
        if let known = marks.targets[service] { return known }
        var targets = MarkedTargets()
        var dropped: Service.Identity?
        let candidates = candidates(for: mark, family)
        for (origin, link) in origins[family]?.all ?? [] where targets.found.isEmpty {
            for candidate in candidates.prefix(Self.mostCandidates) where !isStopped() {
                if candidate.isAnywhere, targets.found.contains(where: candidate.target.isLike) { continue }
                guard targets.found.count < Self.mostTargets,
                    let look = try look(candidate.target, origin.address, link)
                else {
                    targets.isCut = true
                    break
                }
                targets.tried += 1
                guard look.mark == mark else { continue }
                if look.hasPassed {
                    targets.found.append(candidate.target)
                } else {
                    dropped = dropped ?? candidate.target
                }
            }
        }
        if targets.found.isEmpty, let dropped { targets.found = [dropped] }
        if candidates.count > Self.mostCandidates { targets.isCut = true }
        marks.targets[service] = targets
        return targets
    }

    /// - Returns: nil if too many were tried already.
    private func look(
        _ candidate: Service.Identity, _ source: IPAddress, _ link: Int32
    ) throws(KernelError) -> MarkLooks.Look? {
        let place = MarkLooks.Place(target: candidate, source: source)
        if let known = marks.looks[place] { return known }
        guard marks.looks.count < Self.mostLooks, case .address(let `protocol`, let target) = candidate,
            let opening = Probe.opening(`protocol`)
        else { return nil }
        let packets = ProbeBytes(from: Endpoint(source, nextPort()), to: target, protocol: `protocol`)
        let outcome = try outcome(of: opening, packets, .link(link))
        // What is forwarded, IPVS does not get.
        let look = MarkLooks.Look(mark: outcome.mark, hasPassed: outcome.end == .passed(.localIn))
        marks.looks[place] = look
        return look
    }

    // MARK: Candidates

    /// Places that rules name, the most exact first, and where connections went that a mark may have brought. Where rules leave something open:
    /// the director's own addresses, and ports of any rule.
    private func candidates(for mark: UInt32, _ family: IPAddress.Family) -> [MarkCandidate] {
        let hints = sandbox.destinations.marked(mark, family)
        var seen: Set<Service.Identity> = []
        let exact = hints.filter { $0.address != nil && $0.port != nil }
        let others = hints.filter { $0.address == nil || $0.port == nil }
        var found: [MarkCandidate] = []
        // Without a rule that gives the mark, packets have it from elsewhere, which is not tried.
        let known =
            hints.isEmpty
            ? []
            : sandbox.flowsByMark.filter { $0.virtual.address.family == family }.map {
                DestinationHint(protocol: $0.protocol, address: $0.virtual.address, port: $0.virtual.port)
            }
        for hint in exact + known + others where found.count < Self.mostLooks {
            for place in places(hint, family) where seen.insert(place).inserted {
                found.append(MarkCandidate(target: place, isAnywhere: hint.address == nil))
            }
        }
        return found
    }

    private func places(_ hint: DestinationHint, _ family: IPAddress.Family) -> [Service.Identity] {
        let protocols = hint.protocol.map { [$0] } ?? [.tcp, .udp]
        let addresses = hint.address.map { [$0] } ?? ownAddresses(family)
        return protocols.filter { Probe.opening($0) != nil }.flatMap { itsProtocol in
            let ports = hint.port.map { [$0] } ?? namedPorts(itsProtocol)
            return addresses.flatMap { address in
                ports.map { Service.Identity.address(itsProtocol, Endpoint(address, $0)) }
            }
        }
    }

    /// Those that belong to no network first, as VIPs do.
    private func ownAddresses(_ family: IPAddress.Family) -> [IPAddress] {
        let own = sandbox.network.addresses.filter { $0.address.family == family && $0.address.isCopied }
        let (alone, others) = (
            own.filter { Int($0.prefixLength) == $0.address.bitWidth },
            own.filter { Int($0.prefixLength) < $0.address.bitWidth }
        )
        return (alone + others).map(\.address)
    }

    private static let usualPorts: [UInt16] = [80, 443]
    private static let mostPorts = 32

    private func namedPorts(_ protocol: IPProtocol) -> [UInt16] {
        if let known = marks.ports[`protocol`] { return known }
        let named = sandbox.destinations.all.filter { $0.protocol ?? `protocol` == `protocol` }.compactMap(\.port)
        let ports = Array((Self.usualPorts + named.filter { $0 != 0 }).withoutRepeats.prefix(Self.mostPorts))
        marks.ports[`protocol`] = ports
        return ports
    }
}

private struct MarkCandidate {
    let target: Service.Identity
    /// Whether any address would do: one that gets the mark is enough for a port.
    let isAnywhere: Bool
}

extension Service.Identity {
    fileprivate func isLike(_ other: Service.Identity) -> Bool {
        guard case .address(let one, let here) = self, case .address(let another, let there) = other else {
            return false
        }
        return one == another && here.port == there.port
    }
}

/// What was seen of marks so far: many services by mark have the same candidates.
struct MarkLooks {
    fileprivate var targets: [Service.Identity: MarkedTargets] = [:]
    fileprivate var looks: [Place: Look] = [:]
    fileprivate var ports: [IPProtocol: [UInt16]] = [:]

    fileprivate struct Place: Hashable {
        var target: Service.Identity
        var source: IPAddress
    }

    fileprivate struct Look {
        var mark: UInt32
        var hasPassed: Bool
    }
}
