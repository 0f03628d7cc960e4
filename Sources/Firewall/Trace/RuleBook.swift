import Netlink

/// Finds the texts of rules, in the network namespace of the thread that made it.
///
/// nf_tables gives rules as bytecode, which libnftables alone can read back, and it lists a whole chain at a time. So each chain is listed
/// once, and again when it is asked for a rule that it did not have: not more often than every ten seconds, and so that listing takes
/// no more than a twentieth of the time. A text that was found is kept when its rule goes.
///
/// A table that is deleted and made anew (a reload of firewalld) gives its handles out again: a rule of before may then get the text of
/// one of after, and the other way round.
package final class RuleBook {
    private struct Chain: Hashable {
        var family: TableFamily
        var table: String
        var name: String
    }

    private struct Page {
        var listing: Result<ChainListing, KernelError>
        /// Not taken again before that.
        var lastsUntil: ContinuousClock.Instant
    }

    private let tables: NFTables
    private var pages: [Chain: Page] = [:]
    private var found: [DroppingRule: RuleText] = [:]
    private static let purpose = "list a chain"
    private static let interval = Duration.seconds(10)

    /// Asks nothing of the kernel yet.
    package init() throws(KernelError) { tables = try NFTables([.handles, .stateless, .terse]) }

    /// Blocks while libnftables lists the chain, when it must: milliseconds, but seconds for tens of thousands of rules.
    /// Needs CAP_NET_ADMIN; whatever fails makes the text unknown.
    package func text(of rule: DroppingRule, at now: ContinuousClock.Instant) -> RuleText {
        let chain = Chain(family: rule.family, table: rule.table, name: rule.chain)
        switch rule.decision {
        case .policy:
            let listing = try? listing(of: chain, at: now) { _ in true }.get()
            return .known(statement: "policy drop", hook: listing?.hook)
        case .rule(let handle):
            let listing = listing(of: chain, at: now) { $0.rules[handle] != nil || found[rule] != nil }
            let text = Self.text(of: handle, in: listing)
            if case .known = text { found[rule] = text }
            return found[rule] ?? text
        }
    }

    private static func text(of handle: UInt64, in listing: Result<ChainListing, KernelError>) -> RuleText {
        switch listing {
        case .success(let listing):
            guard let text = listing.rules[handle] else {
                return .unknown("the rule was not there when its chain was listed")
            }
            return .known(statement: text, hook: listing.hook)
        case .failure(let error):
            let hasGone = error.detail?.contains("No such file or directory") == true
            return .unknown(hasGone ? "the chain has gone" : error.description)
        }
    }

    private func listing(
        of chain: Chain, at now: ContinuousClock.Instant, suffices: (ChainListing) -> Bool
    ) -> Result<ChainListing, KernelError> {
        if let page = pages[chain] {
            let isEnough = (try? page.listing.get()).map(suffices) ?? false
            if isEnough || now < page.lastsUntil { return page.listing }
        }
        let start = ContinuousClock.now
        let listing = list(chain)
        let effort = ContinuousClock.now - start
        pages[chain] = Page(listing: listing, lastsUntil: now + max(Self.interval, effort * 20))
        return listing
    }

    private func list(_ chain: Chain) -> Result<ChainListing, KernelError> {
        guard let family = chain.family.name, Self.isWord(chain.table), Self.isWord(chain.name) else {
            return .failure(KernelError(Self.purpose, .failed, detail: "nft has no way to write its name"))
        }
        do throws(KernelError) {
            return .success(try chainListing(chain, in: family))
        } catch {
            return .failure(error)
        }
    }

    /// A chain may have a name that nft(8) takes for a word of its own (`reject`) and cannot be asked for; its table is listed then.
    private func chainListing(_ chain: Chain, in family: String) throws(KernelError) -> ChainListing {
        let commands = ["list chain \(family) \(chain.table) \(chain.name)", "list table \(family) \(chain.table)"]
        do throws(KernelError) {
            return ChainListing(of: chain.name, in: try tables.run(commands[0], for: Self.purpose))
        } catch {
            guard error.detail?.contains("syntax error") == true else { throw error }
            return ChainListing(of: chain.name, in: try tables.run(commands[1], for: Self.purpose))
        }
    }

    /// Whether nft's own language takes it for a name. The kernel allows any bytes, and a name from an observed namespace must not
    /// become a command.
    static func isWord(_ name: String) -> Bool {
        let isFirst = { (scalar: Unicode.Scalar) in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_" || scalar == "."
        }
        let isLater = { (scalar: Unicode.Scalar) in ("0"..."9").contains(scalar) || scalar == "-" || scalar == "/" }
        guard let first = name.unicodeScalars.first, isFirst(first) else { return false }
        return name.unicodeScalars.allSatisfy { isFirst($0) || isLater($0) }
    }
}

/// The words of a dropping rule, as nft(8) writes them.
package enum RuleText: Equatable, Sendable {
    /// - statement: without counters, with the comment: `ct state invalid drop`. Of a policy: `policy drop`.
    /// - hook: of the base chain that the rule is in; nil in other chains, which may be reached from several.
    case known(statement: String, hook: String?)
    /// Why, in words: its chain has gone meanwhile.
    case unknown(String)
}
