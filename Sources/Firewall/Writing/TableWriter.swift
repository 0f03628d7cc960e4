import Addresses
import CNetlink
import Conntrack
import Netlink

/// A table of nf_tables as we want it, and the messages that make it, for one transaction.
package struct TableWriter {
    package let family: TableFamily
    package let name: String
    /// Whether the kernel removes it with the socket that made it (`NFT_TABLE_F_OWNER`, Linux 5.12).
    package let isOwned: Bool
    private(set) var chains: [Chain] = []
    private(set) var sets: [TableSet] = []
    private(set) var limits: [(name: String, rate: RateLimit)] = []
    private(set) var counters: [String] = []
    private(set) var rules: [Rule] = []

    struct Chain {
        var name: String
        /// Of a base chain.
        var hook: NetfilterHook?
        var priority: Int32 = 0
    }

    struct Rule {
        var chain: String
        var statements: [RuleStatement]
    }

    static let limitObject = UInt32(NFT_OBJECT_LIMIT)
    static let counterObject = UInt32(NFT_OBJECT_COUNTER)

    package init(_ family: TableFamily, _ name: String, isOwned: Bool = false) {
        (self.family, self.name, self.isOwned) = (family, name, isOwned)
    }

    /// A base chain of type filter, whose policy is accept.
    ///
    /// - Parameter priority: the kernel calls the chains of a hook in ascending order.
    package mutating func baseChain(_ chain: String, at hook: NetfilterHook, priority: Int32) {
        chains.append(Chain(name: chain, hook: hook, priority: priority))
    }

    /// A chain that rules jump to.
    package mutating func chain(_ chain: String) { chains.append(Chain(name: chain)) }

    /// A rule at the end of a chain.
    package mutating func rule(in chain: String, _ statements: RuleStatement...) {
        rule(in: chain, statements)
    }

    package mutating func rule(in chain: String, _ statements: [RuleStatement]) {
        rules.append(Rule(chain: chain, statements: statements))
    }

    /// A limit that several rules share.
    mutating func limit(_ limit: String, _ rate: RateLimit) { limits.append((limit, rate)) }

    /// A counter that several rules share.
    mutating func counter(_ counter: String) { counters.append(counter) }

    /// - Parameter name: nil for a set that is part of a rule.
    @discardableResult
    mutating func set(_ name: String?, _ key: [PacketField], _ kind: TableSet.Kind) -> TableSet.Reference {
        var isMap = false
        if case .gotoChains = kind { isMap = true }
        // The kernel replaces %d (nf_tables_set_alloc_name).
        let reference = TableSet.Reference(name: name ?? (isMap ? "__map%d" : "__set%d"), id: UInt32(sets.count + 1))
        sets.append(TableSet(reference: reference, key: key, kind: kind, isAnonymous: name == nil))
        return reference
    }
}

// MARK: Messages

extension TableWriter {
    /// In an order in which each finds what it refers to. The kernel refuses a table that exists.
    package var messages: [Request] {
        [tableMessage] + chains.map(message)
            + limits.map { limit in message(limit.name, Self.limitObject) { limit.rate.append(to: &$0) } }
            + counters.map { message($0, Self.counterObject) { _ in } }
            + sets.map(message) + sets.flatMap(elementMessages) + rules.map { message($0) }
    }

    private var tableMessage: Request {
        request(NFT_MSG_NEWTABLE, "make table \(name)", NLM_F_EXCL) { request in
            request.append(NFTA_TABLE_NAME.rawValue, text: name)
            if isOwned { request.append(NFTA_TABLE_FLAGS.rawValue, bigEndian: UInt32(NFT_TABLE_F_OWNER.rawValue)) }
        }
    }

