import IPVS

/// IPVS connections by subject and IPVS state. Templates are not counted, and those of fwmark services cannot be assigned: a connection
/// does not store its mark.
package struct ConnectionCensus: Sendable {
    private let plan: ObservationPlan
    /// In the order of the plan's subjects.
    package private(set) var states: [[String: Int]]

    package init(_ plan: ObservationPlan) {
        self.plan = plan
        states = Array(repeating: [:], count: plan.subjects.count)
    }

    /// Counts a connection for each subject that it belongs to.
    package mutating func take(_ connection: Connection) {
        guard !connection.isTemplate else { return }
        for owner in plan.owners(of: connection) { states[owner][connection.state, default: 0] += 1 }
    }
}
