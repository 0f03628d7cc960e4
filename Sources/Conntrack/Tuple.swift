import Addresses
import CNetlink
import Netlink

/// One direction of an entry: who sends to whom, and what distinguishes this flow from others between the two.
package struct Tuple: Hashable, Sendable {
    /// Nil if the kernel sent none, or the family is not IP.
    package var source: IPAddress?
    /// Nil if the kernel sent none, or the family is not IP.
    package var destination: IPAddress?
    /// The layer 4 protocol; 0 if the kernel sent none.
    package var `protocol` = IPProtocol(rawValue: 0)
    /// Ports, or what the protocol has instead.
    package var discriminator = Discriminator.none
    /// The conntrack zone of this direction only (`CTA_TUPLE_ZONE`).
    package var zone: UInt16?

    /// What accompanies the addresses (`union nf_conntrack_man_proto`).
    package enum Discriminator: Hashable, Sendable {
        /// Protocols without any (`nf_conntrack_l4proto_generic`).
        case none
        /// Ports of TCP, UDP, UDPlite, SCTP, DCCP, and the keys of GRE; host order.
        case ports(source: UInt16, destination: UInt16)
        case icmp(type: UInt8, code: UInt8, id: UInt16)
    }

    /// The ports, or the keys of GRE; nil for protocols without.
    package var ports: (source: UInt16, destination: UInt16)? {
        if case .ports(let source, let destination) = discriminator { (source, destination) } else { nil }
    }

    package init() {}
}

extension Tuple {
    /// Decodes `CTA_TUPLE_*` (`enum ctattr_tuple`; numbers big-endian).
    ///
    /// - Parameter unknown: gets unknown attributes in it.
    @inline(__always)
    init(_ nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        if let usual = Tuple(usual: nest, in: bytes) {
            self = usual
        } else {
            try self.init(walking: nest, in: bytes, &unknown)
        }
    }

    init(walking nest: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]) throws(DecodeError) {
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            switch ctattr_tuple(UInt32(attribute.type)) {
            case CTA_TUPLE_IP: try decodeAddresses(attribute, of: nest, in: bytes, &unknown)
            case CTA_TUPLE_PROTO: try decodeProtocol(attribute, of: nest, in: bytes, &unknown)
            case CTA_TUPLE_ZONE where set(&zone, bytes.bigEndian(attribute)): continue
            default: unknown.keep(attribute, within: nest, in: bytes)
            }
        }
    }

    private mutating func decodeAddresses(
        _ nest: Attribute, of parent: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) {
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            let isKnown =
                switch ctattr_ip(UInt32(attribute.type)) {
                case CTA_IP_V4_SRC: set(&source, bytes.ipv4(attribute))
                case CTA_IP_V4_DST: set(&destination, bytes.ipv4(attribute))
                case CTA_IP_V6_SRC: set(&source, bytes.ipv6(attribute))
                case CTA_IP_V6_DST: set(&destination, bytes.ipv6(attribute))
                default: false
                }
            if !isKnown { unknown.keep(attribute, within: parent, nest, in: bytes) }
        }
    }

    private mutating func decodeProtocol(
        _ nest: Attribute, of parent: Attribute, in bytes: RawSpan, _ unknown: inout [UnknownAttribute]
    ) throws(DecodeError) {
        var ports: (source: UInt16?, destination: UInt16?) = (nil, nil)
        var icmp: (type: UInt8?, code: UInt8?, id: UInt16?) = (nil, nil, nil)
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            let isKnown =
                switch ctattr_l4proto(UInt32(attribute.type)) {
                case CTA_PROTO_NUM: set(&`protocol`, bytes.host(attribute).map(IPProtocol.init(rawValue:)))
                case CTA_PROTO_SRC_PORT: set(&ports.source, bytes.bigEndian(attribute))
                case CTA_PROTO_DST_PORT: set(&ports.destination, bytes.bigEndian(attribute))
                case CTA_PROTO_ICMP_ID, CTA_PROTO_ICMPV6_ID: set(&icmp.id, bytes.bigEndian(attribute))
                case CTA_PROTO_ICMP_TYPE, CTA_PROTO_ICMPV6_TYPE: set(&icmp.type, bytes.host(attribute))
                case CTA_PROTO_ICMP_CODE, CTA_PROTO_ICMPV6_CODE: set(&icmp.code, bytes.host(attribute))
                default: false
                }
            if !isKnown { unknown.keep(attribute, within: parent, nest, in: bytes) }
        }
        if let source = ports.source, let destination = ports.destination {
            discriminator = .ports(source: source, destination: destination)
        } else if let type = icmp.type, let code = icmp.code {
            discriminator = .icmp(type: type, code: code, id: icmp.id ?? 0)
        }
    }
}

extension RawSpan {
    fileprivate func ipv4(_ attribute: Attribute) -> IPAddress? {
        bigEndian(attribute, as: UInt32.self).map(IPAddress.init(ipv4:))
    }

    fileprivate func ipv6(_ attribute: Attribute) -> IPAddress? {
        guard attribute.payload.count == 16, let high = try? bigEndian(UInt64.self, at: attribute.payload.lowerBound),
            let low = try? bigEndian(UInt64.self, at: attribute.payload.lowerBound + 8)
        else { return nil }
        return IPAddress(ipv6High: high, low: low)
    }
}
