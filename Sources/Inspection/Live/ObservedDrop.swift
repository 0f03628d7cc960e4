import Addresses
import Conntrack
import Firewall
import IPVS

/// Packets of one class and ctstate that were lost at one place: a row of the list of all losses.
package struct ObservedDrop: Sendable {
    /// Whose packets they are.
    package enum Owner: Hashable, Sendable {
        case service(Service.Identity)
        /// Packets to it that belong to no service: of other protocols, ICMP errors whose flow is unknown.
        case address(IPAddress, port: UInt16?)
    }

    package struct Identity: Hashable, Sendable {
        package var owner: Owner
        /// The last point that they passed; nil where a record tells of them.
        package var point: ObservationPoint?
        package var packetClass: PacketClass
        package var ctstate: CTState
        package var place: PacketLoss.Place
    }

    package enum Rules: Equatable, Sendable {
        /// No rules are between the two points.
        case impossible
        /// Nothing is traced.
        case notTraced
        /// A record tells what rules have dropped, and not of which packets.
        case notRecorded
        /// Seen to drop traced packets of this kind; none is known if empty.
        case certain([Blame])
        /// The same, but the headers of these packets do not show whose they were.
        case possible([Blame])

        package var known: [Blame] {
            switch self {
            case .certain(let rules), .possible(let rules): rules
            case .impossible, .notTraced, .notRecorded: []
            }
        }
    }

    package var identity: Identity
    /// In the span that findings are about.
    package var volume: Volume
    /// Packets per second between the last two readings of the counters; nil after the first.
    package var rate: Double?
    package var rules: Rules
}

extension ObservedSubject {
    package var owner: ObservedDrop.Owner {
        switch self {
        case .service(let service): .service(service.identity)
        case .address(let address, let port): .address(address, port: port)
        }
    }
}

extension Observation {
    /// Everything lost, by owner, in the order of a packet's path.
    ///
    /// - Parameter recent: the part since the reading before; nil if there was none.
    package func drops(recent: Observation?) -> [ObservedDrop] {
        let rates = recent?.lossRates
        return traffic.flatMap { subject, traffic in
            traffic.losses.map { loss in
                var drop = drop(loss, of: subject)
                drop.rate = rates.map { $0[drop.identity] ?? 0 }
                return drop
            }
        }
    }

    /// A loss with the rules that may have caused it.
    func drop(_ loss: PacketLoss, of subject: ObservedSubject) -> ObservedDrop {
        ObservedDrop(
            identity: ObservedDrop.Identity(subject.owner, loss), volume: loss.volume, rate: nil,
            rules: rules(loss, subject))
    }

    private var traffic: [(ObservedSubject, ObservedTraffic)] {
        subjects.map { ($0.subject, $0.traffic) }
            + elsewhere.sorted { $0.key < $1.key }.map { (.address($0.key, port: nil), $0.value) }
    }

    /// Packets per second; nil where no time has passed.
    private var lossRates: [ObservedDrop.Identity: Double]? {
        guard milliseconds > 0 else { return nil }
        return traffic.reduce(into: [:]) { rates, part in
            for loss in part.1.losses {
                rates[ObservedDrop.Identity(part.0.owner, loss), default: 0] +=
                    Double(loss.volume.packets) * 1000 / Double(milliseconds)
            }
        }
    }

    private func rules(_ loss: PacketLoss, _ subject: ObservedSubject) -> ObservedDrop.Rules {
        guard loss.place.hasRules else { return .impossible }
        guard let blame else { return .notTraced }
        // Answers come from a real server, and packets do not carry marks.
        let isToSubject = loss.side == .entering && subject.address != nil
        let seen = blame.filter { blame in
            blame.dropped.keys.contains { kind in
                kind.isLike(loss)
                    && (isToSubject ? kind.isTo(subject) : kind.target?.address.family == subject.family)
            }
        }
        return isToSubject ? .certain(seen) : .possible(seen)
    }
}

extension ObservedDrop.Owner {
    package var subject: Finding.Subject {
        switch self {
        case .service(let service): .service(service)
        case .address(let address, let port): .address(address, port: port)
        }
    }
}

extension Finding {
    /// Whether these packets are among those that it is about, as counters show; a trial shows what would be dropped.
    package func isAbout(_ drop: ObservedDrop) -> Bool {
        let (place, side) = (drop.identity.place, drop.identity.point?.side)
        guard subject == drop.identity.owner.subject else { return false }
        switch (id, context) {
        case (_, .drops(let drops)):
            return drops.place == place && drops.side == side
                && drops.groups.contains {
                    $0.packetClass == drop.identity.packetClass && $0.ctstate == drop.identity.ctstate
                }
        case (.lostBeforeLocalIn, _): return place == .routing && side == .entering
        case (.lostInIPVS, _): return place == .ipvs && side == .entering
        case (.answersLostInRouting, _): return place == .routing && side == .answering
        case (.answersLostInIPVS, _): return place == .ipvs && side == .answering
        default: return false
        }
    }
}

extension ObservedDrop.Identity {
    fileprivate init(_ owner: ObservedDrop.Owner, _ loss: PacketLoss) {
        self.init(
            owner: owner, point: loss.point, packetClass: loss.packetClass, ctstate: loss.ctstate, place: loss.place)
    }
}

extension ObservationStatus {
    /// What was lost in the span that findings are about.
    package var drops: [ObservedDrop] { recorded?.drops ?? window?.drops(recent: recent) ?? [] }
}
