import Netlink

/// Finds the texts of rules, in the network namespace of the thread that made it.
///
/// nf_tables gives rules as bytecode, which libnftables alone can read back, and it lists a whole chain at a time. So each chain is listed
/// once, and again when it is asked for a rule that it did not have, but not more often than every ten seconds.
public final class RuleBook {
    private struct Chain: Hashable {
        var family: TableFamily
        var table: String
        var name: String
    }

    private struct Page {
        var listing: Result<ChainListing, KernelError>
        var takenAt: ContinuousClock.Instant
    }

    private let tables: NFTables
    private var pages: [Chain: Page] = [:]
    private static let interval = Duration.seconds(10)

    /// Asks nothing of the kernel yet.
    public init() throws(KernelError) { tables = try NFTables([.handles, .stateless, .terse]) }

    /// Blocks while libnftables lists the chain, when it must: milliseconds, and a second for tens of thousands of rules.
    /// Needs CAP_NET_ADMIN; whatever fails makes the text unknown.
    public func text(of rule: DroppingRule, at now: ContinuousClock.Instant) -> RuleText {
        let chain = Chain(family: rule.family, table: rule.table, name: rule.chain)
        switch rule.decision {
        case .policy:
            let listing = try? listing(of: chain, at: now) { _ in true }.get()
            return .known(statement: "policy drop", hook: listing?.hook)
        case .rule(let handle):
            return Self.text(of: handle, in: listing(of: chain, at: now) { $0.rules[handle] != nil })
        }
    }

    private static func text(of handle: UInt64, in listing: Result<ChainListing, KernelError>) -> RuleText {
        switch listing {
        case .success(let listing):
            guard let text = listing.rules[handle] else { return .unknown("the rule has gone") }
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
            if isEnough || now - page.takenAt < Self.interval { return page.listing }
        }
        let listing = list(chain)
        pages[chain] = Page(listing: listing, takenAt: now)
        return listing
    }

    private func list(_ chain: Chain) -> Result<ChainListing, KernelError> {
        let purpose = "list a chain"
        guard let family = chain.family.name, Self.isWord(chain.table), Self.isWord(chain.name) else {
            return .failure(KernelError(purpose, .failed, detail: "nft has no way to write its name"))
        }
        do throws(KernelError) {
            return .success(ChainListing(try tables.run("list chain \(family) \(chain.table) \(chain.name)", for: purpose)))
        } catch {
            return .failure(error)
        }
    }

    /// Whether nft's own language takes it for a name. The kernel allows any bytes, and a name from an observed namespace must not
    /// become a command.
    static func isWord(_ name: String) -> Bool {
        let isFirst = { (byte: UInt8) in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || [UInt8(ascii: "_"), UInt8(ascii: ".")].contains(byte)
        }
        let isLater = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || [UInt8(ascii: "-"), UInt8(ascii: "/")].contains(byte)
        }
        guard let first = name.utf8.first, isFirst(first) else { return false }
        return name.utf8.allSatisfy { isFirst($0) || isLater($0) }
    }
}
