import Addresses
import CNetlink
import Netlink

/// The rules of a packet filter that give packets other addresses or ports (NAT): of nf_tables, also as iptables-nft writes them, and of
/// iptables-legacy.
package struct TranslationRules: Sendable {
    /// What could not be read, and why.
    package private(set) var unread: [String] = []
    private var chains = RuleChains()
    private var legacy: [LegacyTranslation] = []
    /// Of nf_tables, when it was read.
    private var generation: UInt32?

    /// No rules.
    package init() {}

    /// Those of a ruleset and of tables of iptables-legacy.
    init(_ ruleset: Ruleset, _ legacy: [LegacyTable] = []) {
        (chains, self.legacy) = (RuleChains(translatingIn: ruleset), legacy.map(LegacyTranslation.init))
    }

    /// Rules of the tables that translate: so many may have to be looked at for a packet.
    package var count: Int { chains.count + legacy.reduce(0) { $0 + $1.count } }
    /// Whether a rule looks at who sent a packet: otherwise packets of all clients meet the same.
    package var asksForSources: Bool { chains.asksForSources || legacy.contains(where: \.asksForSources) }

    /// Reads them; nf_tables again only if it has changed. What cannot be read is said. Needs CAP_NET_ADMIN.
    ///
    /// - Parameter earlier: what was read of the same network namespace before.
    package init(reading kernel: any KernelSource, after earlier: TranslationRules?) {
        do throws(KernelError) {
            let now = try? Ruleset.generation(of: kernel)
            if let earlier, now != nil, earlier.generation == now {
                (chains, generation) = (earlier.chains, now)
            } else {
                let ruleset = try Ruleset(reading: kernel)
                if ruleset.isWhole { generation = now }
                if let shortfall = ruleset.shortfall { unread.append("the rules of nf_tables: \(shortfall)") }
                chains = RuleChains(translatingIn: ruleset)
            }
        } catch { unread.append(error.description) }
        let names = LegacyTables.read(from: kernel)
        for (family, presence) in [(TableFamily.ip, names.ipv4), (.ip6, names.ipv6)] {
            do throws(KernelError) {
                if case .unknown(let error) = presence { throw error }
                guard case .tables(let names) = presence, names.contains("nat"),
                    let table = try LegacyTable.read("nat", family, from: kernel)
                else { continue }
                legacy.append(LegacyTranslation(table))
            } catch { unread.append(error.description) }
        }
    }

    /// Those that may have translated a packet, in the order of the chains: it met them at one of these hooks, unless an earlier rule ended its
    /// way.
    package func rules(for packet: PartialPacket, at hooks: [NetfilterHook]) -> [TranslatingRule] {
        chains.rules(for: packet, at: hooks) + legacy.flatMap { $0.rules(for: packet, at: hooks) }
    }
}

/// A rule that gives packets another address or port.
package struct TranslatingRule: Hashable, Sendable {
    /// Where it is: `ip nat PREROUTING handle 5`. The names are the kernel's, and not sanitized.
    package var place: String
    /// As nft(8) or iptables-legacy write it, as far as known.
    package var text: String

    package init(place: String, text: String) { (self.place, self.text) = (place, text) }
}

/// The chains of tables that translate.
private struct RuleChains: Sendable {
    private struct Chain: Hashable {
        var family: TableFamily
        var table: String
        var name: String
    }

    private struct Rule {
        var expressions: [RuleExpression]
        /// What is said of it, if it translates.
        var translating: TranslatingRule?

        init(_ object: RulesetObject) {
            expressions = object.expressions
            guard expressions.contains(where: \.translates), let handle = object.handle else { return }
            let place = DroppingRule(
                family: object.family, table: object.table, chain: object.name, decision: .rule(handle: handle))
            translating = TranslatingRule(place: place.description, text: RuleRenderer.text(of: object))
        }
    }

    private struct Base {
        var chain: Chain
        var hook: UInt32
        var priority: Int32
    }

