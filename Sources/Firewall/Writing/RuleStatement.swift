import Addresses
import CNetlink
import Conntrack
import Netlink

/// A part of a rule that we write: what nft(8) calls a match or a statement.
package enum RuleStatement: Hashable, Sendable {
    /// `tcp flags & (fin | syn) == syn`; no mask compares all bits. Both have the field's length and byte order.
    case equal(PacketField, [UInt8], mask: [UInt8]? = nil)
    /// `meta skuid 0-4294967295`, of a field of four bytes.
    case range(PacketField, ClosedRange<UInt32>)
    /// `ct state STATE`
    case ctState(CTState)
    /// `ip daddr . th dport @SET`
    case lookup([PacketField], TableSet.Reference)
    /// `ip daddr . th dport vmap @MAP`
    case verdictMap([PacketField], TableSet.Reference)
    /// `update @SET { ip daddr . th dport }`, with a limit for each element
    case update(TableSet.Reference, [PacketField], RateLimit? = nil)
    /// `limit rate RATE`
    case limit(RateLimit)
    /// `limit name NAME`
    case limitObject(String)
    /// `counter name NAME`
    case counterObject(String)
    /// `log group GROUP`
    case log(PacketLog)
    /// `meta nftrace set 1`
    case trace
    /// `notrack`, which changes nothing once conntrack has seen the packet (net/netfilter/nft_ct.c, `nft_notrack_eval`)
    case notrack
    /// `drop`, `accept`, `return`
    case verdict(PacketVerdict)
    /// `jump CHAIN`
    case jump(String)
    /// `goto CHAIN`
    case goto(String)
}

/// `limit rate 2/second burst 5 packets`
package struct RateLimit: Hashable, Sendable {
    var packets: UInt64
    /// In seconds.
    var period: UInt64 = 1
    var burst: UInt32

    static let week: UInt64 = 7 * 24 * 60 * 60

    func append(to limit: inout Request) {
        limit.append(NFTA_LIMIT_RATE.rawValue, bigEndian: packets)
        limit.append(NFTA_LIMIT_UNIT.rawValue, bigEndian: period)
        limit.append(NFTA_LIMIT_BURST.rawValue, bigEndian: burst)
        limit.append(NFTA_LIMIT_TYPE.rawValue, bigEndian: UInt32(NFT_LIMIT_PKTS.rawValue))
        limit.append(NFTA_LIMIT_FLAGS.rawValue, bigEndian: UInt32(0))
    }
}

/// `log prefix "NEW" group 700 snaplen 128 queue-threshold 1`
package struct PacketLog: Hashable, Sendable {
    var prefix: String
    var group: UInt16
    /// In bytes.
    var copied: UInt32
    /// The kernel sends them once it has this many.
    var threshold: UInt16
}

extension RuleStatement {
    /// What it loads of a packet.
    var fields: [PacketField] {
        switch self {
        case .equal(let field, _, _), .range(let field, _): [field]
        case .lookup(let fields, _), .verdictMap(let fields, _), .update(_, let fields, _): fields
        case .ctState: [.ctState]
        case .limit, .limitObject, .counterObject, .log, .trace, .notrack, .verdict, .jump, .goto: []
        }
    }

    /// Values are loaded into register 1 and those after it.
    private static let register = UInt32(NFT_REG_1.rawValue)

    func append(to list: inout Request) {
        switch self {
        case .equal(let field, let value, let mask):
            Self.load([field], in: &list)
            if let mask { Self.mask(mask, in: &list) }
            Self.compare(NFT_CMP_EQ, value, in: &list)
        case .range(let field, let range): Self.appendRange(field, range, to: &list)
        case .ctState(let state):
            Self.load([.ctState], in: &list)
            // Registers hold a ctstate in host order.
            Self.mask(Self.host(state.bit), in: &list)
            Self.compare(NFT_CMP_NEQ, Self.host(0), in: &list)
        case .lookup(let fields, let set): Self.appendLookup(fields, set, to: &list)
        case .verdictMap(let fields, let set): Self.appendLookup(fields, set, verdicts: true, to: &list)
        case .update(let set, let fields, let limit): Self.appendUpdate(set, fields, limit, to: &list)
        case .limit(let rate): list.expression("limit") { rate.append(to: &$0) }
        case .limitObject(let name): Self.append(name, TableWriter.limitObject, to: &list)
        case .counterObject(let name): Self.append(name, TableWriter.counterObject, to: &list)
        case .log(let log): Self.append(log, to: &list)
        case .trace: Self.appendTrace(to: &list)
        case .notrack: list.expression("notrack") { _ in }
        case .verdict(let verdict): Self.append(verdict, nil, to: &list)
        case .jump(let chain): Self.append(.jump, chain, to: &list)
        case .goto(let chain): Self.append(.goto, chain, to: &list)
        }
    }

    private static func append(_ object: String, _ type: UInt32, to list: inout Request) {
        list.expression("objref") { reference in
            reference.append(NFTA_OBJREF_IMM_TYPE.rawValue, bigEndian: type)
            reference.append(NFTA_OBJREF_IMM_NAME.rawValue, text: object)
        }
    }

