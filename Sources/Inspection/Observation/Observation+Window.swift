import Addresses
import Firewall

extension Observation {
    /// What came after an earlier reading of the same counting, as if it had begun then.
    ///
    /// A rule that no packet was traced to since stays named if none else is: few packets are traced, and more were dropped.
    ///
    /// - Returns: everything, if counting has started over since.
    package func since(_ earlier: Observation) -> Observation {
        guard earlier.from == from, earlier.subjects.map(\.subject) == subjects.map(\.subject) else { return self }
        var window = self
        window.from = earlier.to
        for (index, before) in earlier.subjects.enumerated() { window.subjects[index].traffic.subtract(before.traffic) }
        for (address, before) in earlier.elsewhere { window.elsewhere[address]?.subtract(before) }
        window.samples = samples.map { $0.filter { $0.moment.nanoseconds >= earlier.to.nanoseconds } }
        for (counter, before) in earlier.outside ?? [:] {
            if let now = outside?[counter] { window.outside?[counter] = now - min(now, before) }
        }
        let fresh = blame?.compactMap { blame in
            blame.since(earlier.blame?.first { $0.rule == blame.rule })
        }
        if fresh?.isEmpty == false { window.blame = fresh }
        return window
    }

    /// Packets that were lost, of every subject and address.
    package var droppedPackets: UInt64 { allTraffic.flatMap(\.losses).packets }

    /// Packets that came, of every subject.
    package var receivedPackets: UInt64 { subjects.map(\.traffic.receivedPackets).reduce(0, &+) }
}

extension ObservedTraffic {
    /// Packets that came.
    package var receivedPackets: UInt64 { max(total(at: .preRouting).packets, reached.packets) }
}

extension Blame {
    /// Without the packets that were traced before; nil if there are no others.
    fileprivate func since(_ earlier: Blame?) -> Blame? {
        var rest = self
        for (kind, before) in earlier?.dropped ?? [:] {
            let now = rest.dropped[kind] ?? 0
            rest.dropped[kind] = now > before ? now - before : nil
        }
        return rest.dropped.isEmpty ? nil : rest
    }
}

/// Which packets of an observation findings are about.
package enum ObservationSpan: Sendable {
    /// Those of about the last minute: what was dropped before a fix says nothing of the time after it.
    case lastMinute
    case sinceStart
}

/// The latest of what is observed, and earlier readings of it to compare with.
struct ObservationWindow: Sendable {
    var span = ObservationSpan.lastMinute
    private var reset: Observation?
    /// The oldest first, a while apart.
    private var earlier: [Observation] = []

    private static let apart: UInt64 = 10_000_000_000
    private static let minute: UInt64 = 60_000_000_000

    /// From now on, what was counted until then is forgotten.
    mutating func restart(at last: Observation?) { reset = last }

    mutating func take(_ observation: Observation) {
        if earlier.last?.from != observation.from { (earlier, reset) = ([], nil) }
        if observation.to.nanoseconds >= (earlier.last?.to.nanoseconds ?? 0) + Self.apart {
            earlier.append(observation)
        }
        while earlier.count > 1, earlier[1].to.nanoseconds + Self.minute <= observation.to.nanoseconds {
            earlier.removeFirst()
        }
    }

    /// The part of an observation that is in the span.
    func part(of observation: Observation) -> Observation {
        var start = reset
        if span == .lastMinute, let first = earlier.first,
            first.to.nanoseconds + Self.minute <= observation.to.nanoseconds,
            first.to.nanoseconds > start?.to.nanoseconds ?? 0
        {
            start = first
        }
        return start.map(observation.since) ?? observation
    }
}
