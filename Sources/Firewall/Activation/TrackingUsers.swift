import CNetlink
import Conntrack
import Netlink
import SystemPackage

/// Users of conntrack in nf_tables: the first one found for each family among objects, sets and rules (of nft, iptables-nft, firewalld
/// alike; in any chain, and in dormant tables too, as the use begins when a rule is created). Chains of type nat are not users
/// themselves, but their rules are.
struct TrackingUsers {
    private var ipv4: String?
    private var ipv6: String?
    /// Why there may be others, in words; nil if everything was read.
    private(set) var shortfall: String?

    func evidence(for family: TrackedFamilies) -> String? { family == .ipv4 ? ipv4 : ipv6 }

    /// Streams the ruleset in constant memory. A kernel without nf_tables has none.
    init(reading kernel: any KernelSource) throws(KernelError) {
        do throws(KernelError) {
            for listing in [Listing.objects, .sets, .rules] where !isDecided { try read(listing, from: kernel) }
        } catch {
            guard error.saysUnserved else { throw error }
        }
    }

    private var isDecided: Bool { ipv4 != nil && ipv6 != nil }

    private mutating func read(_ listing: Listing, from kernel: any KernelSource) throws(KernelError) {
        let answer = try Answer.repeating(Table.attempts) { () throws(KernelError) in
            try kernel.ask(listing.request) { message, datagram throws(DecodeError) in
                if !isDecided { try take(message, of: listing, in: datagram) }
            }
        }
        shortfall = shortfall ?? answer.shortfall(ifChanged: Table.keptChanging)
    }

    private mutating func take(_ message: Message, of listing: Listing, in bytes: RawSpan) throws(DecodeError) {
        let attributes = try message.attributes(after: MemoryLayout<nfgenmsg>.size)
        let family: UInt8 = try bytes.host(at: message.payload.lowerBound)
        guard let use = try listing.use(attributes, bytes, family) else { return }
        let isNews = use.families.contains(.ipv4) && ipv4 == nil || use.families.contains(.ipv6) && ipv6 == nil
        guard isNews else { return }
        let user = try "\(listing.name(attributes, bytes, family)) uses \(use.name)"
        if use.families.contains(.ipv4) { ipv4 = ipv4 ?? user }
        if use.families.contains(.ipv6) { ipv6 = ipv6 ?? user }
    }
}

/// A list across all tables that nf_tables provides (net/netfilter/nf_tables_api.c).
private enum Listing {
    case objects, sets, rules

    var request: Request {
        let (words, message) =
            switch self {
            case .objects: ("objects", NFT_MSG_GETOBJ)
            case .sets: ("sets", NFT_MSG_GETSET)
            case .rules: ("rules", NFT_MSG_GETRULE)
            }
        return .netfilter(
            "list the \(words) of nf_tables", subsystem: NFNL_SUBSYS_NFTABLES, message: message.rawValue,
            flags: NLM_F_DUMP)
    }

    /// The use of conntrack in one message of the list.
    func use(_ attributes: Range<Int>, _ bytes: RawSpan, _ family: UInt8) throws(DecodeError) -> TrackingUse? {
        switch self {
        case .objects:
            let type: UInt32? = try AttributePair(attributes, UInt32(NFTA_OBJ_TYPE.rawValue), in: bytes).first
                .flatMap { bytes.bigEndian($0) }
            return type.flatMap { TrackingUse(object: $0, family: family) }
        case .sets:
            let parts = try AttributePair(attributes, NFTA_SET_EXPR.rawValue, NFTA_SET_EXPRESSIONS.rawValue, in: bytes)
            return try TrackingUse(ofElements: parts, of: bytes, family: family)
        case .rules:
            guard let list = try AttributePair(attributes, NFTA_RULE_EXPRESSIONS.rawValue, in: bytes).first else {
                return nil
            }
            return try TrackingUse.first(inList: list, of: bytes, family: family)
        }
    }

    /// `rule ip filter INPUT handle 5`, `set inet guard clients`.
    func name(_ attributes: Range<Int>, _ bytes: RawSpan, _ family: UInt8) throws(DecodeError) -> String {
        let (word, table, name) =
            switch self {
            case .objects: ("object", NFTA_OBJ_TABLE.rawValue, NFTA_OBJ_NAME.rawValue)
            case .sets: ("set", NFTA_SET_TABLE.rawValue, NFTA_SET_NAME.rawValue)
            case .rules: ("rule", NFTA_RULE_TABLE.rawValue, NFTA_RULE_CHAIN.rawValue)
            }
        let parts = try AttributePair(attributes, table, name, in: bytes)
        var words =
            [word, TableFamily(rawValue: family).description]
            + [bytes.text(parts.first), bytes.text(parts.second)].compactMap(\.self)
        if self == .rules, let handle = try AttributePair(attributes, NFTA_RULE_HANDLE.rawValue, in: bytes).first {
            words += bytes.bigEndian(handle, as: UInt64.self).map { ["handle", String($0)] } ?? []
        }
        return words.joined(separator: " ")
    }
}
