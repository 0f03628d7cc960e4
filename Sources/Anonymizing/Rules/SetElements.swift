import CNetlink
import Netlink

/// Elements of sets of nf_tables.
extension AttributeRewriter {
    /// Of the set that the message is about; nil if it is not known, and then nothing of it is kept.
    var layout: SetLayout? {
        sets[SetIdentity(family: header.first ?? 0, table: table, name: set)]
    }

    /// A list of elements, each by itself. What is not understood is left out.
    mutating func elements(_ list: [UInt8]) -> [UInt8] {
        Attributes(list).all.reduce(into: []) { out, element in
            for one in self.elements(of: Attributes(element.payload)) {
                out.append(attribute: NFTA_LIST_ELEM.rawValue | UInt32(NLA_F_NESTED), one)
            }
        }
    }

    /// What becomes of one: several, if a range of addresses becomes several.
    mutating func elements(of element: Attributes) -> [[UInt8]] {
        guard let layout else {
            lacksElements = true
            leaveOut("elements of a set that is not known")
            return []
        }
        guard let key = element.payload(NFTA_SET_ELEM_KEY.rawValue) else {
            // For whatever no other element matches, it has no key.
            return rewritten(element, layout, key: nil, end: nil).map { [$0] } ?? []
        }
        var keys: [(key: [UInt8], end: [UInt8]?)] = []
        if let end = element.payload(NFTA_SET_ELEM_KEY_END.rawValue) {
            keys = ranges(from: key, to: end, layout)
        } else if let mapped = rewritten(data: key, as: layout.keyBytes) {
            keys = [(mapped, nil)]
        }
        let all = keys.compactMap { rewritten(element, layout, key: $0.key, end: $0.end) }
        if all.isEmpty {
            lacksElements = true
            leaveOut("elements whose keys are not understood, or ranges that no prefixes are")
        }
        return all
    }

    /// The same with another key.
    mutating func rewritten(
        _ element: Attributes, _ layout: SetLayout, key: [UInt8]?, end: [UInt8]?
    ) -> [UInt8]? {
        var isUnderstood = true
        var parts: [(type: UInt16, payload: [UInt8]?)] = []
        for (type, payload) in element.all {
            let mapped: [UInt8]? =
                switch UInt32(type) {
                case NFTA_SET_ELEM_KEY.rawValue: key
                case NFTA_SET_ELEM_KEY_END.rawValue: end
                case NFTA_SET_ELEM_DATA.rawValue: rewritten(data: payload, as: layout.dataBytes)
                case NFTA_SET_ELEM_OBJREF.rawValue: names.name(field: payload)
                case NFTA_SET_ELEM_USERDATA.rawValue: userData(payload, comment: 0)
                case NFTA_SET_ELEM_EXPR.rawValue: rewritten(expression: payload)
                case NFTA_SET_ELEM_EXPRESSIONS.rawValue: rewritten(expressions: payload)
                case NFTA_SET_ELEM_FLAGS.rawValue, NFTA_SET_ELEM_TIMEOUT.rawValue,
                    NFTA_SET_ELEM_EXPIRATION.rawValue, NFTA_SET_ELEM_PAD.rawValue:
                    payload
                default: nil
                }
            if mapped == nil { isUnderstood = false }
            parts.append((type, mapped))
        }
        guard isUnderstood else {
            lacksElements = true
            leaveOut("elements with data that are not understood")
            return nil
        }
        var place = 0
        return element.mapped { _, _ in
            defer { place += 1 }
            return parts.indices.contains(place) ? parts[place].payload : nil
        }
    }

    // MARK: Ranges

    /// Most that one element may become.
    private static let mostRanges = 256

    /// Of a key of several parts each combination of the prefixes that the parts' ranges consist of.
    private mutating func ranges(
        from key: [UInt8], to end: [UInt8], _ layout: SetLayout
    ) -> [(key: [UInt8], end: [UInt8]?)] {
        guard let low = Attributes(key).payload(NFTA_DATA_VALUE.rawValue),
            let high = Attributes(end).payload(NFTA_DATA_VALUE.rawValue), low.count == high.count,
            low.count == layout.keyBytes.count
        else { return [] }
        var all: [(low: [UInt8], high: [UInt8])] = [([], [])]
        var start = 0
        for part in layout.key {
            let space = layout.key.count == 1 ? part.size : part.space
            let (from, to) = (Array(low[start..<start + space]), Array(high[start..<start + space]))
            guard let pieces = pieces(part, from, to), all.count * pieces.count <= Self.mostRanges else { return [] }
            all = all.flatMap { before in pieces.map { (before.low + $0.low, before.high + $0.high) } }
            start += space
        }
        func with(_ data: [UInt8], _ value: [UInt8]) -> [UInt8] { Attributes(data).mapped { _, _ in value } }
        return all.map { (with(key, $0.low), with(end, $0.high)) }
    }

    private mutating func pieces(
        _ part: SetLayout.Part, _ low: [UInt8], _ high: [UInt8]
    ) -> [(low: [UInt8], high: [UInt8])]? {
        switch part.kind {
        case .number: return [(low, high)]
        case .ipv4, .ipv6:
            return AddressRange(low, high)?.prefixes.compactMap { prefix in
                mapped(from: prefix.low, to: prefix.high)
            }
        case .link, .interface:
            guard low == high else { return nil }
            let kinds = ValueByte.all(part.kind, part.size) + ValueByte.all(.number, low.count - part.size)
            return mapped(low, as: kinds).map { [($0, $0)] }
        case .opaque: return nil
        }
    }
}

/// A range of addresses, both ends included, in network order.
struct AddressRange {
    private let low: UInt128
    private let high: UInt128
    private let width: Int

    /// - Returns: nil for other sizes, or if it ends before it begins.
    init?(_ low: [UInt8], _ high: [UInt8]) {
        guard low.count == high.count, low.count == 4 || low.count == 16 else { return nil }
        width = 8 * low.count
        self.low = low.reduce(0) { $0 << 8 | UInt128($1) }
        self.high = high.reduce(0) { $0 << 8 | UInt128($1) }
        if self.high < self.low { return nil }
    }

    /// The prefixes that it consists of: at most two for each bit.
    var prefixes: [(low: [UInt8], high: [UInt8])] {
        var found: [(low: [UInt8], high: [UInt8])] = []
        var start = low
        while true {
            var free = min(width, start == 0 ? width : start.trailingZeroBitCount)
            while free > 0, Self.end(start, free) > high { free -= 1 }
            let end = Self.end(start, free)
            found.append((bytes(start), bytes(end)))
            if end >= high { return found }
            start = end + 1
        }
    }

    private static func end(_ start: UInt128, _ free: Int) -> UInt128 {
        free >= 128 ? .max : start | ((1 << UInt128(free)) - 1)
    }

    private func bytes(_ number: UInt128) -> [UInt8] {
        (0..<width / 8).map { UInt8(truncatingIfNeeded: number >> UInt128(width - 8 - 8 * $0)) }
    }
}
