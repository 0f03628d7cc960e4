import Addresses
import CNetlink
import Netlink

extension Entry {
    mutating func decodeTuple(_ parent: Attribute, in bytes: RawSpan) throws(DecodeError) -> Tuple {
        var tuple = Tuple()
        try decode(parent, in: bytes) { entry, attribute throws(DecodeError) in
            switch ctattr_tuple(UInt32(attribute.type)) {
            case CTA_TUPLE_IP: try entry.decodeAddresses(attribute, of: parent, into: &tuple, in: bytes)
            case CTA_TUPLE_PROTO: try entry.decodeProtocol(attribute, of: parent, into: &tuple, in: bytes)
            case CTA_TUPLE_ZONE: return Self.set(&tuple.zone, bytes.bigEndian(attribute))
            default: return false
            }
            return true
        }
        return tuple
    }

    private mutating func decodeAddresses(
        _ nest: Attribute, of parent: Attribute, into tuple: inout Tuple, in bytes: RawSpan
    ) throws(DecodeError) {
        try decode(nest, within: [parent.type], in: bytes) { _, attribute in
            switch ctattr_ip(UInt32(attribute.type)) {
            case CTA_IP_V4_SRC: Self.set(&tuple.source, bytes.ipv4(attribute))
            case CTA_IP_V4_DST: Self.set(&tuple.destination, bytes.ipv4(attribute))
            case CTA_IP_V6_SRC: Self.set(&tuple.source, bytes.ipv6(attribute))
            case CTA_IP_V6_DST: Self.set(&tuple.destination, bytes.ipv6(attribute))
            default: false
            }
        }
    }

    private mutating func decodeProtocol(
        _ nest: Attribute, of parent: Attribute, into tuple: inout Tuple, in bytes: RawSpan
    ) throws(DecodeError) {
        var ports: (source: UInt16?, destination: UInt16?) = (nil, nil)
        var icmp: (type: UInt8?, code: UInt8?, id: UInt16?) = (nil, nil, nil)
        try decode(nest, within: [parent.type], in: bytes) { _, attribute in
            switch ctattr_l4proto(UInt32(attribute.type)) {
            case CTA_PROTO_NUM: Self.set(&tuple.protocol, bytes.host(attribute).map(IPProtocol.init(rawValue:)))
            case CTA_PROTO_SRC_PORT: Self.set(&ports.source, bytes.bigEndian(attribute))
            case CTA_PROTO_DST_PORT: Self.set(&ports.destination, bytes.bigEndian(attribute))
            case CTA_PROTO_ICMP_ID, CTA_PROTO_ICMPV6_ID: Self.set(&icmp.id, bytes.bigEndian(attribute))
            case CTA_PROTO_ICMP_TYPE, CTA_PROTO_ICMPV6_TYPE: Self.set(&icmp.type, bytes.host(attribute))
            case CTA_PROTO_ICMP_CODE, CTA_PROTO_ICMPV6_CODE: Self.set(&icmp.code, bytes.host(attribute))
            default: false
            }
        }
        if let source = ports.source, let destination = ports.destination {
            tuple.discriminator = .ports(source: source, destination: destination)
        } else if let type = icmp.type, let code = icmp.code {
            tuple.discriminator = .icmp(type: type, code: code, id: icmp.id ?? 0)
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
