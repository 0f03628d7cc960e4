import Addresses
import Conntrack
import Firewall
import IPVS

/// Packet rates of the observed services by ctstate, and their drop rates, computed from two observations of the same table.
package struct ObservationRates: Sendable {
    /// One service's rates since the previous observation, and its drops since counting began.
    package struct Rates: Equatable, Sendable {
        /// Packets per second after conntrack at PRE_ROUTING.
        package var states: [CTState: Double] = [:]
        /// Packets per second that were lost on their way, answers too.
        package var dropped = 0.0
        /// Packets dropped since counting began.
        package var droppedInAll: UInt64 = 0
        /// Drops per second of the latest observations, newest last.
        package var history: [Double] = []
    }

    private var rates: [Service.Identity: Rates] = [:]
    /// Of all observed services and addresses together, without history.
    package private(set) var all = Rates()
    private static let mostHistory = 120

    /// Before the first observation.
    package init() {}

    /// Nil for a service that was not in the last observation.
    package subscript(service: Service.Identity) -> Rates? { rates[service] }

    /// Takes the next observation; `earlier` is ignored if counting has started over since.
    package mutating func take(_ observation: Observation, after earlier: Observation?) {
        let earlier = earlier?.from == observation.from ? earlier : nil
        var before: [String: ObservedTraffic] = [:]
        for observed in earlier?.subjects ?? [] { before[observed.subject.description] = observed.traffic }
        let old = rates
        (rates, all) = ([:], Rates())
        let start = earlier?.to.nanoseconds ?? observation.from.nanoseconds
        let seconds = Double(max(observation.to.nanoseconds, start) - start) / 1e9
        for observed in observation.subjects {
            var fresh = Rates(
                observed.traffic, since: before[observed.subject.description] ?? ObservedTraffic(), over: seconds)
            all.add(fresh)
            guard let identity = observed.subject.service?.identity else { continue }
            fresh.history = Array(((earlier == nil ? nil : old[identity]?.history) ?? []).suffix(Self.mostHistory - 1))
            fresh.history.append(fresh.dropped)
            rates[identity] = fresh
        }
        // Of no service: their packets are in `dropped` of the observation, too.
        for (address, traffic) in observation.elsewhere {
            let fresh = Rates(traffic, since: earlier?.elsewhere[address] ?? ObservedTraffic(), over: seconds)
            all.dropped += fresh.dropped
            all.droppedInAll &+= fresh.droppedInAll
        }
    }
}

extension ObservationRates.Rates {
    fileprivate mutating func add(_ other: Self) {
        states.merge(other.states, uniquingKeysWith: +)
        dropped += other.dropped
        droppedInAll &+= other.droppedInAll
    }

    fileprivate init(_ traffic: ObservedTraffic, since before: ObservedTraffic, over seconds: Double) {
        droppedInAll = traffic.droppedPackets
        guard seconds > 0.001 else { return }
        for (cell, volume) in traffic.volumes where cell.point == traffic.firstPoint {
            let grown = volume.minus(before.volumes[cell] ?? Volume()).packets
            if grown > 0 { states[cell.ctstate, default: 0] += Double(grown) / seconds }
        }
        dropped = Double(droppedInAll - min(droppedInAll, before.droppedPackets)) / seconds
    }
}

extension ObservedTraffic {
    /// Packets of every class and ctstate that were lost, wherever that was.
    package var droppedPackets: UInt64 { losses.packets }

    /// Where their ctstate is told first.
    fileprivate var firstPoint: ObservationPoint {
        total(at: .preRouting).packets > 0 || total(at: .localInMarked).packets == 0 ? .preRouting : .localInMarked
    }
}
