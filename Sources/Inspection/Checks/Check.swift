import IPVS

/// One thing that is looked for on a director. All of them: `Check.all`.
package struct Check: Sendable {
    /// Of its findings, too.
    package let id: Finding.ID
    /// The severity at worst.
    package let worst: Finding.Severity
    /// What is looked for, in a line.
    package let title: String
    /// The facts it needs where it concerns anything.
    let needs: [Need]
    /// Whether what became of packets in the sandbox makes it judge better, where that is known.
    let isBetterTried: Bool
    /// The services it is about; nil if it is not about services. Where none of them is, all is well, whatever else is unknown.
    let concerns: (@Sendable (Service) -> Bool)?
    /// Gets facts that meet the needs.
    let find: @Sendable (DirectorFacts) -> [Finding]

    init(
        _ id: Finding.ID, _ worst: Finding.Severity, _ title: String, needs: [Need],
        isBetterTried: Bool = false, concerns: (@Sendable (Service) -> Bool)? = nil,
        find: @escaping @Sendable (DirectorFacts) -> [Finding]
    ) {
        self.id = id
        self.worst = worst
        self.title = title
        self.needs = needs
        self.isBetterTried = isBetterTried
        self.concerns = concerns
        self.find = find
    }

    package enum Result: Equatable, Sendable {
        /// At least one.
        case findings([Finding])
        case fine
        case notMade(Lack)
    }

    /// What the check says of a director.
    package func result(_ facts: DirectorFacts) -> Result {
        if let concerns, case .known(let services) = facts.services, !services.contains(where: concerns) {
            return .fine
        }
        let lacks = allNeeds.compactMap { need in facts.lack(of: need).map { (need: need, lack: $0) } }
        // What an incomplete fact shows is true; that it shows nothing proves nothing.
        if lacks.allSatisfy({ facts.hasPart(of: $0.need) }) {
            let findings = find(facts)
            if !findings.isEmpty { return .findings(findings) }
        }
        return lacks.first.map { .notMade($0.lack) } ?? .fine
    }

    /// Of a director without IPVS that is said first.
    package var allNeeds: [Need] { (concerns == nil ? [] : [.services]) + needs }

    /// Whether packets in the sandbox matter to it.
    package var isTried: Bool {
        isBetterTried || !Set(allNeeds).isDisjoint(with: [.trial, .answers, .syncTrial, .ownTrial])
    }
}
