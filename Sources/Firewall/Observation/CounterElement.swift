import Addresses
import CNetlink
import Conntrack
import Netlink

/// Decodes the elements of a counting set, one at a time.
///
/// Each field of a concatenated key is aligned to four bytes; addresses, ports and protocols are in network order, `ct state` in host
/// order (nft_payload.c, nft_ct.c; nft_fill_set_elem in nf_tables_api.c).
struct CounterElement {
    let set: CounterSet

    /// Delivers the count of each element in a message of `NFT_MSG_NEWSETELEM`.
    ///
    /// - Throws: also, when all others are delivered, that the message has an element that cannot be used.
    func decode(
        _ message: Message, in datagram: RawSpan, _ each: (PacketCount) -> Void
    ) throws(DecodeError) {
        var flaw: DecodeError?
        var cursor = AttributeCursor(try message.attributes(after: MemoryLayout<nfgenmsg>.size))
        while let attribute = try cursor.next(in: datagram) {
            guard attribute.is(NFTA_SET_ELEM_LIST_ELEMENTS) else { continue }
            var elements = AttributeCursor(attribute.payload)
            while let element = try elements.next(in: datagram) {
                if let count = try count(element, in: datagram) {
                    each(count)
                } else {
                    flaw = .unusable(
                        "element of \(set.name)", "it has no key or no counter", at: element.payload.lowerBound)
                }
            }
        }
        if let flaw { throw flaw }
    }

    private func count(_ element: Attribute, in datagram: RawSpan) throws(DecodeError) -> PacketCount? {
        var key: Range<Int>?
        var counter: Counter?
        var cursor = AttributeCursor(element.payload)
        while let attribute = try cursor.next(in: datagram) {
            if attribute.is(NFTA_SET_ELEM_KEY) {
                key = try Self.value(attribute, in: datagram)
            } else if attribute.is(NFTA_SET_ELEM_EXPR) {
                counter = try Counter(attribute, in: datagram) ?? counter
            } else if attribute.is(NFTA_SET_ELEM_EXPRESSIONS) {
                var expressions = AttributeCursor(attribute.payload)
                while let expression = try expressions.next(in: datagram) {
                    counter = try Counter(expression, in: datagram) ?? counter
                }
            }
        }
        guard let key, let counter else { return nil }
        var count = try self.count(of: key, in: datagram)
        (count.packets, count.bytes) = (counter.packets, counter.bytes)
        return count
    }

    private func count(of key: Range<Int>, in datagram: RawSpan) throws(DecodeError) -> PacketCount {
        let start = key.lowerBound
        let size = set.family == .ipv4 ? 4 : 16
        let states = set.point.hasState ? 1 : 0
        let fields = set.fields.count - 1
        guard key.count >= size + 4 * fields else {
            throw DecodeError("key of \(set.name)", "it has \(key.count) bytes", at: start)
        }
        let behind = start + size
        let state = states == 0 ? .unseen : CTState(bit: try datagram.host(at: behind + 4 * (fields - 1)))
        let address = try Self.address(set.family, in: datagram, at: start)
        var count = PacketCount(
            set.point, set.packetClass, state, set.packetClass.protocol, address, mark: set.mark)
        switch set.key {
        case .port:
            if set.point.countsPorts { count.port = try datagram.bigEndian(at: behind) }
        case .embedded:
            count.protocol = IPProtocol(rawValue: try datagram.host(at: behind))
            count.port = try datagram.bigEndian(at: behind + 4)
        case .icmpType:
            count.protocol = set.family == .ipv4 ? .icmp : .icmpv6
            count.icmp = PacketCount.ICMPKind(
                type: try datagram.host(at: behind), code: try datagram.host(at: behind + 4))
        case .protocol:
            count.protocol = IPProtocol(rawValue: try datagram.host(at: behind))
        }
        return count
    }

    private static func address(
        _ family: IPAddress.Family, in datagram: RawSpan, at offset: Int
    ) throws(DecodeError) -> IPAddress {
        switch family {
        case .ipv4: IPAddress(ipv4: try datagram.bigEndian(at: offset))
        case .ipv6:
            IPAddress(ipv6High: try datagram.bigEndian(at: offset), low: try datagram.bigEndian(at: offset + 8))
        }
    }

    /// The bytes in `NFTA_DATA_VALUE`.
    private static func value(_ data: Attribute, in datagram: RawSpan) throws(DecodeError) -> Range<Int>? {
        var cursor = AttributeCursor(data.payload)
        while let attribute = try cursor.next(in: datagram) {
            if attribute.is(NFTA_DATA_VALUE) { return attribute.payload }
        }
        return nil
    }
}

/// A counter that rules share, from a message of `NFT_MSG_NEWOBJ`.
struct CounterObject {
    let name: String
    let packets: UInt64

    /// - Throws: also if it has no name or no number.
    init(_ message: Message, in datagram: RawSpan) throws(DecodeError) {
        var name: String?
        var counter: Counter?
        var cursor = AttributeCursor(try message.attributes(after: MemoryLayout<nfgenmsg>.size))
        while let attribute = try cursor.next(in: datagram) {
            if attribute.is(NFTA_OBJ_NAME) {
                name = datagram.text(attribute)
            } else if attribute.is(NFTA_OBJ_DATA) {
                counter = try Counter(data: attribute, in: datagram)
            }
        }
        guard let name, let counter else {
            throw .unusable("counter", "it has no name or no number", at: message.payload.lowerBound)
        }
        (self.name, packets) = (name, counter.packets)
    }
}

/// A counter expression: both numbers big-endian (nft_counter.c).
private struct Counter {
    var packets: UInt64 = 0
    var bytes: UInt64 = 0

    /// From what is the same of an expression and of an object.
    init(data: Attribute, in datagram: RawSpan) throws(DecodeError) { try read(data, in: datagram) }

    /// Nil for any other expression.
    init?(_ expression: Attribute, in datagram: RawSpan) throws(DecodeError) {
        var isCounter = false
        var cursor = AttributeCursor(expression.payload)
        while let attribute = try cursor.next(in: datagram) {
            if attribute.is(NFTA_EXPR_NAME) {
                isCounter = datagram.text(attribute) == "counter"
            } else if attribute.is(NFTA_EXPR_DATA), isCounter {
                try read(attribute, in: datagram)
            }
        }
        if !isCounter { return nil }
    }

    private mutating func read(_ data: Attribute, in datagram: RawSpan) throws(DecodeError) {
        var cursor = AttributeCursor(data.payload)
        while let attribute = try cursor.next(in: datagram) {
            if attribute.is(NFTA_COUNTER_PACKETS) {
                packets = datagram.bigEndian(attribute) ?? packets
            } else if attribute.is(NFTA_COUNTER_BYTES) {
                bytes = datagram.bigEndian(attribute) ?? bytes
            }
        }
    }
}

extension Attribute {
    /// Whether it has one of the numbers of linux/netfilter/nf_tables.h.
    func `is`(_ number: some RawRepresentable<UInt32>) -> Bool { UInt32(type) == number.rawValue }
}
