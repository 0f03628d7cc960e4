import Addresses
import Conntrack
import Firewall
import IPVS

/// How fast packets of observed services come, by ctstate, and are dropped: from two observations of the same table.
package struct ObservationRates: Sendable {
    /// What a service's packets came to since the observation before, and since counting began.
    package struct Rates: Equatable, Sendable {
        /// Packets a second behind conntrack at PRE_ROUTING.
        package var states: [CTState: Double] = [:]
        /// Packets a second that came in front of the packet filter and not behind it.
        package var dropped = 0.0
        /// All that were dropped since counting began.
        package var droppedInAll: UInt64 = 0
        /// The drops a second of the last observations, the newest last.
        package var history: [Double] = []
    }

    private var rates: [Service.Identity: Rates] = [:]
    private static let mostHistory = 120

    /// Before the first observation.
    package init() {}

    /// Nil for a service that the last observation did not have.
    package subscript(service: Service.Identity) -> Rates? { rates[service] }

    /// Takes the next observation; nil before it when counting has started over.
    package mutating func take(_ observation: Observation, after earlier: Observation?) {
        let earlier = earlier?.from == observation.from ? earlier : nil
        var before: [Service.Identity: ObservedTraffic] = [:]
        for observed in earlier?.subjects ?? [] {
            if let identity = observed.subject.service?.identity { before[identity] = observed.traffic }
        }
        let old = rates
        rates = [:]
        let start = earlier?.to.nanoseconds ?? observation.from.nanoseconds
        let seconds = Double(max(observation.to.nanoseconds, start) - start) / 1e9
        for observed in observation.subjects {
            guard let identity = observed.subject.service?.identity else { continue }
            var fresh = Rates(observed.traffic, since: before[identity] ?? ObservedTraffic(), over: seconds)
            fresh.history = Array(((earlier == nil ? nil : old[identity]?.history) ?? []).suffix(Self.mostHistory - 1))
            fresh.history.append(fresh.dropped)
            rates[identity] = fresh
        }
    }
}

extension ObservationRates.Rates {
    fileprivate init(_ traffic: ObservedTraffic, since before: ObservedTraffic, over seconds: Double) {
        droppedInAll = traffic.droppedPackets
        guard seconds > 0.001 else { return }
        for (cell, volume) in traffic.volumes where cell.point == .preRouting {
            let grown = volume.minus(before.volumes[cell] ?? Volume()).packets
            if grown > 0 { states[cell.ctstate, default: 0] += Double(grown) / seconds }
        }
        dropped = Double(droppedInAll - min(droppedInAll, before.droppedPackets)) / seconds
    }
}

extension ObservedTraffic {
    /// Packets that came in front of the packet filter and not behind it, of every class and ctstate.
    package var droppedPackets: UInt64 { dropped.packets }
}
