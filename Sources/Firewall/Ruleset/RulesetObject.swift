import CNetlink
import Netlink

/// A table, chain, set, object, flow table or rule of nf_tables, or elements of a set: its attributes as the kernel sent them, so that it
/// can be made again elsewhere.
package struct RulesetObject: Equatable, Sendable {
    package let kind: Kind
    package let family: TableFamily
    /// In the kernel's layout, aligned as in its message.
    package internal(set) var attributes: [UInt8]
    /// The table it is in, or is.
    package let table: String
    /// Its own name; for elements that of their set, for a rule that of its chain.
    package let name: String

    package enum Kind: CaseIterable, Sendable {
        // In the order in which they can be made.
        case table, chain, object, set, elements, flowTable, rule
    }

    /// - Throws: if it has no names, or its attributes are malformed.
    init(_ kind: Kind, _ message: Message, in bytes: RawSpan) throws(DecodeError) {
        self.kind = kind
        family = TableFamily(rawValue: try bytes.host(at: message.payload.lowerBound))
        let range = try message.attributes(after: MemoryLayout<nfgenmsg>.size)
        var texts: [UInt16: String] = [:]
        var cursor = AttributeCursor(range)
        while let attribute = try cursor.next(in: bytes) {
            guard kind.naming.contains(attribute.type) else { continue }
            guard attribute.payload.count <= Int(NFT_NAME_MAXLEN) else {
                throw DecodeError(
                    kind.word, "has a name of \(attribute.payload.count) bytes", at: attribute.payload.lowerBound)
            }
            texts[attribute.type] = bytes.text(attribute)
        }
        let names = kind.naming.compactMap { texts[$0] }
        guard names.count == kind.naming.count, let table = names.first, let name = names.last else {
            throw DecodeError("\(kind.word) of nf_tables", "has no name", at: message.payload.lowerBound)
        }
        (self.table, self.name) = (table, name)
        attributes = bytes.copy(range)
    }
}

extension RulesetObject: AttributeList, CustomStringConvertible {
    /// Of a rule: what the kernel calls it in its table.
    package var handle: UInt64? { kind == .rule ? longNumber(NFTA_RULE_HANDLE.rawValue) : nil }

    /// Of a base chain: where packets meet it (`NF_INET_*`, or of its family's own).
    package var hook: UInt32? {
        guard kind == .chain, let hook = payload(NFTA_CHAIN_HOOK.rawValue) else { return nil }
        return RuleExpression("", hook).number(NFTA_HOOK_HOOKNUM.rawValue)
    }

    /// Of a base chain: those of a hook are met in this order.
    package var priority: Int32? {
        guard kind == .chain, let hook = payload(NFTA_CHAIN_HOOK.rawValue) else { return nil }
        return RuleExpression("", hook).number(NFTA_HOOK_PRIORITY.rawValue).map { Int32(bitPattern: $0) }
    }

    /// Of a chain: whether packets could be dropped in it, as it has rules, or is a base chain that drops by its policy.
    package var mayDrop: Bool {
        let list = RuleExpression("", attributes)
        return list.number(NFTA_CHAIN_USE.rawValue) ?? 1 > 0 || list.number(NFTA_CHAIN_POLICY.rawValue) == 0
    }

    /// `chain ip filter INPUT`
    package var description: String {
        kind == .table ? "\(kind.word) \(family) \(table)" : "\(kind.word) \(family) \(table) \(name)"
    }
}

extension RulesetObject.Kind {
    package var word: String {
        switch self {
        case .table: "table"
        case .chain: "chain"
        case .set: "set"
        case .elements: "set's elements"
        case .object: "object"
        case .flowTable: "flow table"
        case .rule: "rule"
        }
    }

    /// `NFT_MSG_GET*`
    var getting: UInt32 {
        switch self {
        case .table: NFT_MSG_GETTABLE.rawValue
        case .chain: NFT_MSG_GETCHAIN.rawValue
        case .set: NFT_MSG_GETSET.rawValue
        case .elements: NFT_MSG_GETSETELEM.rawValue
        case .object: NFT_MSG_GETOBJ.rawValue
        case .flowTable: NFT_MSG_GETFLOWTABLE.rawValue
        case .rule: NFT_MSG_GETRULE.rawValue
        }
    }

    /// The attributes with the table's name and its own.
    fileprivate var naming: [UInt16] {
        switch self {
        case .table: [UInt16(NFTA_TABLE_NAME.rawValue)]
        case .chain: [UInt16(NFTA_CHAIN_TABLE.rawValue), UInt16(NFTA_CHAIN_NAME.rawValue)]
        case .set: [UInt16(NFTA_SET_TABLE.rawValue), UInt16(NFTA_SET_NAME.rawValue)]
        case .elements: [UInt16(NFTA_SET_ELEM_LIST_TABLE.rawValue), UInt16(NFTA_SET_ELEM_LIST_SET.rawValue)]
        case .object: [UInt16(NFTA_OBJ_TABLE.rawValue), UInt16(NFTA_OBJ_NAME.rawValue)]
        case .flowTable: [UInt16(NFTA_FLOWTABLE_TABLE.rawValue), UInt16(NFTA_FLOWTABLE_NAME.rawValue)]
        case .rule: [UInt16(NFTA_RULE_TABLE.rawValue), UInt16(NFTA_RULE_CHAIN.rawValue)]
        }
    }
}

extension RulesetObject {
    /// Of a table: whether nobody can change it but the program that made it (`NFT_TABLE_F_OWNER`).
    private var isOwned: Bool {
        kind == .table && (number(NFTA_TABLE_FLAGS.rawValue) ?? 0) & UInt32(NFT_TABLE_F_OWNER.rawValue) != 0
    }

    /// Of a table: whether it is of an observation, by this process or another.
    fileprivate var isObservation: Bool { isOwned && table.hasPrefix(ObservationTable.prefix) }

    /// Of a table: whether it is somebody else's who lets nobody change it.
    fileprivate var isOwnedByOthers: Bool { isOwned && !isObservation }
}

extension Ruleset {
    /// Tables that see packets on their way in or through, and that nobody can change but the program that made them: `inet firewalld`. Our own,
    /// which only watch, are left out.
    package var ownedTables: [String] {
        self[.table].filter { table in
            table.isOwnedByOthers
                && self[.chain].contains { chain in
                    (chain.family, chain.table) == (table.family, table.table)
                        && [NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN, NF_INET_FORWARD].contains {
                            $0.rawValue == chain.hook
                        }
                }
        }.map { "\($0.family) \($0.name)" }
    }

    /// Without the tables of observations: they only count, and end with the program that made them.
    package var withoutObservations: Ruleset {
        let observations = self[.table].filter(\.isObservation)
        if observations.isEmpty { return self }
        var rest = self
        for kind in RulesetObject.Kind.allCases {
            rest[kind] = self[kind].filter { object in
                !observations.contains { ($0.family, $0.table) == (object.family, object.table) }
            }
        }
        return rest
    }
}
