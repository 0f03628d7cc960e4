import Conntrack
import Firewall

/// Packets that passed one point and not the next.
package struct PacketLoss: Equatable, Sendable {
    /// The last point that they passed.
    package var point: ObservationPoint
    package var packetClass: PacketClass
    /// At that point.
    package var ctstate: CTState
    package var volume: Volume
    package var place: Place

    /// What lies between the two points.
    package enum Place: String, CaseIterable, Sendable {
        /// Rules at PRE_ROUTING before conntrack (raw), and conntrack itself.
        case beforeConntrack = "before_conntrack"
        case preRouting = "pre_routing"
        /// No rules, but routing: the address is not local, or rp_filter; of answers also their size, and what they came by.
        case routing
        case localIn = "local_in"
        /// No rules, but IPVS.
        case ipvs
        case forward
        case localOut = "local_out"
        case postRouting = "post_routing"

        /// Whether a rule of the packet filter may be to blame; elsewhere none can.
        package var hasRules: Bool { self != .routing && self != .ipvs }
    }

    /// Which packets they are.
    package var side: ObservationPoint.Side { point.side }

    /// They are of a client on the director itself.
    package var isLocalRequest: Bool { point == .localRequest || point == .localRequestSent }
}

extension ObservedTraffic {
    /// Everything lost, in the order of a packet's path.
    ///
    /// Counters are read one after the other, later points later, so none of them is a packet in flight. Where packets join on the way
    /// (others that NAT sends to the same address), this is a lower bound.
    package var losses: [PacketLoss] {
        mostLost.map { bounds in uncorrected.compactMap(bounds.limit) } ?? uncorrected
    }

    private var uncorrected: [PacketLoss] {
        var losses = lost(from: .arrived, to: [.preRouting], .beforeConntrack)
        losses += lost(from: .preRouting, to: [.preRoutingPassed, .rewritten], .preRouting).filter {
            // An error about a rewritten connection is rewritten, too, and not counted as that.
            $0.packetClass != .icmpError || total(at: .rewritten).packets == 0
        }
        losses += lost(from: .preRoutingPassed, to: [.localIn], .routing)
        losses += lostAtLocalIn + lostInDelivery + lostRequests
        losses += lost(from: .answerIn, to: [.answerInPassed], .preRouting)
        if followsAnswers { losses += lost(from: .answerInPassed, to: [.forward, .answerDelivered], .routing) }
        losses += lost(from: .forward, to: [.forwardPassed], .forward) + lostInTranslation
        // IPVS untracks those that it recognizes there (`handle_response`, net/netfilter/ipvs/ip_vs_core.c).
        losses += lost(from: .answerOut, to: [.answerOutPassed], .localOut, keepsState: false)
        losses += lost(from: .answerLeaving, to: [.answerLeft], .postRouting)
        losses += lost(from: .localOut, to: [.localOutPassed], .localOut)
        return losses + lost(from: .localOutPassed, to: [.postRouting], .postRouting)
    }

    /// Packets that NAT took elsewhere at PRE_ROUTING. They are counted by address, so no more than are missing here are taken for this one's.
    var rewritten: UInt64 {
        cells.filter { $0.cell.point == .preRouting }.reduce(0) { sum, element in
            func volume(_ point: ObservationPoint) -> Volume {
                volumes[Cell(point, element.cell.packetClass, element.cell.ctstate)] ?? Volume()
            }
            return sum &+ min(element.volume.minus(volume(.preRoutingPassed)).packets, volume(.rewritten).packets)
        }
    }

    /// Of packets known by their mark there may be some that got it at LOCAL_IN.
    private var lostAtLocalIn: [PacketLoss] {
        guard total(at: .localInMarked).packets > 0 else { return lost(from: .localIn, to: [.localInPassed], .localIn) }
        return lost(from: .localIn, to: [.localInMarked], .localIn)
            + lost(from: .localInMarked, to: [.localInPassed], .localIn)
    }

    /// IPVS gives packets another ctstate, so only classes can be compared.
    private var lostInDelivery: [PacketLoss] {
        switch taker {
        case .host: lost(from: .localInPassed, to: [.delivered], .localIn)
        case .directRouting: lost(from: .localInPassed, to: [.delivered, .localOut], .ipvs)
        case .unknown: []
        }
    }

    /// IPVS translates answers at FORWARD, and untracks them (`handle_response`, net/netfilter/ipvs/ip_vs_core.c). At POST_ROUTING there are those of
    /// the director itself, too.
    private var lostInTranslation: [PacketLoss] {
        guard followsAnswers, uncounted.isDisjoint(with: [.answerLeaving, .answerOutPassed]) else { return [] }
        return classes(at: [.forwardPassed]).compactMap { packetClass in
            let states = states(of: packetClass, at: .forwardPassed)
            let left = total(of: packetClass, at: .answerLeaving).minus(total(of: packetClass, at: .answerOutPassed))
            return loss(
                .forwardPassed, packetClass, states.count == 1 ? states[0].ctstate : .unseen,
                total(of: packetClass, at: .forwardPassed).minus(left), .ipvs)
        }
    }

    /// Of the director's own clients. What NAT and IPVS do between the two passages is not counted; and where the first route does not lead to
    /// this host, both look alike, and nothing is said.
    private var lostRequests: [PacketLoss] {
        let lost = lost(from: .localRequest, to: [.localRequestPassed], .localOut)
        let (taken, sent) = (total(at: .localRequestPassed).packets, total(at: .localRequestSent).packets)
        guard taker == .directRouting, sent <= taken else { return lost }
        return lost + self.lost(from: .localRequestSent, to: [.localRequestLeft], .localOut)
    }

    /// Those that passed a point and none of the next ones, by class and, where it stays the same, ctstate.
    private func lost(
        from point: ObservationPoint, to next: [ObservationPoint], _ place: PacketLoss.Place, keepsState: Bool = true
    ) -> [PacketLoss] {
        guard uncounted.isDisjoint(with: next) else { return [] }
        let keepsState = keepsState && place != .beforeConntrack && place != .ipvs
        return classes(at: [point]).flatMap { packetClass in
            let states = states(of: packetClass, at: point)
            if keepsState {
                return states.compactMap { state, volume in
                    let passed = next.reduce(into: Volume()) {
                        $0 += volumes[Cell($1, packetClass, state)] ?? Volume()
                    }
                    return loss(point, packetClass, state, volume.minus(passed), place)
                }
            }
            let passed = next.reduce(into: Volume()) { $0 += total(of: packetClass, at: $1) }
            let state = states.count == 1 ? states[0].ctstate : .unseen
            return [loss(point, packetClass, state, total(of: packetClass, at: point).minus(passed), place)]
                .compactMap(\.self)
        }
    }

    private func loss(
        _ point: ObservationPoint, _ packetClass: PacketClass, _ state: CTState, _ volume: Volume,
        _ place: PacketLoss.Place
    ) -> PacketLoss? {
        guard volume.packets > 0 else { return nil }
        return PacketLoss(point: point, packetClass: packetClass, ctstate: state, volume: volume, place: place)
    }

    /// What the packet filter may have dropped at one place, on one side.
    package func dropped(_ side: ObservationPoint.Side, at place: PacketLoss.Place) -> [PacketLoss] {
        losses.filter { $0.side == side && $0.place == place }
    }

    /// What rules may have dropped on the way in.
    package var droppedEntering: [PacketLoss] { losses.filter { $0.side == .entering && $0.place.hasRules } }
}

extension [PacketLoss] {
    /// The sum; saturates at the maximum.
    package var packets: UInt64 { reduce(into: Volume()) { $0 += $1.volume }.packets }
}
