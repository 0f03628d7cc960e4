import Conntrack
import Firewall

/// By how much losses have grown between two readings.
struct LossBounds: Equatable, Sendable {
    private struct Key: Hashable {
        var point: ObservationPoint
        var packetClass: PacketClass
        var place: PacketLoss.Place
        /// Nil for every ctstate: a loss that has one may have had several before.
        var ctstate: CTState?

        init(_ loss: PacketLoss, _ ctstate: CTState?) {
            (point, packetClass, place, self.ctstate) = (loss.point, loss.packetClass, loss.place, ctstate)
        }
    }

    private var growth: [Key: Volume] = [:]

    init(_ losses: [PacketLoss], since earlier: [PacketLoss]) {
        let (now, before) = (Self.sums(losses), Self.sums(earlier))
        for (key, volume) in now { growth[key] = volume.minus(before[key] ?? Volume()) }
    }

    private static func sums(_ losses: [PacketLoss]) -> [Key: Volume] {
        var sums: [Key: Volume] = [:]
        for loss in losses {
            sums[Key(loss, loss.ctstate), default: Volume()] += loss.volume
            sums[Key(loss, nil), default: Volume()] += loss.volume
        }
        return sums
    }

    /// The loss, or as much of it as there may be; nil for nothing.
    func limit(_ loss: PacketLoss) -> PacketLoss? {
        guard let most = growth[Key(loss, loss.ctstate)] ?? growth[Key(loss, nil)], most.packets > 0 else { return nil }
        var limited = loss
        if most.packets < loss.volume.packets { limited.volume = most }
        return limited
    }
}
