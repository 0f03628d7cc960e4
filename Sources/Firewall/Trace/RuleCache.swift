import Netlink

/// Finds the texts of rules, in the network namespace of the thread that created it, and calls it.
///
/// nf_tables returns rules as bytecode, which nft(8) makes text of, a whole chain at a time. So each chain is listed once, and again if a
/// requested rule is missing: at most every ten seconds, and so that listing takes at most a twentieth of the time. A text that was found
/// is kept after its rule is deleted.
///
/// A table that is deleted and recreated (a reload of firewalld) reuses its handles: an earlier rule may then get the text of a later
/// one, and vice versa.
package final class RuleCache {
    private struct Chain: Hashable {
        var family: TableFamily
        var table: String
        var name: String
    }

    private typealias Listing = Result<ChainListing, RuleListing.Failure>

    private struct Page {
        var listing: Listing
        /// Not listed again before then.
        var lastsUntil: ContinuousClock.Instant
    }

    private let source: RuleListing
    private var pages: [Chain: Page] = [:]
    private var found: [DroppingRule: RuleText] = [:]
    private static let interval = Duration.seconds(10)

    /// Does not access the kernel yet.
    package init() { source = RuleListing(of: LiveKernel()) }

    /// Blocks while the chain is listed, if necessary: milliseconds, but seconds for tens of thousands of rules. Needs CAP_NET_ADMIN; on any
    /// failure the text is unknown.
    package func text(of rule: DroppingRule, at now: ContinuousClock.Instant) -> RuleText {
        let chain = Chain(family: rule.family, table: rule.table, name: rule.chain)
        switch rule.decision {
        case .policy:
            let listing = try? listing(of: chain, at: now) { _ in true }.get()
            return .known(statement: "policy drop", hook: listing?.hook)
        case .legacyRule, .legacyPolicy: return .unknown("it is not one of nf_tables")
        case .rule(let handle):
            let listing = listing(of: chain, at: now) { $0.rules[handle] != nil || found[rule] != nil }
            let text = Self.text(of: handle, in: listing)
            if case .known = text { found[rule] = text }
            return found[rule] ?? text
        }
    }

    private static func text(of handle: UInt64, in listing: Listing) -> RuleText {
        switch listing {
        case .success(let listing):
            guard let text = listing.rules[handle] else {
                return .unknown("the rule was gone when its chain was listed")
            }
            return .known(statement: text, hook: listing.hook)
        case .failure(.chainIsGone): return .unknown("the chain is gone")
        case .failure(.error(let error)): return .unknown(error.description)
        }
    }

    private func listing(
        of chain: Chain, at now: ContinuousClock.Instant, suffices: (ChainListing) -> Bool
    ) -> Listing {
        if let page = pages[chain] {
            let isEnough = (try? page.listing.get()).map(suffices) ?? false
            if isEnough || now < page.lastsUntil { return page.listing }
        }
        let start = ContinuousClock.now
        let listing = Listing { () throws(RuleListing.Failure) in
            try source.list(chain.name, chain.table, chain.family)
        }
        let effort = ContinuousClock.now - start
        pages[chain] = Page(listing: listing, lastsUntil: now + max(Self.interval, effort * 20))
        return listing
    }
}

/// The text of a dropping rule, as written by nft(8).
package enum RuleText: Equatable, Sendable {
    /// - statement: without counters, with the comment: `ct state invalid drop`. For a policy: `policy drop`.
    /// - hook: of the rule's base chain; nil for other chains, which may be reached from several.
    case known(statement: String, hook: String?)
    /// Why, in words, e.g. its chain is gone.
    case unknown(String)
}
