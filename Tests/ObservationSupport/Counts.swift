import Addresses
import Conntrack
import Firewall
import Inspection

/// A director's counters, for packets from clients to `10.0.0.100:80` unless another endpoint is given.
package struct Counts {
    package var counts: [PacketCount] = []
    private let end: Endpoint
    private let transport: IPProtocol

    package init(_ end: String = "10.0.0.100:80", _ transport: IPProtocol = .tcp) throws {
        self.end = try endpoint(end)
        self.transport = transport
    }

    /// Adds packets of a class and ctstate at a point.
    package mutating func add(
        _ point: ObservationPoint, _ packetClass: PacketClass, _ state: CTState, _ packets: UInt64
    ) {
        counts.append(
            PacketCount(
                point, packetClass, state, transport, end.address, port: end.port, packets: packets,
                bytes: packets &* 52))
    }

    /// This many packets arrived, this many of them passed the filter, and these left.
    package mutating func way(
        _ packetClass: PacketClass, _ state: CTState, _ packets: UInt64, passed: UInt64? = nil,
        leaving: CTState = .untracked
    ) {
        let passed = passed ?? packets
        add(.arrived, packetClass, .unseen, packets)
        add(.preRouting, packetClass, state, packets)
        add(.preRoutingPassed, packetClass, state, packets)
        add(.localIn, packetClass, state, packets)
        add(.localInPassed, packetClass, state, passed)
        add(.localOut, packetClass, leaving, passed)
        add(.localOutPassed, packetClass, leaving, passed)
        add(.postRouting, packetClass, leaving, passed)
    }
}

extension Counts {
    /// Measured on a real director with `net.ipv4.vs.conntrack=0` and a filter that drops INVALID.
    package static func filtered() throws -> Counts {
        var counts = try Counts()
        counts.way(.syn, .new, 2)
        counts.way(.ack, .new, 6)
        counts.way(.fin, .invalid, 5, passed: 0)
        counts.way(.rst, .invalid, 1, passed: 0)
        counts.way(.icmpError, .invalid, 1, passed: 0)
        return counts
    }

    /// The same, with a filter that accepts the packets of DR first.
    package static func fixed() throws -> Counts {
        var counts = try Counts()
        counts.way(.syn, .new, 2)
        counts.way(.ack, .new, 6)
        counts.way(.fin, .invalid, 1)
        counts.way(.rst, .invalid, 1)
        return counts
    }

    /// With `net.ipv4.vs.conntrack=1` and a filter that drops INVALID.
    package static func confirmed() throws -> Counts {
        var counts = try Counts()
        counts.way(.syn, .new, 3, leaving: .new)
        counts.way(.ack, .invalid, 9, passed: 0)
        counts.way(.fin, .invalid, 4, passed: 0)
        counts.way(.rst, .invalid, 1, passed: 0)
        return counts
    }

    /// The same, with a filter that accepts the packets of DR first.
    package static func confirmedAndMended() throws -> Counts {
        var counts = try Counts()
        counts.way(.syn, .new, 2, leaving: .new)
        counts.way(.ack, .invalid, 14, passed: 0)
        counts.way(.fin, .invalid, 2)
        counts.way(.rst, .invalid, 1)
        return counts
    }
}
