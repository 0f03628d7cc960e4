import Conntrack
import Firewall

package struct Volume: Equatable, Sendable {
    package var packets: UInt64
    /// Of IP packets, including headers.
    package var bytes: UInt64

    package init(packets: UInt64 = 0, bytes: UInt64 = 0) {
        self.packets = packets
        self.bytes = bytes
    }

    /// Saturates at the maximum, should kernel counters ever exceed it.
    static func += (left: inout Volume, right: Volume) {
        left.packets = Self.sum(left.packets, right.packets)
        left.bytes = Self.sum(left.bytes, right.bytes)
    }

    private static func sum(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let (sum, isOver) = left.addingReportingOverflow(right)
        return isOver ? .max : sum
    }

    /// What is missing in `rest`; never negative.
    func minus(_ rest: Volume) -> Volume {
        Volume(
            packets: packets > rest.packets ? packets - rest.packets : 0,
            bytes: bytes > rest.bytes ? bytes - rest.bytes : 0)
    }
}

/// The packets of one subject: for each class, how many passed each point, in which ctstate.
package struct ObservedTraffic: Equatable, Sendable {
    /// What is counted separately.
    package struct Cell: Hashable, Sendable, Comparable {
        package var point: ObservationPoint
        package var packetClass: PacketClass
        /// The state assigned by conntrack.
        package var ctstate: CTState

        package init(_ point: ObservationPoint, _ packetClass: PacketClass, _ ctstate: CTState) {
            self.point = point
            self.packetClass = packetClass
            self.ctstate = ctstate
        }

        /// In the order of a packet's path, then of the classes.
        package static func < (left: Cell, right: Cell) -> Bool {
            (left.point.position, left.packetClass.position, left.ctstate)
                < (right.point.position, right.packetClass.position, right.ctstate)
        }
    }

    /// A cell with its count.
    package typealias Element = (cell: Cell, volume: Volume)

    /// Every cell ever counted, including those without packets.
    package private(set) var volumes: [Cell: Volume] = [:]

    /// What takes the packets behind the packet filter at LOCAL_IN.
    package var taker = Taker.unknown
    /// How many may be lost at most, of a part of what was counted.
    private(set) var mostLost: LossBounds?

    /// Whether answers are known by the real server's address before IPVS translates them, and by the service's behind it, and are of no other
    /// service: then what does not come so far is lost.
    package var followsAnswers = false

    /// Points at which not all packets were counted: what has not come there is not lost for that.
    package var uncounted: Set<ObservationPoint> = []

    package enum Taker: Sendable {
        /// The host itself.
        case host
        /// IPVS, which sends all of them on as they are (DR): what it takes and does not send is lost.
        case directRouting
        /// IPVS, which changes them: they leave as others.
        case unknown
    }

    package init() {}

    package mutating func add(_ count: PacketCount) {
        let volume = Volume(packets: count.packets, bytes: count.bytes)
        volumes[Cell(count.point, count.packetClass, count.ctstate), default: Volume()] += volume
    }

    /// Leaves what came after an earlier reading. Packets that were in flight then were counted at later points only, and so seem to be lost
    /// now: no more were than the losses of everything have grown.
    mutating func subtract(_ earlier: ObservedTraffic) {
        mostLost = LossBounds(losses, since: earlier.losses)
        for (cell, before) in earlier.volumes { volumes[cell] = volumes[cell]?.minus(before) }
    }

    /// A part of the counts. It is not known what was lost of them: a loss is a difference of two counts.
    func counts(where isWanted: (Cell, Volume) -> Bool) -> ObservedTraffic {
        var part = self
        part.volumes = volumes.filter { isWanted($0.key, $0.value) }
        return part
    }

    /// Whether no packet was counted; there may be counters without packets.
    package var isEmpty: Bool { volumes.values.allSatisfy { $0.packets == 0 } }

    /// The counts, without cells that saw nothing.
    package var cells: [Element] {
        volumes.filter { $0.value.packets > 0 }.sorted { $0.key < $1.key }.map { (cell: $0.key, volume: $0.value) }
    }

    /// The classes seen, in order.
    package var classes: [PacketClass] { classes(at: ObservationPoint.allCases) }

    /// Those seen at one of some points.
    package func classes(at points: [ObservationPoint]) -> [PacketClass] {
        let seen = Set(volumes.filter { points.contains($0.key.point) && $0.value.packets > 0 }.map(\.key.packetClass))
        return PacketClass.allCases.filter { seen.contains($0) }
    }

    /// The packets of a class at a point, by ctstate.
    package func states(of packetClass: PacketClass, at point: ObservationPoint) -> [(ctstate: CTState, volume: Volume)]
    {
        volumes.filter { $0.key.point == point && $0.key.packetClass == packetClass && $0.value.packets > 0 }
            .sorted { $0.key.ctstate < $1.key.ctstate }.map { (ctstate: $0.key.ctstate, volume: $0.value) }
    }

    /// Packets of a class at a point, in every ctstate.
    package func total(of packetClass: PacketClass, at point: ObservationPoint) -> Volume {
        states(of: packetClass, at: point).reduce(into: Volume()) { $0 += $1.volume }
    }

    /// Packets of every class and ctstate at a point.
    package func total(at point: ObservationPoint) -> Volume {
        volumes.filter { $0.key.point == point }.reduce(into: Volume()) { $0 += $1.value }
    }

    /// Packets that came to the packet filter at LOCAL_IN: some have the mark that they are known by only there.
    package var reached: Volume {
        classes(at: [.localIn, .localInMarked]).reduce(into: Volume()) { sum, packetClass in
            let (early, late) = (total(of: packetClass, at: .localIn), total(of: packetClass, at: .localInMarked))
            sum += early.packets >= late.packets ? early : late
        }
    }
}

extension [ObservedTraffic.Element] {
    /// The sum; saturates at the maximum.
    var packets: UInt64 { reduce(into: Volume()) { $0 += $1.volume }.packets }
}

extension ObservationPoint {
    fileprivate var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension PacketClass {
    fileprivate var position: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
