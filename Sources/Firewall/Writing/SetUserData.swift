import Addresses
import CNetlink

/// What nft(8) wants to know of a set beyond what the kernel needs, to list it as it was written: the kernel keeps it unread
/// (`NFTA_SET_USERDATA`). Values with a type and a length of one byte each, numbers in host order: `enum nftnl_udata_set_types` of
/// libnftnl's include/libnftnl/udata.h, and nft's src/expression.c, src/payload.c and src/ct.c.
struct SetUserData {
    private(set) var bytes: [UInt8] = []

    private enum Tag {
        static let keyByteOrder: UInt8 = 0
        static let keyTypeOf: UInt8 = 3
        static let expression: UInt8 = 0
        static let description: UInt8 = 1
    }

    /// `enum byteorder`
    private enum Order {
        static let none: UInt32 = 0
        static let host: UInt32 = 1
        static let big: UInt32 = 2
    }

    /// `enum expr_types`
    private enum Expression {
        static let payload: UInt32 = 7
        static let ct: UInt32 = 12
        static let concatenation: UInt32 = 13
    }

    init(of key: [PacketField]) {
        let order = key.count > 1 ? Order.none : key.first?.type.isHostOrder == true ? Order.host : Order.big
        append(Tag.keyByteOrder, order)
        // A number's type does not say its length, so its expression must.
        guard key.contains(where: { $0.type == .integer }) else { return }
        nest(Tag.keyTypeOf) { type in
            type.append(Tag.expression, Expression.concatenation)
            type.nest(Tag.description) { fields in
                for (index, field) in key.enumerated() {
                    fields.nest(UInt8(index)) { $0.describe(field) }
                }
            }
        }
    }

    private init() {}

    private mutating func describe(_ field: PacketField) {
        switch field.source {
        case .payload(let base, let offset):
            append(Tag.expression, Expression.payload)
            nest(Tag.description) { $0.describePayload(field, base, offset) }
        case .ct(let key, let direction):
            append(Tag.expression, Expression.ct)
            nest(Tag.description) { ct in
                ct.append(0, key)
                // -1 is no direction.
                ct.append(1, direction.map(UInt32.init) ?? .max)
            }
        case .meta: break
        }
    }

    /// The header and its field by nft's numbers (src/proto.c); for bytes without a name, where they are, in bits.
    private mutating func describePayload(_ field: PacketField, _ base: UInt32, _ offset: UInt32) {
        switch field.type {
        case .ipv4Address: describe(header: 12, field: offset == 12 ? 11 : 12)
        case .ipv6Address: describe(header: 13, field: offset == 8 ? 8 : 9)
        default:
            describe(header: 0, field: 0)
            // `enum proto_bases` has one more before the kernel's.
            append(2, base + 1)
            append(3, offset * 8)
            append(4, UInt32(field.length * 8))
        }
    }

    private mutating func describe(header: UInt32, field: UInt32) {
        append(0, header)
        append(1, field)
    }

    private mutating func append(_ tag: UInt8, _ number: UInt32) {
        bytes += [tag, 4] + withUnsafeBytes(of: number, Array.init)
    }

    private mutating func nest(_ tag: UInt8, _ fill: (inout SetUserData) -> Void) {
        var nested = SetUserData()
        fill(&nested)
        bytes += [tag, UInt8(clamping: nested.bytes.count)] + nested.bytes
    }
}
