import Netlink

/// Finds the texts of rules, in the network namespace of the thread that created it.
///
/// nf_tables returns rules as bytecode, which only libnftables can decompile, a whole chain at a time. So each chain is listed once, and
/// again if a requested rule is missing: at most every ten seconds, and so that listing takes at most a twentieth of the time. A text
/// that was found is kept after its rule is deleted.
///
/// A table that is deleted and recreated (a reload of firewalld) reuses its handles: an earlier rule may then get the text of a later
/// one, and vice versa.
package final class RuleCache {
    private struct Chain: Hashable {
        var family: TableFamily
        var table: String
        var name: String
    }

    private struct Page {
        var listing: Result<ChainListing, KernelError>
        /// Not listed again before then.
        var lastsUntil: ContinuousClock.Instant
    }

    private let tables: NFTables
    private var pages: [Chain: Page] = [:]
    private var found: [DroppingRule: RuleText] = [:]
    private static let purpose = "list a chain"
    private static let interval = Duration.seconds(10)

    /// Does not access the kernel yet.
    package init() throws(KernelError) { tables = try NFTables([.handles, .stateless, .terse]) }

    /// Blocks while libnftables lists the chain, if necessary: milliseconds, but seconds for tens of thousands of rules. Needs
    /// CAP_NET_ADMIN; on any failure the text is unknown.
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

    private static func text(of handle: UInt64, in listing: Result<ChainListing, KernelError>) -> RuleText {
        switch listing {
        case .success(let listing):
            guard let text = listing.rules[handle] else {
                return .unknown("the rule was gone when its chain was listed")
            }
            return .known(statement: text, hook: listing.hook)
        case .failure(let error):
            let hasGone = error.detail?.contains("No such file or directory") == true
            return .unknown(hasGone ? "the chain is gone" : error.description)
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
            return .failure(KernelError(Self.purpose, .failed, detail: "nft cannot express its name"))
        }
        do throws(KernelError) {
            return .success(try chainListing(chain, in: family))
        } catch {
            return .failure(error)
        }
    }

    /// A chain's name may be a keyword of nft(8) (`reject`), which cannot be listed; its table is listed then.
    private func chainListing(_ chain: Chain, in family: String) throws(KernelError) -> ChainListing {
        let commands = ["list chain \(family) \(chain.table) \(chain.name)", "list table \(family) \(chain.table)"]
        do throws(KernelError) {
            return ChainListing(of: chain.name, in: try tables.run(commands[0], for: Self.purpose))
        } catch {
            guard error.detail?.contains("syntax error") == true else { throw error }
            return ChainListing(of: chain.name, in: try tables.run(commands[1], for: Self.purpose))
        }
    }

    /// Whether nft's language accepts it as a name. The kernel allows any bytes, and a name from an observed namespace must not become a
    /// command.
    package static func isWord(_ name: String) -> Bool {
        let isFirst = { (scalar: Unicode.Scalar) in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_" || scalar == "."
        }
        let isLater = { (scalar: Unicode.Scalar) in ("0"..."9").contains(scalar) || scalar == "-" || scalar == "/" }
        guard let first = name.unicodeScalars.first, isFirst(first) else { return false }
        return name.unicodeScalars.allSatisfy { isFirst($0) || isLater($0) }
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