    /// Those of type nat, in the order in which packets meet them: no other may translate (`nft_nat_validate`, net/netfilter/nft_nat.c), nor
    /// call a chain that does.
    private var bases: [Base] = []
    private var rules: [Chain: [Rule]] = [:]
    private var sets: [Chain: SetElements] = [:]
    private(set) var count = 0
    private(set) var asksForSources = false

    init() {}

    init(translatingIn ruleset: Ruleset) {
        for chain in ruleset[.chain] where chain.isTranslating {
            guard let hook = chain.hook, let priority = chain.priority else { continue }
            bases.append(Base(chain: Self.name(chain), hook: hook, priority: priority))
        }
        bases.sort { $0.priority < $1.priority }
        let tables = Set(bases.map { Chain(family: $0.chain.family, table: $0.chain.table, name: "") })
        func isIn(_ object: RulesetObject) -> Bool {
            tables.contains(Chain(family: object.family, table: object.table, name: ""))
        }
        rules = Dictionary(grouping: ruleset[.rule].filter(isIn), by: Self.name).mapValues { $0.map(Rule.init) }
        count = rules.values.reduce(0) { $0 + $1.count }
        asksForSources = rules.values.contains { $0.contains { $0.expressions.contains(where: \.loadsSource) } }
        let lists = Dictionary(grouping: ruleset[.elements].filter(isIn), by: Self.name)
        for set in ruleset[.set] where isIn(set) {
            sets[Self.name(set)] = SetElements(of: set, lists[Self.name(set)] ?? [])
        }
    }

    private static func name(_ object: RulesetObject) -> Chain {
        Chain(family: object.family, table: object.table, name: object.name)
    }

    func rules(for packet: PartialPacket, at hooks: [NetfilterHook]) -> [TranslatingRule] {
        let other: TableFamily = packet.family == .ipv6 ? .ip : .ip6
        var (found, walk): ([TranslatingRule], _) = ([], ChainWalk<Chain, Rule>())
        for hook in hooks {
            for base in bases where base.hook == UInt32(hook.rawValue) && base.chain.family != other {
                walk.go(through: base.chain) {
                    rules[$0] ?? []
                } _: { chain, rule in
                    step(packet, chain, rule, &found)
                }
            }
        }
        return found
    }

    private func step(
        _ packet: PartialPacket, _ chain: Chain, _ rule: Rule, _ found: inout [TranslatingRule]
    ) -> ChainWalk<Chain, Rule>.Step {
        let possibility = RulePossibility(of: rule.expressions, for: packet) { set in
            sets[Chain(family: chain.family, table: chain.table, name: set)]
        }
        guard possibility.mayMatch else { return .init() }
        if possibility.translates, let translating = rule.translating { found.append(translating) }
        return .init(
            next: possibility.chains.map { Chain(family: chain.family, table: chain.table, name: $0) },
            isLast: possibility.isLast)
    }
}

extension RulesetObject {
    /// Of a base chain.
    fileprivate var isTranslating: Bool {
        payload(NFTA_CHAIN_TYPE.rawValue).map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) } == "nat"
    }
}

extension RuleExpression {
    /// Whether it gives a packet another address or port.
    fileprivate var translates: Bool {
        ["nat", "redir", "masq"].contains(name)
            || name == "target" && XTTarget.translating.contains(text(NFTA_TARGET_NAME.rawValue) ?? "")
    }

    /// Whether it looks at a packet's source address, of IPv4 (bytes 12 to 15) or IPv6 (8 to 23).
    fileprivate var loadsSource: Bool {
        guard name == "payload", number(NFTA_PAYLOAD_BASE.rawValue) == UInt32(NFT_PAYLOAD_NETWORK_HEADER.rawValue)
        else { return false }
        let offset = number(NFTA_PAYLOAD_OFFSET.rawValue) ?? 0
        return offset < 24 && UInt64(offset) + UInt64(number(NFTA_PAYLOAD_LEN.rawValue) ?? 0) > 8
    }
}
