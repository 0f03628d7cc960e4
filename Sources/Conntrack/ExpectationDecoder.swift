import CNetlink
import Netlink

extension Expectation {
    /// Decodes a message about expectations (`struct nfgenmsg`, then `enum ctattr_expect`; numbers big-endian).
    ///
    /// - Throws: if the attributes are not framed as netlink requires. An unknown attribute, or one of unexpected size, is kept in
    ///   `unknown`.
    package init(_ message: Message, in datagram: RawSpan) throws(DecodeError) {
        let attributes = try message.attributes(after: MemoryLayout<nfgenmsg>.size)
        family = try datagram.host(at: message.payload.lowerBound)
        var cursor = AttributeCursor(attributes)
        while let attribute = try cursor.next(in: datagram) {
            if try !decodeNested(attribute, in: datagram), !decodeValue(attribute, in: datagram) {
                unknown.keep(attribute, in: datagram)
            }
        }
    }

    /// Nested attributes. False if the attribute is not one of them.
    private mutating func decodeNested(_ attribute: Attribute, in bytes: RawSpan) throws(DecodeError) -> Bool {
        switch ctattr_expect(UInt32(attribute.type)) {
        case CTA_EXPECT_TUPLE: tuple = try Tuple(attribute, in: bytes, &unknown)
        case CTA_EXPECT_MASK: mask = try Tuple(attribute, in: bytes, &unknown)
        case CTA_EXPECT_MASTER: master = try Tuple(attribute, in: bytes, &unknown)
        case CTA_EXPECT_NAT: try decodeNAT(attribute, in: bytes)
        default: return false
        }
        return true
    }

    /// Attributes with a single value. False if the attribute is not one of them.
    private mutating func decodeValue(_ attribute: Attribute, in bytes: RawSpan) -> Bool {
        switch ctattr_expect(UInt32(attribute.type)) {
        case CTA_EXPECT_TIMEOUT: set(&timeout, bytes.bigEndian(attribute))
        case CTA_EXPECT_ID: set(&id, bytes.bigEndian(attribute))
        case CTA_EXPECT_HELP_NAME: set(&helper, bytes.text(attribute))
        case CTA_EXPECT_ZONE: set(&zone, bytes.bigEndian(attribute))
        case CTA_EXPECT_FLAGS: set(&flags, bytes.bigEndian(attribute).map(Flags.init(rawValue:)))
        case CTA_EXPECT_CLASS: set(&`class`, bytes.bigEndian(attribute))
        case CTA_EXPECT_FN: set(&function, bytes.text(attribute))
        default: false
        }
    }

    private mutating func decodeNAT(_ nest: Attribute, in bytes: RawSpan) throws(DecodeError) {
        var nat = NAT()
        var cursor = AttributeCursor(in: nest)
        while let attribute = try cursor.next(in: bytes) {
            switch ctattr_expect_nat(UInt32(attribute.type)) {
            case CTA_EXPECT_NAT_DIR where set(&nat.direction, bytes.bigEndian(attribute)): continue
            case CTA_EXPECT_NAT_TUPLE:
                var inside: [UnknownAttribute] = []
                nat.tuple = try Tuple(attribute, in: bytes, &inside)
                unknown += inside.map { .init(path: [nest.type] + $0.path, bytes: $0.bytes) }
            default: unknown.keep(attribute, within: nest, in: bytes)
            }
        }
        self.nat = nat
    }
}
