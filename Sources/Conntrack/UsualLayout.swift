import Addresses
import CNetlink
import Netlink

/// Attributes in the layout that every kernel so far has used (net/netfilter/nf_conntrack_netlink.c), read at fixed offsets.
/// They make up most of a dump, and walking them costs several times more. Any other layout is walked.
extension Tuple {
    /// `CTA_TUPLE_IP` for IPv4 and `CTA_TUPLE_PROTO` with ports, in this order and nothing else; nil otherwise.
    @inline(__always)
    init?(usual nest: Attribute, in bytes: RawSpan) {
        let start = nest.payload.lowerBound
        guard nest.payload.count == 48, start >= 0, start <= bytes.byteCount - 48 else { return nil }
        let bytes = bytes.part(at: start, size: 48)
        guard bytes.isHeader(at: 0, CTA_TUPLE_IP.rawValue, size: 16),
            bytes.isHeader(at: 4, CTA_IP_V4_SRC.rawValue, size: 4),
            bytes.isHeader(at: 12, CTA_IP_V4_DST.rawValue, size: 4),
            bytes.isHeader(at: 20, CTA_TUPLE_PROTO.rawValue, size: 24),
            bytes.isHeader(at: 24, CTA_PROTO_NUM.rawValue, size: 1),
            bytes.isHeader(at: 32, CTA_PROTO_SRC_PORT.rawValue, size: 2),
            bytes.isHeader(at: 40, CTA_PROTO_DST_PORT.rawValue, size: 2)
        else { return nil }
        source = IPAddress(ipv4: UInt32(bigEndian: bytes.load(at: 8)))
        destination = IPAddress(ipv4: UInt32(bigEndian: bytes.load(at: 16)))
        `protocol` = IPProtocol(rawValue: bytes.load(at: 28))
        discriminator = .ports(
            source: UInt16(bigEndian: bytes.load(at: 36)),
            destination: UInt16(bigEndian: bytes.load(at: 44)))
    }
}

extension ProtocolState.TCP {
    /// `CTA_PROTOINFO_TCP` in a `CTA_PROTOINFO`, with everything that a live entry has; nil otherwise.
    @inline(__always)
    init?(usual parent: Attribute, in bytes: RawSpan) {
        let start = parent.payload.lowerBound
        guard parent.payload.count == 44, start >= 0, start <= bytes.byteCount - 44 else { return nil }
        let bytes = bytes.part(at: start, size: 44)
        guard bytes.isHeader(at: 0, CTA_PROTOINFO_TCP.rawValue, size: 40),
            bytes.isHeader(at: 4, CTA_PROTOINFO_TCP_STATE.rawValue, size: 1),
            bytes.isHeader(at: 12, CTA_PROTOINFO_TCP_WSCALE_ORIGINAL.rawValue, size: 1),
            bytes.isHeader(at: 20, CTA_PROTOINFO_TCP_WSCALE_REPLY.rawValue, size: 1),
            bytes.isHeader(at: 28, CTA_PROTOINFO_TCP_FLAGS_ORIGINAL.rawValue, size: 2),
            bytes.isHeader(at: 36, CTA_PROTOINFO_TCP_FLAGS_REPLY.rawValue, size: 2)
        else { return nil }
        state = bytes.load(at: 8)
        scaleOriginal = bytes.load(at: 16)
        scaleReply = bytes.load(at: 24)
        flagsOriginal = Flags(flags: bytes.load(at: 32), mask: bytes.load(at: 33))
        flagsReply = Flags(flags: bytes.load(at: 40), mask: bytes.load(at: 41))
    }
}

extension RawSpan {
    /// Whether an attribute of `type` with `size` bytes begins at `offset`, which must be in bounds.
    @inline(__always)
    fileprivate func isHeader(at offset: Int, _ type: UInt32, size: Int) -> Bool {
        let expected = nlattr(nla_len: UInt16(AttributeCursor.headerSize + size), nla_type: UInt16(type))
        let relevant = nlattr(nla_len: .max, nla_type: ~UInt16(NLA_F_NESTED))
        let header: UInt32 = load(at: offset)
        return header & unsafeBitCast(relevant, to: UInt32.self) == unsafeBitCast(expected, to: UInt32.self)
    }

    /// Bounds-checked: an offset out of bounds traps, so callers check first. For integers only: an optional would be loaded with the padding
    /// after its value as its tag.
    @inline(__always)
    fileprivate func load<T: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> T {
        unsafeLoadUnaligned(fromByteOffset: offset, as: T.self)
    }
}
