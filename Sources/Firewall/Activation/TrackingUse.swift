import CNetlink
import Netlink

/// A use of conntrack by an nf_tables expression: those that call nf_ct_netns_get on creation (found in Linux 6.1 and 6.12:
/// net/netfilter/nft_*.c, xt_*.c, net/ipv4/netfilter, net/ipv6/netfilter).
struct TrackingUse {
    /// In words: `ct`, `match conntrack`.
    let name: String
    let families: TrackedFamilies

    private static let expressions: Set = ["ct", "masq", "redir", "connlimit", "synproxy", "flow_offload"]
    private static let matches: Set = [
        "cluster", "connbytes", "connlabel", "connlimit", "connmark", "conntrack", "helper", "state",
    ]
    private static let targets: Set = [
        "CONNMARK", "CONNSECMARK", "DNAT", "MASQUERADE", "NETMAP", "REDIRECT", "SNAT", "SYNPROXY",
    ]

    /// Kinds of stateful objects that use it by merely existing, by number.
    private static let objects: [UInt32: String] = [
        UInt32(NFT_OBJECT_CT_HELPER): "ct helper", UInt32(NFT_OBJECT_CONNLIMIT): "ct count",
        UInt32(NFT_OBJECT_CT_TIMEOUT): "ct timeout", UInt32(NFT_OBJECT_CT_EXPECT): "ct expectation",
        UInt32(NFT_OBJECT_SYNPROXY): "synproxy",
    ]

    /// - Returns: nil if such an object does not use conntrack.
    init?(object type: UInt32, family: UInt8) {
        guard let name = Self.objects[type] else { return nil }
        self.init(name: name, families: TrackedFamilies(of: family))
    }

    /// The first use in a list of expressions.
    static func first(inList list: Attribute, of bytes: RawSpan, family: UInt8) throws(DecodeError) -> TrackingUse? {
        var cursor = AttributeCursor(in: list)
        while let element = try cursor.next(in: bytes) {
            if let use = try TrackingUse(expression: element, of: bytes, family: family) { return use }
        }
        return nil
    }

    /// - Returns: nil if the expression does not use conntrack.
    init?(expression: Attribute, of bytes: RawSpan, family: UInt8) throws(DecodeError) {
        let parts = try AttributePair(expression, NFTA_EXPR_NAME.rawValue, NFTA_EXPR_DATA.rawValue, in: bytes)
        guard let name = bytes.text(parts.first) else { return nil }
        if Self.expressions.contains(name) {
            self.init(name: name, families: TrackedFamilies(of: family))
            return
        }
        guard let data = parts.second else { return nil }
        switch name {
        case "nat": try self.init(nat: data, of: bytes, family: family)
        case "match": try self.init(match: data, of: bytes, family: family)
        case "target": try self.init(target: data, of: bytes, family: family)
        case "dynset": try self.init(dynset: data, of: bytes, family: family)
        default: return nil
        }
    }

    private init(name: String, families: TrackedFamilies) {
        self.name = name
        self.families = families
    }

    /// In an `inet` table the rule itself determines the translated family (nft_nat_init).
    private init?(nat data: Attribute, of bytes: RawSpan, family: UInt8) throws(DecodeError) {
        let parts = try AttributePair(data, UInt32(NFTA_NAT_FAMILY.rawValue), in: bytes)
        let translated: UInt32? = parts.first.flatMap { bytes.bigEndian($0) }
        self.init(name: "nat", families: TrackedFamilies(of: translated ?? UInt32(family)))
    }

    /// An xtables match, as created by iptables-nft.
    private init?(match data: Attribute, of bytes: RawSpan, family: UInt8) throws(DecodeError) {
        let parts = try AttributePair(data, NFTA_MATCH_NAME.rawValue, in: bytes)
        guard let name = bytes.text(parts.first), Self.matches.contains(name) else { return nil }
        self.init(name: "match \(name)", families: TrackedFamilies(of: family))
    }

    /// An xtables target. `CT --notrack` is the only kind of CT that does not use conntrack (xt_ct_tg_check): its flags come first.
    private init?(target data: Attribute, of bytes: RawSpan, family: UInt8) throws(DecodeError) {
        let parts = try AttributePair(data, NFTA_TARGET_NAME.rawValue, NFTA_TARGET_INFO.rawValue, in: bytes)
        guard let name = bytes.text(parts.first) else { return nil }
        if name == "CT" {
            guard let info = parts.second, info.payload.count >= MemoryLayout<UInt16>.size else { return nil }
            let flags: UInt16 = try bytes.host(at: info.payload.lowerBound)
            if UInt32(flags) & UInt32(XT_CT_NOTRACK) != 0 { return nil }
        } else if !Self.targets.contains(name) {
            return nil
        }
        self.init(name: "target \(name)", families: TrackedFamilies(of: family))
    }

    /// What a rule adds to each element it creates: `add @clients { ip saddr ct count over 10 }`.
    private init?(dynset data: Attribute, of bytes: RawSpan, family: UInt8) throws(DecodeError) {
        let parts = try AttributePair(data, NFTA_DYNSET_EXPR.rawValue, NFTA_DYNSET_EXPRESSIONS.rawValue, in: bytes)
        try self.init(ofElements: parts, of: bytes, family: family)
    }

    /// The expressions of a set's elements: one or a list. Of those possible here only `connlimit` counts.
    init?(ofElements parts: AttributePair, of bytes: RawSpan, family: UInt8) throws(DecodeError) {
        var counts = try parts.first.map { one throws(DecodeError) in try Self.isLimit(one, bytes) } ?? false
        if let list = parts.second {
            var cursor = AttributeCursor(in: list)
            while let one = try cursor.next(in: bytes) { counts = try Self.isLimit(one, bytes) || counts }
        }
        guard counts else { return nil }
        self.init(name: "ct count", families: TrackedFamilies(of: family))
    }

    private static func isLimit(_ expression: Attribute, _ bytes: RawSpan) throws(DecodeError) -> Bool {
        bytes.text(try AttributePair(expression, NFTA_EXPR_NAME.rawValue, in: bytes).first) == "connlimit"
    }
}

/// One or two of the attributes nested in an attribute.
struct AttributePair {
    private(set) var first: Attribute?
    private(set) var second: Attribute?

    init(
        _ range: Range<Int>, _ firstType: UInt32, _ secondType: UInt32? = nil, in bytes: RawSpan
    ) throws(DecodeError) {
        var cursor = AttributeCursor(range)
        while let attribute = try cursor.next(in: bytes) {
            switch UInt32(attribute.type) {
            case firstType: first = attribute
            case secondType: second = attribute
            default: break
            }
        }
    }

    init(
        _ attribute: Attribute, _ firstType: UInt32, _ secondType: UInt32? = nil, in bytes: RawSpan
    ) throws(DecodeError) {
        try self.init(attribute.payload, firstType, secondType, in: bytes)
    }
}

extension RawSpan {
    /// The text of an optional attribute.
    func text(_ attribute: Attribute?) -> String? {
        guard let attribute else { return nil }
        return text(attribute)
    }
}
