import Addresses
import Conntrack
import Firewall

/// The rows of an observation that a filter selects; all of them without one. Sums are those of the shown rows.
package struct ShownObservation: Sendable {
    package let filter: ObservationFilter?
    /// In the order of the plan.
    package let subjects: [(observed: Observed, traffic: ShownTraffic)]
    /// By address, in order.
    package let elsewhere: [(address: IPAddress, traffic: ShownTraffic)]
    /// How many services and addresses have no such rows, and nothing wrong.
    package let leftOut: Int
    /// Nil if nothing was traced.
    package let blame: [Blame]?
    /// Nil if none were requested.
    package let samples: [Sample]?

    fileprivate init(_ observation: Observation, _ filter: ObservationFilter?) {
        self.filter = filter
        let subjects = observation.subjects.map { observed in
            (observed: observed, traffic: observation.shown(observed.traffic, of: observed.subject, filter))
        }
        self.subjects = subjects.filter { observed, traffic in
            filter == nil || !traffic.isEmpty || observation.findings(about: observed).nameSomethingWrong
        }
        let elsewhere = observation.elsewhere.sorted { $0.key < $1.key }.map { address, traffic in
            (address: address, traffic: observation.shown(traffic, of: .address(address, port: nil), filter))
        }
        self.elsewhere = elsewhere.filter { address, traffic in
            filter == nil || !traffic.isEmpty || observation.findings(elsewhere: address).nameSomethingWrong
        }
        leftOut = subjects.count - self.subjects.count + elsewhere.count - self.elsewhere.count
        blame = filter.map(observation.blame) ?? observation.blame
        samples = filter.map(observation.samples) ?? observation.samples
    }

    /// Whether a filter selects no row at all.
    package var isEmpty: Bool {
        subjects.allSatisfy(\.traffic.isEmpty) && elsewhere.allSatisfy(\.traffic.isEmpty) && blame?.isEmpty ?? true
            && samples?.isEmpty ?? true
    }
}

extension Observation {
    /// The rows that a filter selects.
    package func shown(by filter: ObservationFilter?) -> ShownObservation { ShownObservation(self, filter) }

    fileprivate func shown(
        _ traffic: ObservedTraffic, of subject: ObservedSubject, _ filter: ObservationFilter?
    ) -> ShownTraffic {
        guard let expression = filter?.expression else { return ShownTraffic(traffic, traffic, traffic.losses) }
        let counts = traffic.counts { expression.accepts(FilteredCount($0, $1, of: subject)) }
        let losses = traffic.losses.filter { expression.accepts(FilteredDrop(drop($0, of: subject), of: subject)) }
        return ShownTraffic(traffic, counts, losses)
    }

    fileprivate func blame(_ filter: ObservationFilter) -> [Blame]? {
        let subjects = subjects.map(\.subject)
        return blame?.compactMap { blame in
            var shown = blame
            shown.dropped = blame.dropped.filter { kind, _ in
                filter.expression.accepts(FilteredTrace(kind, by: blame, among: subjects))
            }
            return shown.dropped.isEmpty ? nil : shown
        }
    }

    fileprivate func samples(_ filter: ObservationFilter) -> [Sample]? {
        guard let samples, !samples.isEmpty else { return samples }
        let plan = ObservationPlan(subjects.map(\.subject), services: services)
        return samples.filter { sample in
            let owners = plan.owners(of: sample).map { subjects[$0].subject.owner }
            return filter.expression.accepts(FilteredSample(sample, of: owners))
        }
    }
}

extension [Finding] {
    fileprivate var nameSomethingWrong: Bool { contains { $0.severity > .info } }
}

/// The counts of a subject that are shown, beside all of them.
package struct ShownTraffic: Sendable {
    package let whole: ObservedTraffic
    private let counts: ObservedTraffic
    /// Those that are shown, of the losses of everything.
    package let losses: [PacketLoss]

    fileprivate init(_ whole: ObservedTraffic, _ counts: ObservedTraffic, _ losses: [PacketLoss]) {
        (self.whole, self.counts, self.losses) = (whole, counts, losses)
    }

    /// Whether nothing is shown.
    package var isEmpty: Bool { counts.isEmpty && losses.isEmpty }

    /// As of `ObservedTraffic`, as are the others.
    package var cells: [ObservedTraffic.Element] { counts.cells }

    package func classes(at points: [ObservationPoint]) -> [PacketClass] { counts.classes(at: points) }

    package func states(of packetClass: PacketClass, at point: ObservationPoint) -> [(ctstate: CTState, volume: Volume)]
    {
        counts.states(of: packetClass, at: point)
    }

    package func total(of packetClass: PacketClass, at point: ObservationPoint) -> Volume {
        counts.total(of: packetClass, at: point)
    }

    /// Whether packets of a class were counted at a point, and no such count is shown.
    package func hides(_ packetClass: PacketClass, at point: ObservationPoint) -> Bool {
        total(of: packetClass, at: point).packets == 0 && whole.total(of: packetClass, at: point).packets > 0
    }
}
