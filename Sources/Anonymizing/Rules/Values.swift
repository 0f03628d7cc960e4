import Netlink

extension AttributeRewriter {
    /// A value whose bytes are known.
    ///
    /// - Parameter kinds: at least as many as the value has bytes.
    /// - Returns: nil if it is not known what it is, or no replacement would mean the same.
    mutating func mapped(_ value: [UInt8], as kinds: [ValueByte]) -> [UInt8]? {
        guard value.count <= kinds.count else { return nil }
        var out: [UInt8] = []
        while out.count < value.count {
            let start = out.count
            var end = start + 1
            while end < value.count, Self.areOfOneField(kinds[end - 1], kinds[end]) { end += 1 }
            guard let part = mapped(Array(value[start..<end]), ofOneField: Array(kinds[start..<end])) else {
                return nil
            }
            out += part
        }
        return out
    }

    private static func areOfOneField(_ left: ValueByte, _ right: ValueByte) -> Bool {
        left.kind == right.kind && left.field == right.field
            && (left.kind == .number || left.kind == .opaque || right.place == left.place + 1)
    }

    private mutating func mapped(_ value: [UInt8], ofOneField kinds: [ValueByte]) -> [UInt8]? {
        guard let first = kinds.first else { return [] }
        if first.kind == .number { return value }
        guard first.place == 0 else { return nil }
        let isWhole = kinds.allSatisfy { $0.mask == 0xFF }
        switch first.kind {
        case .ipv4, .ipv6:
            guard let size = first.kind.size, value.count <= size, let length = Self.prefix(kinds) else { return nil }
            let whole = value + [UInt8](repeating: 0, count: size - value.count)
            return addresses.mapped(whole, prefix: length).map { Array($0[..<value.count]) }
        case .link: return isWhole && value.count == 6 ? addresses.link(value) : nil
        case .interface: return isWhole ? NameMapping.field(value) { names.interface($0) } : nil
        case .number, .opaque: return nil
        }
    }

    /// How many leading bits are left; nil if there are gaps.
    private static func prefix(_ kinds: [ValueByte]) -> Int? {
        let length = kinds.reduce(0) { $0 + $1.mask.nonzeroBitCount }
        for (place, kind) in kinds.enumerated() {
            let bits = min(8, max(0, length - 8 * place))
            if kind.mask != UInt8(truncatingIfNeeded: 0xFF00 >> bits) { return nil }
        }
        return length
    }

    /// Both ends of a range, which is a prefix.
    ///
    /// - Returns: nil if it is none.
    mutating func mapped(from low: [UInt8], to high: [UInt8]) -> (low: [UInt8], high: [UInt8])? {
        guard low.count == high.count, low.count == 4 || low.count == 16 else { return nil }
        let differing = zip(low, high).map { $0 ^ $1 }
        let free = (differing.firstIndex { $0 != 0 }).map { place in
            8 * (low.count - place) - differing[place].leadingZeroBitCount
        }
        let ones = [UInt8](repeating: 0, count: low.count).indices.map { place -> UInt8 in
            let bits = min(8, max(0, (free ?? 0) - 8 * (low.count - 1 - place)))
            return UInt8(truncatingIfNeeded: (1 << bits) - 1)
        }
        guard zip(low, ones).allSatisfy({ $0 & $1 == 0 }), zip(high, ones).allSatisfy({ $0 & $1 == $1 }),
            let mapped = addresses.mapped(low, prefix: 8 * low.count - (free ?? 0))
        else { return nil }
        return (mapped, zip(mapped, ones).map { $0 | $1 })
    }
}
