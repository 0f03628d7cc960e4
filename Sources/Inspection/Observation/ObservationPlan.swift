import Addresses
import Conntrack
import Firewall
import IPVS

/// What has to be counted for some subjects, and which subject a count belongs to.
package struct ObservationPlan: Equatable, Sendable {
    package let subjects: [ObservedSubject]
    /// All services of the director, as far as they are known.
    package let services: [Service]
    /// What has to be counted for them.
    package private(set) var targets = ObservationTargets()
    /// Whether IPVS is present.
    private let forwards: Bool
    /// Indices of subjects by the observed end of their packets.
    private var owners: [End: [Int]] = [:]
    private var ownersByMark: [ObservationTargets.Mark: [Int]] = [:]

    /// The observed end of a packet; nil means every protocol or port.
    private struct End: Hashable {
        var side: ObservationPoint.Side
        var `protocol`: IPProtocol?
        var address: IPAddress
        var port: UInt16?
    }

    /// - Parameters:
    ///   - forwards: whether IPVS is present to forward packets; without it, none leave for an address that came in to it, and the
    ///     hooks on that path are not used.
    ///   - services: all of the director's; nil if the subjects are all of them.
    package init(_ subjects: [ObservedSubject], forwards: Bool = true, services: [Service]? = nil) {
        self.subjects = subjects
        self.forwards = forwards
        self.services = services ?? subjects.compactMap(\.service)
        let sides = forwards ? ObservationPoint.Side.allCases : [.entering, .answering]
        for (index, subject) in subjects.enumerated() {
            switch subject {
            case .service(let service): add(service, at: index)
            case .address(let address, nil): add(nil, address, nil, on: sides, at: index)
            case .address(let address, let port):
                for `protocol` in Self.withPorts { add(`protocol`, address, port, on: sides, at: index) }
            }
        }
    }

    /// The services among the subjects.
    package var observedServices: Set<Service.Identity> { Set(subjects.compactMap(\.service?.identity)) }

    private static let withPorts: [IPProtocol] = [.tcp, .udp, .sctp]

    // MARK: What is observed

    private mutating func add(_ service: Service, at index: Int) {
        switch service.identity {
        case .fwmark(let value, let family):
            let mark = ObservationTargets.Mark(value, family)
            targets.marks.insert(mark)
            ownersByMark[mark, default: []].append(index)
            for destination in service.destinations { add(destination, Self.withPorts, at: index) }
        case .address(let `protocol`, let endpoint):
            // DR keeps the address, and so do answers of real servers whose gateway is the director.
            add(`protocol`, endpoint.address, endpoint.port, on: ObservationPoint.Side.allCases, at: index)
            for destination in service.destinations { add(destination, [`protocol`], at: index) }
        }
    }

    /// Where packets go if the method changes their address.
    private mutating func add(_ destination: Destination, _ protocols: [IPProtocol], at index: Int) {
        let endpoint = destination.endpoint
        switch destination.method {
        case .nat:
            for `protocol` in protocols {
                add(`protocol`, endpoint.address, endpoint.port, on: [.leaving, .answering], at: index)
            }
        case .tun:
            targets.leaving.insert(.address(endpoint.address))
            for wrapper in Self.wrappers {
                own(End(side: .leaving, protocol: wrapper, address: endpoint.address), index)
            }
            if let port = destination.tunnel?.port, port != 0 {
                own(End(side: .leaving, protocol: .udp, address: endpoint.address, port: port), index)
            }
        default: break
        }
    }

    /// Tunnel protocols: IPIP, IPv6 in IP, GRE. GUE is UDP to the tunnel's port.
    private static let wrappers = [IPProtocol(rawValue: 4), IPProtocol(rawValue: 41), .gre]

    /// Port 0 means every port, as in IPVS.
    private mutating func add(
        _ protocol: IPProtocol?, _ address: IPAddress, _ port: UInt16?, on sides: [ObservationPoint.Side], at index: Int
    ) {
        let port = port == 0 ? nil : port
        for side in sides {
            if let `protocol`, let port {
                targets.insert(.port(`protocol`, Endpoint(address, port)), side)
            } else {
                targets.insert(.address(address), side)
            }
            own(End(side: side, protocol: `protocol`, address: address, port: port), index)
        }
    }

    private mutating func own(_ end: End, _ index: Int) {
        if owners[end]?.contains(index) != true { owners[end, default: []].append(index) }
    }

    /// What takes a subject's packets behind the packet filter.
    func taker(of subject: ObservedSubject) -> ObservedTraffic.Taker {
        guard let service = subject.service else { return forwards ? .unknown : .host }
        let isDirect = service.destinations.allSatisfy { $0.method == .dr || $0.method == .local }
        return isDirect ? .directRouting : .unknown
    }

    /// Whether answers of a service's real servers are no other's, and are known behind IPVS by an address. Packets do not keep a mark there.
    func followsAnswers(of subject: ObservedSubject) -> Bool {
        guard forwards, let service = subject.service, case .address = service.identity else { return false }
        let servers = service.returningServers
        return !servers.isEmpty && !service.mayShare(servers, with: services)
    }

    // MARK: Owners of counts

    /// The subjects that a count belongs to: several if services share a real server, none if it is about an address only.
    func owners(of count: PacketCount) -> [Int] {
        // Whose port it was is not known.
        if count.point == .rewritten {
            return subjects.indices.filter { subjects[$0].mayHave(count.protocol, to: count.address) }
        }
        return owners(
            of: End(side: count.point.side, protocol: count.protocol, address: count.address, port: count.port),
            mark: count.mark)
    }

    /// The subjects that a sample belongs to, as `owners(of:)` for counts.
    package func owners(of sample: Sample) -> [Int] {
        let (headers, isAnswer) = (sample.headers, sample.hook == .forward)
        let mark = ObservationTargets.Mark(sample.mark, headers.family)
        var end = End(
            side: isAnswer ? .answering : .entering, protocol: headers.protocol,
            address: isAnswer ? headers.source : headers.destination,
            port: isAnswer ? headers.sourcePort : headers.destinationPort)
        // An error goes back to the sender of the packet it is about.
        if let flow = headers.embedded {
            end.protocol = flow.protocol
            end.port = isAnswer ? flow.destinationPort : flow.sourcePort
        }
        return owners(of: end, mark: ownersByMark[mark] == nil ? nil : sample.mark)
    }

    func owners(of connection: Connection) -> [Int] {
        let virtual = connection.virtual
        return owners(
            of: End(side: .entering, protocol: connection.protocol, address: virtual.address, port: virtual.port),
            mark: nil)
    }

    private func owners(of end: End, mark: UInt32?) -> [Int] {
        if let mark { return ownersByMark[ObservationTargets.Mark(mark, end.address.family)] ?? [] }
        var end = end
        if let found = owners[end] { return found }
        end.port = nil
        if let found = owners[end] { return found }
        end.protocol = nil
        return owners[end] ?? []
    }
}

