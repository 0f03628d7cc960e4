import Addresses
import Conntrack
import Firewall
import IPVS

/// Packets observed since an exporter began, as totals that never go down.
///
/// An observation starts over when services change, and what was lost is a difference of two counts, which is too high by the packets that are
/// in flight when it is read, and lower the next time.
package struct PacketTotals: Sendable {
    /// Packets of one kind at one point.
    package struct Passed: Hashable, Sendable {
        package var owner: ObservedDrop.Owner
        package var point: ObservationPoint
        package var packetClass: PacketClass
        package var ctstate: CTState
    }

    /// Packets of one kind that were lost at one place.
    package struct Dropped: Hashable, Sendable {
        package var owner: ObservedDrop.Owner
        package var place: PacketLoss.Place
        package var packetClass: PacketClass
        package var ctstate: CTState
    }

    private var passing = GrowingCounts<Passed>()
    private var dropping = GrowingCounts<Dropped>()
    private var blaming = GrowingCounts<DroppingRule>()
    private var from: Moment?
    private var unobserved: [Loss] = []
    private var uncounted: Loss?
    package var losses: [Loss] { unobserved + (uncounted.map { [$0] } ?? []) }

    /// What rules have counted themselves: all packets that each has dropped, of any destination, since it was made.
    package private(set) var counted: [DroppingRule: UInt64] = [:]
    package var passed: [Passed: UInt64] { passing.totals }
    package var dropped: [Dropped: UInt64] { dropping.totals }
    /// Traced packets, which are a sample: tracing is rate-limited.
    package var traced: [DroppingRule: UInt64] { blaming.totals }

    package init() {}

    /// - Parameters:
    ///   - counters: of the rules that drop, as they are now.
    ///   - unread: why they could not be read; nil if they could.
    package mutating func take(counters: [DroppingRule: UInt64], unread: Loss?) {
        (counted, uncounted) = (counters, unread)
    }

    package mutating func take(_ observation: Observation) {
        let startsOver = from != observation.from
        from = observation.from
        unobserved = observation.losses
        let subjects =
            observation.subjects.map { ($0.subject.owner, $0.traffic) }
            + observation.elsewhere.map { (.address($0.key, port: nil), $0.value) }
        let owners = Set(subjects.map(\.0))
        var passed: [Passed: UInt64] = [:]
        for (owner, traffic) in subjects {
            for (cell, volume) in traffic.cells {
                let kind = Passed(
                    owner: owner, point: cell.point, packetClass: cell.packetClass, ctstate: cell.ctstate)
                passed[kind, default: 0] &+= volume.packets
            }
        }
        passing.take(passed, startsOver: startsOver) { owners.contains($0.owner) }
        var dropped: [Dropped: UInt64] = [:]
        for drop in observation.drops(recent: nil) {
            let identity = drop.identity
            let kind = Dropped(
                owner: identity.owner, place: identity.place, packetClass: identity.packetClass,
                ctstate: identity.ctstate)
            dropped[kind, default: 0] &+= drop.volume.packets
        }
        dropping.take(dropped, startsOver: startsOver) { owners.contains($0.owner) }
        let blamed = (observation.blame ?? []).map { ($0.rule, UInt64($0.packets)) }
        blaming.take(Dictionary(blamed, uniquingKeysWith: &+), startsOver: startsOver) { _ in true }
    }
}

/// Counts of which each is at least what it was.
struct GrowingCounts<Key: Hashable & Sendable>: Sendable {
    /// Of what was counted before it started over.
    private var earlier: [Key: UInt64] = [:]
    private var current: [Key: UInt64] = [:]

    /// - Parameters:
    ///   - startsOver: whether these count from 0 again.
    ///   - isKept: of no other key anything is kept.
    mutating func take(_ counts: [Key: UInt64], startsOver: Bool, isKept: (Key) -> Bool) {
        if startsOver {
            earlier = totals
            current = [:]
        }
        current.merge(counts, uniquingKeysWith: max)
        earlier = earlier.filter { isKept($0.key) }
        current = current.filter { isKept($0.key) }
    }

    var totals: [Key: UInt64] { earlier.merging(current, uniquingKeysWith: &+) }
}
