import Addresses
import CNetlink
import Netlink

/// What a rule can load of a packet: a field of its headers, or what the kernel knows about it.
///
/// Values are compared as the kernel loads them: header fields in network byte order, the others in host order (nft_payload.c, nft_meta.c,
/// nft_ct.c).
package struct PacketField: Hashable, Sendable {
    let source: Source
    /// In bytes.
    let length: Int
    let type: FieldType
    /// Only packets of this family have it.
    var family: IPAddress.Family?
    /// Only packets of this protocol have it.
    var `protocol`: IPProtocol?

    enum Source: Hashable {
        /// `enum nft_payload_bases`, and the offset in bytes.
        case payload(UInt32, UInt32)
        /// `enum nft_meta_keys`
        case meta(UInt32)
        /// `enum nft_ct_keys`, and the direction (`enum ip_conntrack_dir`) where a key has one.
        case ct(UInt32, direction: UInt8? = nil)
    }

    private init(_ source: Source, _ length: Int, _ type: FieldType) {
        (self.source, self.length, self.type) = (source, length, type)
    }

    /// Registers are filled in steps of four bytes.
    var space: Int { (length + 3) & ~3 }
}

extension PacketField {
    /// `ip daddr`, `ip6 daddr`
    package static func destination(_ family: IPAddress.Family) -> PacketField { address(.destination, family) }

    /// `ip daddr`, `ip6 saddr`
    static func address(_ end: FlowEnd, _ family: IPAddress.Family) -> PacketField {
        let (first, length): (UInt32, Int) = family == .ipv4 ? (12, 4) : (8, 16)
        let offset = end == .source ? first : first + UInt32(length)
        var field = PacketField(
            .payload(NFT_PAYLOAD_NETWORK_HEADER.rawValue, offset), length,
            family == .ipv4 ? .ipv4Address : .ipv6Address)
        field.family = family
        return field
    }

    /// `th dport`, of any protocol with ports.
    static func port(_ end: FlowEnd) -> PacketField {
        PacketField(.payload(NFT_PAYLOAD_TRANSPORT_HEADER.rawValue, end == .source ? 0 : 2), 2, .port)
    }

    /// `sctp chunk`'s type, of a packet's first chunk, behind the common header of twelve bytes.
    package static let sctpChunk = transport(12, 1, .integer, .sctp)

    /// Bytes behind the IP header that have no name: `@th,64,8` in bits.
    static func transport(_ offset: UInt32, bytes length: Int) -> PacketField {
        PacketField(.payload(NFT_PAYLOAD_TRANSPORT_HEADER.rawValue, offset), length, .integer)
    }

    /// `tcp flags`
    package static let tcpFlags = transport(13, 1, .tcpFlags, .tcp)

    /// `icmp type`, `icmpv6 type`
    static func icmpType(_ family: IPAddress.Family) -> PacketField {
        icmp(0, family == .ipv4 ? .icmpType : .icmpv6Type, family)
    }

    /// `icmp code`, `icmpv6 code`
    static func icmpCode(_ family: IPAddress.Family) -> PacketField {
        icmp(1, family == .ipv4 ? .icmpCode : .icmpv6Code, family)
    }

    private static func icmp(_ offset: UInt32, _ type: FieldType, _ family: IPAddress.Family) -> PacketField {
        var field = transport(offset, 1, type, family == .ipv4 ? .icmp : .icmpv6)
        field.family = family
        return field
    }

    private static func transport(
        _ offset: UInt32, _ length: Int, _ type: FieldType, _ protocol: IPProtocol
    ) -> PacketField {
        var field = PacketField(.payload(NFT_PAYLOAD_TRANSPORT_HEADER.rawValue, offset), length, type)
        field.protocol = `protocol`
        return field
    }

