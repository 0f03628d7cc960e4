import CNetlink
import Netlink

/// A copy of a ruleset in the network namespace of the calling thread, which has none. What the kernel there does not accept (a missing
/// module, another kernel's expression, a device that is not there, a set of ipset that was not copied) is left out, and named.
///
/// Left out of every object: handles, use counts, a chain's counters and flags (a chain of `jump { … }` gets a name of its own), and what
/// binds a table to a process. Counters and quotas in rules go on from where they were.
package struct RulesetCopy: Sendable {
    /// What was not copied, and why.
    package private(set) var missing: [(object: RulesetObject, why: KernelError)] = []

    private static let purpose = "copy the rules of nf_tables"

    /// What must be made together: an object, or a rule after the anonymous sets that only it uses.
    private struct Group {
        /// The one that the user knows.
        let object: RulesetObject
        let messages: [Request]
        let size: Int

        /// - Parameter copy: what is made of it, if it is not the same.
        init(
            _ object: RulesetObject, as copy: RulesetObject? = nil, after others: [RulesetObject] = [],
            _ sets: SetsOfRules
        ) {
            self.object = object
            let objects = others + [copy ?? object]
            messages = objects.map { $0.creation(sets.number(of: $0)) }
            size = objects.reduce(0) { $0 + $1.attributes.count }
        }
    }

    /// Blocks until it is made. Needs CAP_NET_ADMIN in the user namespace that owns the network namespace.
    ///
    /// - Parameters:
    ///   - kernel: asks the same namespace.
    ///   - ipsets: what its rules use, in the same namespace.
    /// - Throws: if nothing can be copied at all; `.failed` if the namespace has tables already, which would be changed.
    package init(
        of ruleset: Ruleset, into kernel: any KernelSource, ipsets: IPSetCopy = IPSetCopy()
    ) throws(KernelError) {
        guard try Ruleset(reading: kernel)[.table].isEmpty else {
            throw KernelError(Self.purpose, .failed, detail: "there are rules already")
        }
        let sets = SetsOfRules(ruleset)
        for kind in RulesetObject.Kind.allCases where kind != .rule {
            try send(ruleset[kind].lazy.filter { !sets.has($0) }.map { Group($0, sets) })
        }
        let lost = Set(missing.lazy.map(\.object).filter { $0.kind == .chain }.map { SetsOfRules.Key($0, $0.name) })
        var rules: [Group] = []
        for rule in ruleset[.rule] {
            do throws(KernelError) {
                if lost.contains(SetsOfRules.Key(rule, rule.name)) {
                    throw KernelError("copy \(rule)", .absent, detail: "its chain was not copied")
                }
                rules.append(Group(rule, as: try Self.copy(of: rule, ipsets), after: sets.of(rule), sets))
            } catch { missing.append((rule, error)) }
        }
        try send(rules)
    }

    /// - Throws: if it must not be made.
    private static func copy(of rule: RulesetObject, _ ipsets: IPSetCopy) throws(KernelError) -> RulesetObject {
        if let actor = rule.actorBeyondNamespaces {
            throw KernelError("copy \(rule)", .failed, detail: "its \(actor) acts beyond a network namespace")
        }
        let places: [Int]
        do throws(DecodeError) { places = try rule.setReferences } catch {
            throw KernelError("copy \(rule)", damaged: error)
        }
        if places.isEmpty { return rule }
        var copy = rule
        copy.attributes = try ipsets.renumbered(rule.attributes, at: places)
        return copy
    }

    private mutating func send(_ groups: some Sequence<Group>) throws(KernelError) {
        var batch: [Group] = []
        var (count, size) = (0, 0)
        for group in groups {
            count += group.messages.count
            size += group.size
            if count > Transaction.mostMessages || size > Transaction.mostBytes {
                try send(batch: batch)
                (batch, count, size) = ([], group.messages.count, group.size)
            }
            batch.append(group)
        }
        try send(batch: batch)
    }

    /// With more, time counts.
    private static let fewMissing = 200

    /// Again without what the kernel refused first, as it accepts all or none: others may be refused only because of that.
    private mutating func send(batch: [Group]) throws(KernelError) {
        var left = batch
        while !left.isEmpty {
            let owners = left.indices.flatMap { Array(repeating: $0, count: left[$0].messages.count) }
            do throws(KernelError) {
                let refusals = try Transaction.send(
                    left.flatMap(\.messages), to: NFNL_SUBSYS_NFTABLES, for: Self.purpose)
                if refusals.isEmpty { return }
                let refused = refusals.sorted { $0.key < $1.key }.prefix(missing.count < Self.fewMissing ? 1 : .max)
                var gone: Set<Int> = []
                for (position, why) in refused where gone.insert(owners[position]).inserted {
                    missing.append((left[owners[position]].object, why))
                }
                left = left.indices.filter { !gone.contains($0) }.map { left[$0] }
            } catch {
                if error.cause == .forbidden || error.cause == .absent { throw error }
                if left.count == 1 { return missing.append((left[0].object, error)) }
                // The transaction as a whole: find out which of them.
                try send(batch: Array(left[..<(left.count / 2)]))
                left.removeFirst(left.count / 2)
            }
        }
    }
}

