import Firewall

/// What dropped traced packets.
public struct Blame: Equatable, Sendable {
    public var tally: DropTally
    /// The words of each rule in the tally.
    public var texts: [DroppingRule: RuleText]

    public init(_ tally: DropTally = DropTally(), texts: [DroppingRule: RuleText] = [:]) {
        self.tally = tally
        self.texts = texts
    }
}
