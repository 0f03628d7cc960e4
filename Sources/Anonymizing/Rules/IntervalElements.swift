import CNetlink
import Netlink

/// The elements of a set of intervals of addresses, of which all must be there before any can be written: an element is only the beginning
/// of an interval, or its end, and the order of replacements is another one.
struct IntervalElements {
    /// Of the message that they are in: its header, and `struct nfgenmsg`.
    private(set) var head: [UInt8]
    private(set) var elements: [[UInt8]] = []
    /// Whoever makes a capture has no set of more bytes than these.
    private static let mostBytes = 64 << 20
    /// An interval can consist of as many prefixes as its addresses have bits, twice: of a set whose intervals consist of more than these, the
    /// others are left out.
    static let mostPrefixes = 1 << 20
    private var size = 0

    init(head: [UInt8]) { self.head = head }

    /// The set changed while it was listed (`NLM_F_DUMP_INTR`).
    mutating func interrupt() {
        let flags = (try? head.span.bytes.host(UInt16.self, at: 6)) ?? 0
        withUnsafeBytes(of: flags | UInt16(NLM_F_DUMP_INTR)) { head.replaceSubrange(6..<8, with: $0) }
    }

    /// - Parameter list: `NFTA_SET_ELEM_LIST_ELEMENTS`.
    /// - Returns: whether there was place for them.
    mutating func take(_ list: [UInt8]) -> Bool {
        size += list.count
        guard size <= Self.mostBytes else { return false }
        elements += Attributes(list).all.map(\.payload)
        return true
    }
}

extension AttributeRewriter {
    /// Whether the elements of the set that the message is about must be collected.
    var collectsElements: Bool {
        guard let layout, layout.isInterval, layout.key.count == 1 else { return false }
        return layout.key[0].kind.isAddress
    }

    private struct Interval {
        var low: [UInt8]
        /// Nil for the highest address.
        var end: [UInt8]?
        /// Of the element that it is a part of.
        var element: Int
    }

    /// The list's elements again, with the intervals that the replacements are in.
    mutating func rewritten(intervals collected: IntervalElements) -> [[UInt8]] {
        guard let layout, let size = layout.key.first?.kind.size else { return [] }
        var out: [[UInt8]] = []
        var begins: [(key: [UInt8], element: Int)] = []
        var ends: [[UInt8]] = []
        var endTemplate: Attributes?
        for (place, bytes) in collected.elements.enumerated() {
            let element = Attributes(bytes)
            let key = element.payload(NFTA_SET_ELEM_KEY.rawValue).flatMap {
                Attributes($0).payload(NFTA_DATA_VALUE.rawValue)
            }
            guard let key, key.count == size else {
                out += self.elements(of: element)
                continue
            }
            let flags = element.number(NFTA_SET_ELEM_FLAGS.rawValue) ?? 0
            if flags & UInt32(NFT_SET_ELEM_INTERVAL_END.rawValue) != 0 {
                ends.append(key)
                endTemplate = element
            } else {
                begins.append((key, place))
            }
        }
        let intervals = mapped(Self.intervals(begins, ends))
        if ends.contains(where: { $0.allSatisfy { $0 == 0 } }),
            intervals.first?.low.contains(where: { $0 != 0 }) ?? true,
            let endTemplate
        {
            out += [Self.with(endTemplate, key: [UInt8](repeating: 0, count: size))]
        }
        for (place, interval) in intervals.enumerated() {
            let element = Attributes(collected.elements[interval.element])
            let key = Self.data(element, interval.low)
            if let mapped = rewritten(element, layout, key: key, end: nil) { out.append(mapped) }
            let next = place + 1 < intervals.count ? intervals[place + 1].low : nil
            if let end = interval.end, end != next, let endTemplate {
                out.append(Self.with(endTemplate, key: end))
            }
        }
        return out
    }

    /// Each goes from its element to the next one, whichever that is.
    private static func intervals(_ begins: [(key: [UInt8], element: Int)], _ ends: [[UInt8]]) -> [Interval] {
        let sorted = begins.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        let borders = (sorted.map(\.key) + ends).sorted { $0.lexicographicallyPrecedes($1) }
        var place = 0
        return sorted.map { begin in
            while place < borders.count, !begin.key.lexicographicallyPrecedes(borders[place]) { place += 1 }
            return Interval(
                low: begin.key, end: place < borders.count ? borders[place] : nil, element: begin.element)
        }
    }

    /// Of each the prefixes that it consists of, in order, and those beside each other joined.
    private mutating func mapped(_ intervals: [Interval]) -> [Interval] {
        var pieces: [Interval] = []
        for interval in intervals {
            let last =
                interval.end.map { Self.stepped($0, by: -1) ?? $0 }
                ?? [UInt8](repeating: 0xFF, count: interval.low.count)
            guard pieces.count < IntervalElements.mostPrefixes else {
                leaveOut("elements of a set that is too large")
                lacksElements = true
                break
            }
            for prefix in AddressRange(interval.low, last)?.prefixes ?? [] {
                guard let ends = mapped(from: prefix.low, to: prefix.high) else { continue }
                pieces.append(
                    Interval(low: ends.low, end: Self.stepped(ends.high, by: 1), element: interval.element))
            }
        }
        pieces.sort { $0.low.lexicographicallyPrecedes($1.low) }
        return pieces.reduce(into: []) { joined, piece in
            if let last = joined.last, last.element == piece.element, last.end == piece.low {
                joined[joined.count - 1].end = piece.end
            } else {
                joined.append(piece)
            }
        }
    }

    /// The address after it, or before; nil beyond the last one.
    private static func stepped(_ address: [UInt8], by step: Int) -> [UInt8]? {
        var out = address
        for place in address.indices.reversed() {
            let (sum, overflow) =
                step > 0 ? out[place].addingReportingOverflow(1) : out[place].subtractingReportingOverflow(1)
            out[place] = sum
            if !overflow { return out }
        }
        return nil
    }

    /// The element's key with another value.
    private static func data(_ element: Attributes, _ value: [UInt8]) -> [UInt8] {
        Attributes(element.payload(NFTA_SET_ELEM_KEY.rawValue) ?? []).mapped { _, _ in value }
    }

    /// An element that ends an interval: a key, and flags.
    private static func with(_ template: Attributes, key: [UInt8]) -> [UInt8] {
        template.mapped { type, payload in
            switch UInt32(type) {
            case NFTA_SET_ELEM_KEY.rawValue: Attributes(payload).mapped { _, _ in key }
            case NFTA_SET_ELEM_FLAGS.rawValue: payload
            default: nil
            }
        }
    }
}