/// The anonymous sets of a ruleset, as in `tcp dport { 80, 443 }`. Each is made in the same transaction as the rule that uses it: the kernel
/// takes none that is not bound (`nf_tables_commit`).
private struct SetsOfRules {
    struct Key: Hashable {
        var family: TableFamily
        var table: String
        var name: String

        init(_ object: RulesetObject, _ name: String) {
            (family, table, self.name) = (object.family, object.table, name)
        }
    }

    /// Each set, followed by its elements.
    private var anonymous: [Key: [RulesetObject]] = [:]
    private var numbers: [Key: UInt32] = [:]

    init(_ ruleset: Ruleset) {
        for (number, set) in ruleset[.set].enumerated() {
            numbers[Key(set, set.name)] = UInt32(number + 1)
            let flags = set.number(NFTA_SET_FLAGS.rawValue) ?? 0
            if flags & NFT_SET_ANONYMOUS.rawValue != 0 { anonymous[Key(set, set.name)] = [set] }
        }
        for elements in ruleset[.elements] { anonymous[Key(elements, elements.name)]?.append(elements) }
    }

    /// Whether it is one of them, or elements of one.
    func has(_ object: RulesetObject) -> Bool {
        (object.kind == .set || object.kind == .elements) && anonymous[Key(object, object.name)] != nil
    }

    func of(_ rule: RulesetObject) -> [RulesetObject] {
        rule.expressions.compactMap(\.setUsed).flatMap { anonymous[Key(rule, $0)] ?? [] }
    }

    /// What identifies a set within a transaction.
    func number(of object: RulesetObject) -> UInt32 { numbers[Key(object, object.name)] ?? 0 }
}

extension RulesetObject {
    /// The message that makes it.
    ///
    /// - Parameter setNumber: see `NFTA_SET_ID`.
    fileprivate func creation(_ setNumber: UInt32) -> Request {
        var request = Request.netfilter(
            "copy \(description)", subsystem: NFNL_SUBSYS_NFTABLES, message: kind.making,
            flags: NLM_F_CREATE | (kind == .rule ? NLM_F_APPEND : 0), family: Int32(family.rawValue))
        request.append(attributes: attributes(kind.copied))
        switch kind {
        case .table:
            let dormant = UInt32(NFT_TABLE_F_DORMANT.rawValue)
            request.append(
                NFTA_TABLE_FLAGS.rawValue, bigEndian: (number(UInt32(NFTA_TABLE_FLAGS.rawValue)) ?? 0) & dormant)
        case .set: request.append(NFTA_SET_ID.rawValue, bigEndian: setNumber)
        case .rule: compatibility.map { $0.append(to: &request) }
        default: break
        }
        return request
    }
}

extension RulesetObject.Kind {
    /// `NFT_MSG_NEW*`
    fileprivate var making: UInt32 {
        switch self {
        case .table: NFT_MSG_NEWTABLE.rawValue
        case .chain: NFT_MSG_NEWCHAIN.rawValue
        case .set: NFT_MSG_NEWSET.rawValue
        case .elements: NFT_MSG_NEWSETELEM.rawValue
        case .object: NFT_MSG_NEWOBJ.rawValue
        case .flowTable: NFT_MSG_NEWFLOWTABLE.rawValue
        case .rule: NFT_MSG_NEWRULE.rawValue
        }
    }

    /// The attributes that a copy has as well.
    fileprivate var copied: Set<UInt16> {
        let types: [any RawRepresentable<UInt32>] =
            switch self {
            case .table: [NFTA_TABLE_NAME, NFTA_TABLE_USERDATA]
            case .chain:
                [
                    NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME, NFTA_CHAIN_HOOK, NFTA_CHAIN_POLICY, NFTA_CHAIN_TYPE,
                    NFTA_CHAIN_USERDATA,
                ]
            case .set:
                [
                    NFTA_SET_TABLE, NFTA_SET_NAME, NFTA_SET_FLAGS, NFTA_SET_KEY_TYPE, NFTA_SET_KEY_LEN,
                    NFTA_SET_DATA_TYPE, NFTA_SET_DATA_LEN, NFTA_SET_POLICY, NFTA_SET_DESC, NFTA_SET_TIMEOUT,
                    NFTA_SET_GC_INTERVAL, NFTA_SET_USERDATA, NFTA_SET_OBJ_TYPE, NFTA_SET_EXPR, NFTA_SET_EXPRESSIONS,
                ]
            case .elements: [NFTA_SET_ELEM_LIST_TABLE, NFTA_SET_ELEM_LIST_SET, NFTA_SET_ELEM_LIST_ELEMENTS]
            case .object: [NFTA_OBJ_TABLE, NFTA_OBJ_NAME, NFTA_OBJ_TYPE, NFTA_OBJ_DATA, NFTA_OBJ_USERDATA]
            case .flowTable:
                [NFTA_FLOWTABLE_TABLE, NFTA_FLOWTABLE_NAME, NFTA_FLOWTABLE_HOOK, NFTA_FLOWTABLE_FLAGS]
            case .rule: [NFTA_RULE_TABLE, NFTA_RULE_CHAIN, NFTA_RULE_EXPRESSIONS, NFTA_RULE_USERDATA]
            }
        return Set(types.map { UInt16($0.rawValue) })
    }
}
