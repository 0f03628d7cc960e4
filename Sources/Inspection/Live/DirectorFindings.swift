extension [Finding] {
    /// What several have found about one director, worst first. Of what more than one of them found about the same thing, that of the one
    /// who says it is worst stays, or else that of the first.
    static func joining(_ sources: [[Finding]]) -> [Finding] {
        var kept: [Finding] = []
        for source in sources {
            let before = kept
            for finding in source {
                let same = before.filter { $0.isAboutSame(as: finding) }
                guard same.allSatisfy({ $0.severity < finding.severity }) else { continue }
                if !same.isEmpty { kept.removeAll { same.contains($0) } }
                kept.append(finding)
            }
        }
        return kept.worstFirst
    }
}

extension Finding {
    fileprivate func isAboutSame(as other: Finding) -> Bool { id == other.id && subject == other.subject }
}

extension Finding {
    /// Found by sending packets through the director's packet filter.
    var isOfTrial: Bool {
        if case .trial = context { true } else { false }
    }
}

/// What the checks say of a director that is read again and again.
package struct CheckStatus: Equatable, Sendable {
    /// Of the last time they were made; nil before the first.
    package internal(set) var report: CheckReport?
    /// Why they could not be made the last time.
    package internal(set) var trouble: String?
}