extension Service {
    /// Whether a packet to one of its real servers may be another service's.
    func mayShareServers(with services: [Service]) -> Bool { mayShare(destinations.map(\.endpoint), with: services) }

    fileprivate func mayShare(_ servers: some Sequence<Endpoint>, with services: [Service]) -> Bool {
        let others = services.filter { $0.identity != identity && $0.mayShareProtocol(with: self) }
        return others.flatMap(\.destinations).contains { other in
            servers.contains { $0.address == other.endpoint.address && $0.mayBePort(of: other.endpoint) }
        }
    }

    fileprivate func mayShareProtocol(with other: Service) -> Bool {
        guard case .address(let one, _) = identity, case .address(let another, _) = other.identity else { return true }
        return one == another
    }
}

extension Endpoint {
    /// Port 0 means every port, as in IPVS.
    fileprivate func mayBePort(of other: Endpoint) -> Bool { port == other.port || port == 0 || other.port == 0 }
}

/// IPVS connections by subject and IPVS state. Templates are not counted, and those of fwmark services cannot be assigned: a connection
/// does not store its mark.
package struct ConnectionCensus: Sendable {
    private let plan: ObservationPlan
    /// In the order of the plan's subjects.
    package private(set) var states: [[String: Int]]
    /// By destination, likewise.
    private var destinations: [[Endpoint: Int]]
    /// Whether there are connections of which it is not known whether another director told of them.
    package private(set) var lacksOrigins = false

    package init(_ plan: ObservationPlan) {
        self.plan = plan
        states = Array(repeating: [:], count: plan.subjects.count)
        destinations = Array(repeating: [:], count: plan.subjects.count)
    }

    /// Counts a connection for each subject that it belongs to.
    package mutating func take(_ connection: Connection) {
        guard !connection.isTemplate else { return }
        // A connection that bypasses needs no destination (`ip_vs_bypass_xmit`, net/netfilter/ipvs/ip_vs_xmit.c).
        let isBypassed = connection.details?.method == .bypass || connection.destination.address.isUnspecified
        // One that another director told of goes to where it said, if that is no destination here (`ip_vs_proc_conn`,
        // net/netfilter/ipvs/ip_vs_sync.c: it is bound to none).
        let isSynchronized = connection.details?.flags.isSynchronized ?? false
        for owner in plan.owners(of: connection) {
            states[owner][connection.state.name, default: 0] += 1
            if !isBypassed, !isSynchronized { destinations[owner][connection.destination, default: 0] += 1 }
        }
        lacksOrigins = lacksOrigins || connection.details == nil
    }

    /// Of each subject: its connections as far as IPVS may drop their packets; nil where a subject's connections cannot be told.
    ///
    /// - Parameter services: read after the connections: a destination that was added in between is not gone.
    package func risks(_ services: [Service]) -> [ConnectionRisks?] {
        let byIdentity = Dictionary(services.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
        return plan.subjects.indices.map { index in
            guard let service = plan.subjects[index].service, !service.isByMark else { return nil }
            let now = byIdentity[service.identity]?.destinations ?? []
            let gone = destinations[index].filter { !now.has($0.key) }.reduce(0) { $0 + $1.value }
            let ended = ["TIME_WAIT", "CLOSE", "FIN_WAIT", "CLOSED"].reduce(0) { $0 + (states[index][$1] ?? 0) }
            return ConnectionRisks(gone: gone, ended: ended)
        }
    }
}

/// Connections of a subject whose packets IPVS may drop.
package struct ConnectionRisks: Equatable, Sendable {
    /// Their destination is in the service no more.
    package var gone: Int
    /// They ended, and their ports may be used again.
    package var ended: Int

    /// The larger of each number: a connection that was listed once is not there for ever.
    package func most(_ other: ConnectionRisks) -> ConnectionRisks {
        ConnectionRisks(gone: max(gone, other.gone), ended: max(ended, other.ended))
    }
}

extension [Destination] {
    /// One with port 0 takes every port.
    fileprivate func has(_ endpoint: Endpoint) -> Bool {
        contains {
            $0.endpoint.address == endpoint.address && ($0.endpoint.port == endpoint.port || $0.endpoint.port == 0)
        }
    }
}
