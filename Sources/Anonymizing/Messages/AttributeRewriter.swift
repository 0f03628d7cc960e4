import CNetlink
import Netlink

/// Rewrites the attributes of messages by their shapes.
struct AttributeRewriter {
    var addresses: AddressMapping
    var names: NameMapping
    /// What was left out as it was not understood: why, and how often.
    private(set) var leftOut: [String: Int] = [:]
    /// What the message is, in words, for what is left out of it.
    var subject = ""
    /// The message's own header.
    var header: [UInt8] = []
    /// Of a message of nf_tables: the table that it is about, and the set, by their original names.
    var table: [UInt8] = []
    var set: [UInt8] = []
    /// Of the set of ipset that is listed: how many bits of an address its elements have.
    var elementPrefix: UInt8?
    /// Elements of a set were left out of the message.
    var lacksElements = false
    /// What is known of sets, so that rules and elements are read as the sets' types say.
    var sets: [SetIdentity: SetLayout] = [:]

    init(_ key: AnonymizingKey) {
        (addresses, names) = (AddressMapping(key), NameMapping(key))
    }

    mutating func leaveOut(_ what: String) { leftOut["\(subject): \(what)", default: 0] += 1 }

    /// Rewrites the attributes of a range.
    ///
    /// - Throws: if they are malformed.
    mutating func rewrite(
        _ range: Range<Int>, of bytes: RawSpan, by shape: Shape, into out: inout [UInt8]
    ) throws(DecodeError) {
        var cursor = AttributeCursor(range)
        while let attribute = try cursor.next(in: bytes) {
            guard let field = shape[attribute.type] else {
                leaveOut("attribute \(attribute.type)")
                continue
            }
            try rewrite(attribute, of: bytes, beside: range, as: field, into: &out)
        }
    }

    private mutating func rewrite(
        _ attribute: Attribute, of bytes: RawSpan, beside range: Range<Int>, as field: Field, into out: inout [UInt8]
    ) throws(DecodeError) {
        let start = out.count
        let head = attribute.payload.lowerBound - AttributeCursor.headerSize
        out.append(bytes, head..<attribute.payload.lowerBound)
        var isKept = true
        switch field {
        case .keep: out.append(bytes, attribute.payload)
        case .address where attribute.payload.count == 4:
            let address: UInt32 = try bytes.bigEndian(at: attribute.payload.lowerBound)
            withUnsafeBytes(of: addresses.ipv4(address).bigEndian) { out += $0 }
        case .drop: isKept = false
        case .nested(let shape): try rewrite(attribute.payload, of: bytes, by: shape, into: &out)
        case .list(let element):
            var cursor = AttributeCursor(in: attribute)
            while let one = try cursor.next(in: bytes) {
                try rewrite(one, of: bytes, beside: attribute.payload, as: element, into: &out)
            }
        default:
            if let value = try value(of: attribute, in: bytes, beside: range, as: field) {
                out += value
            } else {
                leaveOut("attribute \(attribute.type), whose content is not what it should be")
                isKept = false
            }
        }
        guard isKept, out.count - start <= Int(UInt16.max) else { return out.removeSubrange(start...) }
        out.finishAttribute(from: start)
    }

    /// - Returns: nil for what is not understood.
    private mutating func value(
        of attribute: Attribute, in bytes: RawSpan, beside range: Range<Int>, as field: Field
    ) throws(DecodeError) -> [UInt8]? {
        let payload = bytes.copy(attribute)
        switch field {
        case .address: return addresses.mapped(payload)
        case .prefix(let place):
            return header.indices.contains(place) ? addresses.mapped(payload, prefix: Int(header[place])) : nil
        case .union(let type): return addresses.mapped(union: payload, try family(in: type, of: range, bytes))
        case .link: return linkAddress(payload)
        case .interface: return NameMapping.field(payload) { names.interface($0) }
        case .name: return names.name(field: payload)
        case .text: return names.text(field: payload)
        case .special(let special): return try rewritten(payload, as: special, beside: bytes.copy(range))
        case .keep, .drop, .nested, .list: return nil
        }
    }

    /// An `AF_*` in an attribute of this type.
    private func family(
        in type: UInt16, of range: Range<Int>, _ bytes: RawSpan
    ) throws(DecodeError) -> UInt16? {
        var cursor = AttributeCursor(range)
        while let attribute = try cursor.next(in: bytes) {
            if attribute.type == type { return bytes.host(attribute) }
        }
        return nil
    }

    private mutating func linkAddress(_ payload: [UInt8]) -> [UInt8]? {
        [4, 16].contains(payload.count) ? addresses.mapped(payload) : addresses.link(payload)
    }
}

extension AddressMapping {
    /// Sixteen bytes, of which IPv4 uses the first four, and has the others zero.
    mutating func mapped(union bytes: [UInt8], _ family: UInt16?) -> [UInt8]? {
        guard bytes.count == 16 else { return mapped(bytes) }
        let rest = bytes[4...]
        let isIPv4 = family.map { Int32($0) == AF_INET } ?? rest.allSatisfy { $0 == 0 }
        guard isIPv4 else { return mapped(bytes) }
        return mapped(Array(bytes[..<4])).map { $0 + [UInt8](repeating: 0, count: rest.count) }
    }
}

extension NameMapping {
    /// A name in an attribute: with its NUL, if it has one, and nothing after it.
    mutating func name(field: [UInt8]) -> [UInt8] {
        let mapped = name(Array(field.prefix { $0 != 0 }))
        return field.contains(0) ? mapped + [0] : mapped
    }

    func text(field: [UInt8]) -> [UInt8] {
        let mapped = text(Array(field.prefix { $0 != 0 }))
        return field.contains(0) ? mapped + [0] : mapped
    }
}

extension [UInt8] {
    mutating func append(_ bytes: RawSpan, _ range: Range<Int>) {
        bytes.extracting(range.clamped(to: 0..<bytes.byteCount)).withUnsafeBytes { append(contentsOf: $0) }
    }

    /// Puts the length into the header of the attribute that begins there, and pads it.
    mutating func finishAttribute(from start: Int) {
        let length = count - start
        guard length >= AttributeCursor.headerSize else { return }
        Swift.withUnsafeBytes(of: UInt16(truncatingIfNeeded: length)) {
            replaceSubrange(start..<start + 2, with: $0)
        }
        while count % 4 != start % 4 { append(0) }
    }

    /// An attribute with these bytes.
    mutating func append(attribute type: some BinaryInteger, _ payload: [UInt8]) {
        let start = count
        Swift.withUnsafeBytes(of: (UInt16(0), UInt16(truncatingIfNeeded: type))) { append(contentsOf: $0) }
        self += payload
        finishAttribute(from: start)
    }
}