    private static func host(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value, Array.init) }

    /// Several fields are one value: each begins with a register of four bytes.
    private static func load(_ fields: [PacketField], in list: inout Request) {
        var register = UInt32(NFT_REG32_00.rawValue)
        for field in fields {
            field.append(to: &list, into: register)
            register += UInt32(field.space / 4)
        }
    }

    private static func mask(_ mask: [UInt8], in list: inout Request) {
        list.expression("bitwise") { bitwise in
            bitwise.append(NFTA_BITWISE_SREG.rawValue, bigEndian: register)
            bitwise.append(NFTA_BITWISE_DREG.rawValue, bigEndian: register)
            bitwise.append(NFTA_BITWISE_LEN.rawValue, bigEndian: UInt32(mask.count))
            bitwise.value(NFTA_BITWISE_MASK.rawValue, mask)
            bitwise.value(NFTA_BITWISE_XOR.rawValue, [UInt8](repeating: 0, count: mask.count))
        }
    }

    private static func compare(_ operation: nft_cmp_ops, _ value: [UInt8], in list: inout Request) {
        list.expression("cmp") { cmp in
            cmp.append(NFTA_CMP_SREG.rawValue, bigEndian: register)
            cmp.append(NFTA_CMP_OP.rawValue, bigEndian: UInt32(operation.rawValue))
            cmp.value(NFTA_CMP_DATA.rawValue, value)
        }
    }

    /// Only in network order do bytes compare as numbers.
    private static func appendRange(_ field: PacketField, _ range: ClosedRange<UInt32>, to list: inout Request) {
        load([field], in: &list)
        if field.type.isHostOrder {
            list.expression("byteorder") { order in
                order.append(NFTA_BYTEORDER_SREG.rawValue, bigEndian: register)
                order.append(NFTA_BYTEORDER_DREG.rawValue, bigEndian: register)
                order.append(NFTA_BYTEORDER_OP.rawValue, bigEndian: UInt32(NFT_BYTEORDER_HTON.rawValue))
                order.append(NFTA_BYTEORDER_LEN.rawValue, bigEndian: UInt32(4))
                order.append(NFTA_BYTEORDER_SIZE.rawValue, bigEndian: UInt32(4))
            }
        }
        compare(NFT_CMP_GTE, host(range.lowerBound.bigEndian), in: &list)
        compare(NFT_CMP_LTE, host(range.upperBound.bigEndian), in: &list)
    }

    private static func appendLookup(
        _ fields: [PacketField], _ set: TableSet.Reference, verdicts: Bool = false, to list: inout Request
    ) {
        load(fields, in: &list)
        list.expression("lookup") { lookup in
            lookup.append(NFTA_LOOKUP_SET.rawValue, text: set.name)
            lookup.append(NFTA_LOOKUP_SREG.rawValue, bigEndian: register)
            if verdicts {
                lookup.append(NFTA_LOOKUP_DREG.rawValue, bigEndian: UInt32(NFT_REG_VERDICT.rawValue))
            }
            lookup.append(NFTA_LOOKUP_SET_ID.rawValue, bigEndian: set.id)
        }
    }

    private static func appendUpdate(
        _ set: TableSet.Reference, _ fields: [PacketField], _ limit: RateLimit?, to list: inout Request
    ) {
        load(fields, in: &list)
        list.expression("dynset") { update in
            update.append(NFTA_DYNSET_SET_NAME.rawValue, text: set.name)
            update.append(NFTA_DYNSET_SET_ID.rawValue, bigEndian: set.id)
            update.append(NFTA_DYNSET_OP.rawValue, bigEndian: UInt32(NFT_DYNSET_OP_UPDATE.rawValue))
            update.append(NFTA_DYNSET_SREG_KEY.rawValue, bigEndian: register)
            guard let limit else { return }
            update.nest(NFTA_DYNSET_EXPR.rawValue) { $0.nameAndData("limit") { limit.append(to: &$0) } }
        }
    }

    private static func append(_ log: PacketLog, to list: inout Request) {
        list.expression("log") { expression in
            expression.append(NFTA_LOG_PREFIX.rawValue, text: log.prefix)
            expression.append(NFTA_LOG_GROUP.rawValue, bigEndian: log.group)
            expression.append(NFTA_LOG_SNAPLEN.rawValue, bigEndian: log.copied)
            expression.append(NFTA_LOG_QTHRESHOLD.rawValue, bigEndian: log.threshold)
        }
    }

    private static func appendTrace(to list: inout Request) {
        list.expression("immediate") { immediate in
            immediate.append(NFTA_IMMEDIATE_DREG.rawValue, bigEndian: register)
            immediate.value(NFTA_IMMEDIATE_DATA.rawValue, [1])
        }
        list.expression("meta") { meta in
            meta.append(NFTA_META_KEY.rawValue, bigEndian: UInt32(NFT_META_NFTRACE.rawValue))
            meta.append(NFTA_META_SREG.rawValue, bigEndian: register)
        }
    }

    private static func append(_ verdict: PacketVerdict, _ chain: String?, to list: inout Request) {
        list.expression("immediate") { immediate in
            immediate.append(NFTA_IMMEDIATE_DREG.rawValue, bigEndian: UInt32(NFT_REG_VERDICT.rawValue))
            immediate.nest(NFTA_IMMEDIATE_DATA.rawValue) { $0.verdict(verdict, chain) }
        }
    }
}

extension Request {
    /// `NFTA_DATA_VERDICT`
    mutating func verdict(_ verdict: PacketVerdict, _ chain: String?) {
        nest(NFTA_DATA_VERDICT.rawValue) { data in
            data.append(NFTA_VERDICT_CODE.rawValue, bigEndian: verdict.rawValue)
            if let chain { data.append(NFTA_VERDICT_CHAIN.rawValue, text: chain) }
        }
    }
}