    /// `meta l4proto`
    package static let transportProtocol = PacketField(.meta(UInt32(NFT_META_L4PROTO.rawValue)), 1, .protocol)
    /// `meta nfproto`
    static let packetFamily = PacketField(.meta(UInt32(NFT_META_NFPROTO.rawValue)), 1, .family)
    /// `meta mark`
    static let mark = PacketField(.meta(UInt32(NFT_META_MARK.rawValue)), 4, .mark)
    /// `meta skuid`: the user whose socket sent the packet. Packets without a socket have none, and match nothing (nft_meta.c).
    package static let socketUser = PacketField(.meta(UInt32(NFT_META_SKUID.rawValue)), 4, .user)
    /// `oif`
    static let outputInterface = PacketField(.meta(UInt32(NFT_META_OIF.rawValue)), 4, .interface)
    /// `ct state`
    static let ctState = PacketField(.ct(UInt32(NFT_CT_STATE.rawValue)), 4, .ctState)

    /// `ct status`
    static let ctStatus = PacketField(.ct(UInt32(NFT_CT_STATUS.rawValue)), 4, .ctStatus)

    private static let original = UInt8(0)

    /// `ct original ip daddr`, `ct original ip6 daddr`: the destination before NAT.
    static func originalDestination(_ family: IPAddress.Family) -> PacketField {
        let (key, length): (nft_ct_keys, Int) = family == .ipv4 ? (NFT_CT_DST_IP, 4) : (NFT_CT_DST_IP6, 16)
        var field = PacketField(
            .ct(UInt32(key.rawValue), direction: original), length, family == .ipv4 ? .ipv4Address : .ipv6Address)
        field.family = family
        return field
    }

    /// An end of a flow, as a packet's header names it.
    enum FlowEnd: Hashable, Sendable { case source, destination }
}

/// The type of a field, which the kernel keeps for nft(8) (`NFTA_SET_KEY_TYPE`): `enum datatypes` of nft's include/datatype.h.
enum FieldType: UInt32 {
    case integer = 4
    case family = 2
    case ipv4Address = 7
    case ipv6Address = 8
    case `protocol` = 12
    case port = 13
    case icmpType = 14
    case tcpFlags = 15
    case mark = 19
    case interface = 20
    case ctState = 26
    case ctStatus = 28
    case icmpv6Type = 29
    case user = 24
    case icmpCode = 32
    case icmpv6Code = 33

    /// Of several fields in a row (`TYPE_BITS` there).
    static func number(_ types: [FieldType]) -> UInt32 { types.reduce(0) { $0 << 6 | $1.rawValue } }

    /// Whether its values are in host order.
    var isHostOrder: Bool { [.mark, .interface, .ctState, .ctStatus, .user].contains(self) }
}

// MARK: Expressions

extension PacketField {
    /// Loads it into a register (`NFT_REG32_00` and up).
    func append(to list: inout Request, into register: UInt32) {
        switch source {
        case .payload(let base, let offset):
            list.expression("payload") { payload in
                payload.append(NFTA_PAYLOAD_DREG.rawValue, bigEndian: register)
                payload.append(NFTA_PAYLOAD_BASE.rawValue, bigEndian: base)
                payload.append(NFTA_PAYLOAD_OFFSET.rawValue, bigEndian: offset)
                payload.append(NFTA_PAYLOAD_LEN.rawValue, bigEndian: UInt32(length))
            }
        case .meta(let key):
            list.expression("meta") { meta in
                meta.append(NFTA_META_DREG.rawValue, bigEndian: register)
                meta.append(NFTA_META_KEY.rawValue, bigEndian: key)
            }
        case .ct(let key, let direction):
            list.expression("ct") { ct in
                ct.append(NFTA_CT_DREG.rawValue, bigEndian: register)
                ct.append(NFTA_CT_KEY.rawValue, bigEndian: key)
                if let direction { ct.append(NFTA_CT_DIRECTION.rawValue, [direction]) }
            }
        }
    }
}

extension Request {
    /// An element of a list of expressions.
    mutating func expression(_ name: String, _ fill: (inout Request) -> Void) {
        nest(NFTA_LIST_ELEM.rawValue) { $0.nameAndData(name, fill) }
    }

    /// An expression outside a list.
    mutating func nameAndData(_ name: String, _ fill: (inout Request) -> Void) {
        append(NFTA_EXPR_NAME.rawValue, text: name)
        nest(NFTA_EXPR_DATA.rawValue, fill)
    }

    mutating func value(_ type: UInt32, _ bytes: [UInt8]) {
        nest(type) { $0.append(NFTA_DATA_VALUE.rawValue, bytes) }
    }
}
