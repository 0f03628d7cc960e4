/// The words of a dropping rule, as nft(8) writes them.
package enum RuleText: Equatable, Sendable {
    /// - statement: without counters, with the comment: `ct state invalid drop`. Of a policy: `policy drop`.
    /// - hook: of the base chain that the rule is in; nil in other chains, which may be reached from several.
    case known(statement: String, hook: String?)
    /// Why, in words: its chain has gone meanwhile.
    case unknown(String)
}
