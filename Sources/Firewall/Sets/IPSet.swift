import CNetlink
import Netlink

/// A set of ipset(8), as the kernel listed it: its name, type and properties, and its elements, in the kernel's layout, so that it can be
/// made again elsewhere.
///
/// Source: linux/netfilter/ipset/ip_set.h; net/netfilter/ipset/ip_set_core.c, `ip_set_dump_do`.
package struct IPSet: Equatable, Sendable {
    /// What rules call it (`ip_set_id_t`): it keeps it, and its name, while a rule uses it.
    package let index: UInt16
    package let name: String
    /// `hash:ip`, `list:set`
    package let type: String
    /// Of the first message about it, without elements.
    package let attributes: [UInt8]
    /// Lists of elements, each as in one message.
    package internal(set) var elements: [[UInt8]] = []

    /// - Returns: nil for a message that goes on with the elements of a set.
    /// - Throws: if it has no name or index, or its attributes are malformed.
    init?(_ message: Message, in bytes: RawSpan) throws(DecodeError) {
        let range = try message.attributes(after: MemoryLayout<nfgenmsg>.size)
        let names = try AttributePair(range, UInt32(IPSET_ATTR_SETNAME), UInt32(IPSET_ATTR_TYPENAME), in: bytes)
        guard let type = bytes.text(names.second) else { return nil }
        let number = try AttributePair(range, UInt32(IPSET_ATTR_INDEX), in: bytes).first
        guard let name = bytes.text(names.first), let index = number.flatMap({ bytes.bigEndian($0, as: UInt16.self) })
        else { throw DecodeError("set of ipset", "has no name or index", at: message.payload.lowerBound) }
        (self.index, self.name, self.type) = (index, name, type)
        attributes = RuleExpression("", bytes.copy(range)).attributes(Self.head)
    }

    private static let head = Set(
        [IPSET_ATTR_SETNAME, IPSET_ATTR_TYPENAME, IPSET_ATTR_REVISION, IPSET_ATTR_FAMILY, IPSET_ATTR_DATA].map(
            UInt16.init))

    /// A message's elements (`IPSET_ATTR_ADT`); nil if it has none.
    static func elements(_ message: Message, in bytes: RawSpan) throws(DecodeError) -> [UInt8]? {
        let range = try message.attributes(after: MemoryLayout<nfgenmsg>.size)
        return try AttributePair(range, UInt32(IPSET_ATTR_ADT), in: bytes).first.map { bytes.copy($0) }
    }

    /// Whether its elements are other sets.
    var isList: Bool { type == "list:set" }
}

extension IPSet: AttributeList, CustomStringConvertible {
    /// `set blocked of ipset`
    package var description: String { "set \(name) of ipset" }

    /// Each element's attributes.
    ///
    /// - Throws: if they are malformed.
    func eachElement(_ body: ([Attribute], RawSpan) throws(DecodeError) -> Void) throws(DecodeError) {
        for list in elements {
            let bytes = list.span.bytes
            var cursor = AttributeCursor(0..<list.count)
            while let element = try cursor.next(in: bytes) {
                var attributes: [Attribute] = []
                var inner = AttributeCursor(in: element)
                while let attribute = try inner.next(in: bytes) { attributes.append(attribute) }
                try body(attributes, bytes)
            }
        }
    }

    /// The names of the sets that it lists.
    var members: Set<String> {
        get throws(DecodeError) {
            var names: Set<String> = []
            guard isList else { return names }
            try eachElement { attributes, bytes throws(DecodeError) in
                for attribute in attributes where attribute.type == UInt16(IPSET_ATTR_NAME) {
                    names.insert(bytes.text(attribute))
                }
            }
            return names
        }
    }
}
