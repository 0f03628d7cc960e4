import Inspection

/// The state of the tab with the director's findings and the table's health.
struct HealthPane: Sendable {
    /// The findings come first.
    var list = ListState()
    /// Whether the selected finding is shown in full.
    var isDetailed = false
}

extension Model {
    /// The finding whose row is selected.
    var selectedFinding: Finding? {
        let findings = director.findings
        return findings.indices.contains(health.list.selected) ? findings[health.list.selected] : nil
    }
}
