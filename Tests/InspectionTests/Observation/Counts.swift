import Addresses
import Conntrack
import Firewall
import IPVS
import Testing

@testable import Inspection

/// Counters as a director has them, of packets from clients to `10.0.0.100:80` unless another end is named.
struct Counts {
    var counts: [PacketCount] = []
    private let end: Endpoint
    private let transport: IPProtocol

    init(_ end: String = "10.0.0.100:80", _ transport: IPProtocol = .tcp) throws {
        self.end = try at(end)
        self.transport = transport
    }

    mutating func add(_ point: ObservationPoint, _ packetClass: PacketClass, _ state: CTState, _ packets: UInt64) {
        counts.append(
            PacketCount(
                point, packetClass, state, transport, end.address, port: end.port, packets: packets, bytes: packets * 52))
    }

    /// So many packets came, so many of them passed the filter, and these left.
    mutating func way(
        _ packetClass: PacketClass, _ state: CTState, _ packets: UInt64, passed: UInt64? = nil,
        leaving: CTState = .untracked
    ) {
        let passed = passed ?? packets
        add(.preRouting, packetClass, state, packets)
        add(.localIn, packetClass, state, packets)
        add(.localInPassed, packetClass, state, passed)
        add(.localOut, packetClass, leaving, passed)
        add(.postRouting, packetClass, leaving, passed)
    }
}

extension Counts {
    /// What was measured on a real director with `net.ipv4.vs.conntrack=0` and a filter that drops INVALID.
    static func filtered() throws -> Counts {
        var counts = try Counts()
        counts.way(.syn, .new, 2)
        counts.way(.ack, .new, 6)
        counts.way(.fin, .invalid, 5, passed: 0)
        counts.way(.rst, .invalid, 1, passed: 0)
        counts.way(.icmpError, .invalid, 1, passed: 0)
        return counts
    }

    /// The same, with a filter that accepts the packets of DR first.
    static func mended() throws -> Counts {
        var counts = try Counts()
        counts.way(.syn, .new, 2)
        counts.way(.ack, .new, 6)
        counts.way(.fin, .invalid, 1)
        counts.way(.rst, .invalid, 1)
        return counts
    }

    /// With `net.ipv4.vs.conntrack=1` and a filter that drops INVALID.
    static func confirmed() throws -> Counts {
        var counts = try Counts()
        counts.way(.syn, .new, 3, leaving: .new)
        counts.way(.ack, .invalid, 9, passed: 0)
        counts.way(.fin, .invalid, 4, passed: 0)
        counts.way(.rst, .invalid, 1, passed: 0)
        return counts
    }

    /// The same, with a filter that accepts the packets of DR first.
    static func confirmedAndMended() throws -> Counts {
        var counts = try Counts()
        counts.way(.syn, .new, 2, leaving: .new)
        counts.way(.ack, .invalid, 14, passed: 0)
        counts.way(.fin, .invalid, 2)
        counts.way(.rst, .invalid, 1)
        return counts
    }
}

/// What was counted of some subjects: of `tcp 10.0.0.100:80` in direct routing when none is named.
func observation(
    _ counts: [PacketCount], _ subjects: [ObservedSubject]? = nil, sysctls: Sysctls = sysctls(conntrack: "0"),
    connections: [String: Int] = [:]
) throws -> Observation {
    let director = ObservedSubject.service(try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)]))
    var observation = Observation(
        takenAt: "2026-11-23T04:00:30Z", host: "lb1", kernelRelease: "6.1.0", networkNamespace: nil,
        from: Moment(nanoseconds: 0), to: Moment(nanoseconds: 30_020_000_000))
    observation.take(counts, ObservationPlan(subjects ?? [director]))
    observation.sysctls = sysctls
    for (state, count) in connections {
        for port in 0..<count {
            let client = "10.0.0.1:\(1000 + port)"
            observation.take(try connection(client, "10.0.0.100:80", "10.0.0.3:80", state: state))
        }
    }
    return observation
}

/// `ip filter INPUT handle 5`, and traced packets to an address that it dropped.
func blame(
    _ kinds: [PacketClass: Int], to target: String = "10.0.0.100:80", chain: String = "INPUT", handle: UInt64? = 5,
    state: CTState = .invalid
) throws -> Blame {
    let decision = handle.map { DroppingRule.Decision.rule(handle: $0) } ?? .policy
    let rule = DroppingRule(family: .ip, table: "filter", chain: chain, decision: decision)
    let end = try at(target)
    var dropped: [TracedKind: Int] = [:]
    for (packetClass, count) in kinds {
        let isICMP = packetClass == .icmpError
        let kind = TracedKind(
            packetClass, state: state, protocol: isICMP ? .icmp : .tcp, icmpName: isICMP ? "frag-needed" : nil,
            target: .init(end.address, isICMP ? nil : end.port))
        dropped[kind] = count
    }
    return Blame(rule, .known(statement: "ct state invalid drop", hook: "input"), dropped: dropped)
}