    private func message(_ chain: Chain) -> Request {
        request(NFT_MSG_NEWCHAIN, "make chain \(chain.name)") { request in
            request.append(NFTA_CHAIN_TABLE.rawValue, text: name)
            request.append(NFTA_CHAIN_NAME.rawValue, text: chain.name)
            guard let hook = chain.hook else { return }
            request.append(NFTA_CHAIN_TYPE.rawValue, text: "filter")
            request.nest(NFTA_CHAIN_HOOK.rawValue) { nested in
                nested.append(NFTA_HOOK_HOOKNUM.rawValue, bigEndian: UInt32(hook.rawValue))
                nested.append(NFTA_HOOK_PRIORITY.rawValue, bigEndian: chain.priority)
            }
        }
    }

    private func message(_ object: String, _ type: UInt32, _ data: (inout Request) -> Void) -> Request {
        request(NFT_MSG_NEWOBJ, "make \(object)") { request in
            request.append(NFTA_OBJ_TABLE.rawValue, text: name)
            request.append(NFTA_OBJ_NAME.rawValue, text: object)
            request.append(NFTA_OBJ_TYPE.rawValue, bigEndian: type)
            request.nest(NFTA_OBJ_DATA.rawValue, data)
        }
    }

    private func message(_ set: TableSet) -> Request {
        request(NFT_MSG_NEWSET, "make set \(set.reference.name)") { set.append(to: &$0, table: name) }
    }

    private func elementMessages(_ set: TableSet) -> [Request] {
        set.elementLists().map { elements in
            request(NFT_MSG_NEWSETELEM, "fill set \(set.reference.name)") { request in
                request.append(NFTA_SET_ELEM_LIST_TABLE.rawValue, text: name)
                request.append(NFTA_SET_ELEM_LIST_SET.rawValue, text: set.reference.name)
                request.append(NFTA_SET_ELEM_LIST_SET_ID.rawValue, bigEndian: set.reference.id)
                request.nest(NFTA_SET_ELEM_LIST_ELEMENTS.rawValue) { list in
                    for element in elements { list.nest(NFTA_LIST_ELEM.rawValue, element) }
                }
            }
        }
    }

    /// That adds a rule behind the others of its chain, or before them; also to the table when it is made already.
    func message(_ rule: Rule, isFirst: Bool = false) -> Request {
        request(NFT_MSG_NEWRULE, "make a rule of chain \(rule.chain)", isFirst ? 0 : NLM_F_APPEND) { request in
            request.append(NFTA_RULE_TABLE.rawValue, text: name)
            request.append(NFTA_RULE_CHAIN.rawValue, text: rule.chain)
            request.nest(NFTA_RULE_EXPRESSIONS.rawValue) { nested in
                for statement in guarded(rule.statements) { statement.append(to: &nested) }
            }
        }
    }

    /// With what makes sure that a packet has the fields that are loaded: the right family, in a table of both, and the right protocol.
    private func guarded(_ statements: [RuleStatement]) -> [RuleStatement] {
        var known: Set<RuleStatement> = []
        return statements.flatMap { statement in
            let needed =
                statement.fields.compactMap { family == .inet ? $0.family : nil }.map(\.isPackets)
                + statement.fields.compactMap(\.protocol).map(\.isPackets)
            return needed.filter { known.insert($0).inserted } + [statement]
        }
    }

    private func request(
        _ message: nf_tables_msg_types, _ purpose: String, _ flags: Int32 = 0, _ fill: (inout Request) -> Void
    ) -> Request {
        var request = Request.netfilter(
            purpose, subsystem: NFNL_SUBSYS_NFTABLES, message: message.rawValue, flags: NLM_F_CREATE | flags,
            family: Int32(family.rawValue))
        fill(&request)
        return request
    }
}

extension IPAddress.Family {
    /// `meta nfproto FAMILY`
    var isPackets: RuleStatement {
        .equal(.packetFamily, [self == .ipv4 ? TableFamily.ip.rawValue : TableFamily.ip6.rawValue])
    }
}

extension IPProtocol {
    /// `meta l4proto PROTOCOL`
    var isPackets: RuleStatement { .equal(.transportProtocol, [rawValue]) }
}
