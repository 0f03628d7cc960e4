import Inspection

/// The state of the tab with the director's findings.
struct FindingsPane: Sendable {
    /// The findings come first.
    var list = ListState()
    /// The chosen finding, with which the cursor stays; nil if it is on another line.
    private(set) var chosen: Subject?

    /// What a finding is known by: its numbers change.
    struct Subject: Sendable {
        let id: Finding.ID
        private let subject: Finding.Subject
        /// Which of those that are alike.
        private let ordinal: Int

        /// - Returns: nil if there is none at the position.
        init?(_ position: Int, of findings: [Finding]) {
            guard findings.indices.contains(position) else { return nil }
            (id, subject) = (findings[position].id, findings[position].subject)
            let (id, subject) = (id, subject)
            ordinal = findings[..<position].count { $0.id == id && $0.subject == subject }
        }

        func position(in findings: [Finding]) -> Int? {
            let alike = findings.indices.filter { findings[$0].id == id && findings[$0].subject == subject }
            return alike.indices.contains(ordinal) ? alike[ordinal] : nil
        }
    }

    func selected(in findings: [Finding]) -> Finding? {
        if list.hold != .place, let chosen { return chosen.position(in: findings).map { findings[$0] } }
        return findings.indices.contains(list.selected) ? findings[list.selected] : nil
    }

    /// The cursor was put on a line.
    mutating func choose(in findings: [Finding]) {
        guard list.hold == .row else { return }
        chosen = Subject(list.selected, of: findings)
    }

    /// There may be other findings.
    mutating func renew(_ findings: [Finding], of count: Int, page: Int) {
        guard let chosen else { return list.select(list.selected, of: count, page: page) }
        let position = chosen.position(in: findings)
        list.follow(position, of: count, page: page, isPinned: list.isDetailed)
        if position == nil { choose(in: findings) }
    }
}

extension Model {
    /// The finding whose row is selected.
    var selectedFinding: Finding? { findings.selected(in: director.findings) }
}
