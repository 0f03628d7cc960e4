import Addresses
import CNetlink
import Netlink

/// A rule that says which routing table packets are looked up in (ip-rule(8)).
///
/// Source: net/core/fib_rules.c, `fib_nl_fill_rule`.
package struct PolicyRule: Equatable, Sendable {
    /// Rules are tried from the lowest.
    package let priority: UInt32
    /// Where the action looks; `unspec` for other actions, and for rules of VRFs.
    package let table: RoutingTable
    package let action: Action
    package let flags: Flags
    /// Length 0 for all.
    package let source: Prefix
    package let destination: Prefix
    /// The packet's mark must be this in the bits of the mask; no mark is looked at if that is 0.
    package let mark: UInt32
    package let markMask: UInt32
    /// Names of interfaces, which need not exist.
    package let input: String?
    package let output: String?
    /// All of them as the kernel sent them, in its layout: there are conditions that are not decoded here (ports, users, `goto`), and a
    /// rule can be made again with these.
    package let attributes: [UInt8]
    /// Of the fixed header; the rest of it is in the fields above.
    package let typeOfService: UInt8

    package var family: IPAddress.Family { destination.address.family }

    /// `FR_ACT_*`, of linux/fib_rules.h.
    package struct Action: NamedNumber {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let lookUp = Action(rawValue: 1)

        package static let names: [UInt8: String] = [
            0: "none", 1: "lookup", 2: "goto", 3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit",
        ]
    }

    /// `FIB_RULE_*`
    package struct Flags: NamedBits {
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// For all packets that do not match.
        package static let inverted = Flags(rawValue: 1 << 1)

        package static let names = ["permanent", "not", "unresolved", "iif-detached", "oif-detached"]
    }
}

extension PolicyRule {
    /// Of the fixed header, `struct fib_rule_hdr`.
    private static let headerSize = 12

    /// All of them, of all families.
    static var listing: Request {
        .route(
            "list the routing policy rules", type: UInt16(RTM_GETRULE),
            header: [UInt8](repeating: 0, count: headerSize), flags: NLM_F_DUMP)
    }

    /// - Returns: nil for a family other than IP's, as that of multicast routes.
    /// - Throws: if a prefix is malformed.
    init?(_ message: Message, in bytes: RawSpan) throws(DecodeError) {
        let start = message.payload.lowerBound
        let range = try message.attributes(after: Self.headerSize)
        guard let family = IPAddress.Family(try bytes.host(UInt8.self, at: start)) else { return nil }
        var (from, to): (Attribute?, Attribute?)
        var (table, priority, mark, mask): (UInt32, UInt32, UInt32, UInt32?) = (
            UInt32(try bytes.host(UInt8.self, at: start + 4)), 0, 0, nil
        )
        var (input, output): (String?, String?)
        var cursor = AttributeCursor(range)
        while let attribute = try cursor.next(in: bytes) {
            switch Int(attribute.type) {
            case FRA_SRC: from = attribute
            case FRA_DST: to = attribute
            case FRA_TABLE: table = bytes.host(attribute) ?? table
            case FRA_PRIORITY: priority = bytes.host(attribute) ?? 0
            case FRA_FWMARK: mark = bytes.host(attribute) ?? 0
            case FRA_FWMASK: mask = bytes.host(attribute)
            case FRA_IIFNAME: input = bytes.text(attribute)
            case FRA_OIFNAME: output = bytes.text(attribute)
            default: break
            }
        }
        let lengths: (UInt8, UInt8) = (try bytes.host(at: start + 2), try bytes.host(at: start + 1))
        source = try bytes.prefix(from, lengths.0, family, of: "policy rule", at: start)
        destination = try bytes.prefix(to, lengths.1, family, of: "policy rule", at: start)
        typeOfService = try bytes.host(at: start + 3)
        action = Action(rawValue: try bytes.host(at: start + 7))
        flags = Flags(rawValue: try bytes.host(at: start + 8))
        (self.table, self.priority, self.mark) = (RoutingTable(rawValue: table), priority, mark)
        markMask = mask ?? (mark == 0 ? 0 : .max)
        (self.input, self.output) = (input, output)
        attributes = bytes.copy(range)
    }
}
