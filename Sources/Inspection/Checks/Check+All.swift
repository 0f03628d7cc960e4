extension Check {
    /// All of them, in the order in which they are listed: what loses traffic first. A new one is added to the list that it belongs to, its id to
    /// `Finding.ID`, its sentences to `CheckSentences`, and its section to ct-inspect-findings(7).
    package static let all: [Check] =
        filterChecks + ownAnswerChecks + triedRuleChecks + ruleChecks + serviceChecks + kernelPartChecks + networkChecks
        + offloadChecks
        + trackingChecks
        + failoverChecks + partnerChecks + settingChecks + tableChecks + growthChecks + trafficChecks

    /// The one with this id.
    package static func named(_ id: String) -> Check? { all.first { $0.id.rawValue == id } }
}
