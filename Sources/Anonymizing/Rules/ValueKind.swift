import CNetlink

/// What a value is, in a register, a comparison or an element of a set.
enum ValueKind: Equatable {
    /// Ports, protocols, marks, states: nothing to replace.
    case number
    case ipv4
    case ipv6
    case link
    case interface
    /// Not known: it may be anything.
    case opaque

    /// Bytes of the whole; nil if they differ.
    var size: Int? {
        switch self {
        case .ipv4: 4
        case .ipv6, .interface: 16
        case .link: 6
        case .number, .opaque: nil
        }
    }

    var isAddress: Bool { self == .ipv4 || self == .ipv6 }

    /// By nft(8)'s number for a type (`enum datatypes` of its datatype.h), which the kernel keeps as it is.
    ///
    /// - Parameter size: in bytes; nil for the type's own.
    /// - Returns: the kind and its size.
    static func of(datatype: UInt32, size: Int?) -> (kind: ValueKind, size: Int)? {
        switch datatype {
        case 7: return (.ipv4, 4)
        case 8: return (.ipv6, 16)
        case 9: return (.link, 6)
        case 41: return (.interface, 16)
        default: break
        }
        // An integer can be any part of a packet; with at most two bytes no address.
        if datatype == 4 { return size.map { ($0 <= 2 ? .number : .opaque, $0) } }
        guard let own = numbers[datatype] else { return size.map { (.opaque, $0) } }
        return (.number, size ?? own)
    }

    /// Protocols, ports, times, marks, indexes, users, states, labels and flags, with their sizes.
    private static let numbers: [UInt32: Int] = [
        2: 1, 10: 2, 11: 2, 12: 1, 13: 2, 14: 1, 15: 1, 16: 1, 17: 1, 18: 8, 19: 4, 20: 4, 21: 2, 22: 4, 23: 4, 24: 4,
        25: 4, 26: 4, 27: 1, 28: 4, 29: 1, 30: 16, 31: 1, 32: 1, 33: 1, 34: 1, 35: 4, 36: 1, 37: 1, 38: 4, 39: 1,
        40: 4, 42: 1, 43: 8, 44: 4, 45: 1, 46: 8,
    ]
}

/// A byte of a register: of which field it is, and where in it.
struct ValueByte: Equatable {
    var kind: ValueKind
    var place = 0
    /// Tells fields beside each other apart.
    var field = 0
    /// Which of its bits are left.
    var mask: UInt8 = 0xFF

    static let opaque = ValueByte(kind: .opaque)

    /// A whole field.
    static func all(_ kind: ValueKind, _ count: Int, from place: Int = 0, field: Int = 0) -> [ValueByte] {
        (0..<count).map { ValueByte(kind: kind, place: place + $0, field: field) }
    }
}

/// Which set: its table's family and name, and its own.
struct SetIdentity: Hashable {
    var family: UInt8
    var table: [UInt8]
    var name: [UInt8]
}

/// What a set of nf_tables holds.
struct SetLayout {
    struct Part {
        var kind: ValueKind
        var size: Int

        /// In a key of several each begins at a multiple of four bytes.
        var space: Int { (size + 3) & ~3 }
    }

    private(set) var key: [Part] = []
    /// Of a map; none if its elements have verdicts, or names of objects.
    private(set) var data: [Part] = []
    let isInterval: Bool

    /// By the attributes of a set, as the kernel lists it.
    init(_ set: Attributes) {
        let flags = set.number(NFTA_SET_FLAGS.rawValue) ?? 0
        isInterval = flags & UInt32(NFT_SET_INTERVAL.rawValue) != 0
        let concatenated = set.payload(NFTA_SET_DESC.rawValue).flatMap {
            Attributes($0).payload(NFTA_SET_DESC_CONCAT.rawValue)
        }
        let sizes = Attributes(concatenated ?? []).all.map { part in
            Int(Attributes(part.payload).number(NFTA_SET_FIELD_LEN.rawValue) ?? 0)
        }
        key = Self.parts(
            set.number(NFTA_SET_KEY_TYPE.rawValue) ?? 0, Int(set.number(NFTA_SET_KEY_LEN.rawValue) ?? 0), sizes)
        if flags & UInt32(NFT_SET_MAP.rawValue) != 0, let type = set.number(NFTA_SET_DATA_TYPE.rawValue),
            type != UInt32(NFT_DATA_VERDICT.rawValue)
        {
            data = Self.parts(type, Int(set.number(NFTA_SET_DATA_LEN.rawValue) ?? 0), [])
        }
    }

    /// The kernel's limit for a key is 64 (`NFT_DATA_VALUE_MAXLEN`); a capture may claim anything.
    private static let mostBytes = 128

    /// Types of several parts are in one number, with six bits each, the last one in the lowest (`TYPE_BITS`).
    private static func parts(_ type: UInt32, _ length: Int, _ sizes: [Int]) -> [Part] {
        var types: [UInt32] = []
        var rest = type
        while rest != 0 {
            types.insert(rest & 63, at: 0)
            rest >>= 6
        }
        let parts = types.enumerated().map { place, type in
            let given = types.count == 1 ? length : sizes.count == types.count ? sizes[place] : nil
            let found = ValueKind.of(datatype: type, size: given)
            return Part(kind: found?.kind ?? .opaque, size: found?.size ?? 0)
        }
        let size = parts.count == 1 ? parts[0].size : parts.reduce(0) { $0 + $1.space }
        guard size == length, length <= mostBytes, !parts.isEmpty else {
            return [Part(kind: .opaque, size: max(0, min(length, mostBytes)))]
        }
        return parts
    }

    var keyBytes: [ValueByte] { Self.bytes(of: key) }

    var dataBytes: [ValueByte] { Self.bytes(of: data) }

    private static func bytes(of parts: [Part]) -> [ValueByte] {
        parts.enumerated().flatMap { field, part in
            ValueByte.all(part.kind, part.size, field: field + 1)
                + (parts.count == 1 ? [] : ValueByte.all(.number, part.space - part.size))
        }
    }
}
