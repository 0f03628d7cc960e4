import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

struct BadLiteral: Error {
    var text: String
}

/// `10.0.0.1:80`, for literals known to be valid.
func endpoint(_ text: String) throws -> Endpoint {
    guard let endpoint = Endpoint(text) else { throw BadLiteral(text: text) }
    return endpoint
}

extension ObservedSubject {
    /// A service with one real server.
    package static func service(
        _ virtual: String, _ protocol: IPProtocol = .tcp, _ destination: String = "10.0.0.3:80",
        _ method: ForwardingMethod = .dr
    ) throws -> ObservedSubject {
        try service(.address(`protocol`, endpoint(virtual)), destination, method)
    }

    /// A service with its destinations, as the subject of an observation.
    package static func service(
        _ identity: Service.Identity, _ destination: String, _ method: ForwardingMethod
    ) throws -> ObservedSubject {
        var service = Service(identity)
        service.scheduler = "rr"
        service.destinations = [Destination(try endpoint(destination), method)]
        return .service(service)
    }

    /// An address and port, as the subject of an observation.
    package static func address(_ text: String) throws -> ObservedSubject {
        let end = try endpoint(text)
        return .address(end.address, port: end.port)
    }
}

extension Observation {
    /// The counts for some subjects over half a minute: for `tcp 10.0.0.100:80` in direct routing by default.
    package static func of(
        _ counts: [PacketCount], _ subjects: [ObservedSubject]? = nil, vsConntrack: String = "0",
        connections: [String: Int] = [:]
    ) throws -> Observation {
        var observation = Observation(
            Origin(
                takenAt: Moment(nanoseconds: 1_795_406_430_020_000_000), host: "lb1", kernelRelease: "6.1.0-56-amd64",
                networkNamespace: nil
            ),
            from: Moment(nanoseconds: 1_795_406_400_000_000_000), to: Moment(nanoseconds: 1_795_406_430_020_000_000))
        let plan = ObservationPlan(try subjects ?? [.service("10.0.0.100:80")])
        observation.take(counts, plan)
        var census = ConnectionCensus(plan)
        observation.sysctls.values = ["net.ipv4.vs.conntrack": vsConntrack]
        for (state, count) in connections {
            for port in 0..<count {
                let connection = Connection(
                    .tcp, client: try endpoint("10.0.0.1:\(1000 + port)"), virtual: try endpoint("10.0.0.100:80"),
                    destination: try endpoint("10.0.0.3:80"), state: ConnectionState(state), expires: 890)
                census.take(connection)
            }
        }
        observation.take(census)
        return observation
    }
}

extension Blame {
    /// Traced packets to an address, dropped by `ip filter INPUT handle 5` unless specified otherwise.
    package static func of(
        _ kinds: [PacketClass: Int], to target: String = "10.0.0.100:80", chain: String = "INPUT", handle: UInt64? = 5,
        state: CTState = .invalid
    ) throws -> Blame {
        let decision = handle.map { DroppingRule.Decision.rule(handle: $0) } ?? .policy
        let rule = DroppingRule(family: .ip, table: "filter", chain: chain, decision: decision)
        let end = try endpoint(target)
        var dropped: [TracedKind: Int] = [:]
        for (packetClass, count) in kinds {
            let isICMP = packetClass == .icmpError
            let kind = TracedKind(
                packetClass, state: state, protocol: isICMP ? .icmp : .tcp, icmpName: isICMP ? "frag-needed" : nil,
                target: .init(end.address, isICMP ? nil : end.port))
            dropped[kind] = count
        }
        let statement = handle == nil ? "policy drop" : "ct state invalid drop"
        return Blame(rule, .known(statement: statement, hook: "input"), dropped: dropped)
    }
}
