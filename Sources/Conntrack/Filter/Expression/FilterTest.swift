import Addresses

/// One test of a filter: a word and what it must be, or a text.
package enum FilterTest: Equatable, Sendable {
    /// Contained in the row's text; in lower case.
    case text([UInt8])
    case services([FilterService])
    case trait(FilterTrait)
    case status(StatusMatch)
    /// All of these labels are set.
    case labels([UInt8])
    case addresses(FilterKey, [AddressMatch])
    case numbers(FilterKey, [NumberMatch])
    /// Names in capitals.
    case names(FilterKey, [NameMatch])

    /// Whether a row fulfils it; nil if that is not known.
    func judge(_ row: some FilterRow) -> Bool? {
        switch self {
        case .text(let wanted):
            var text = RowText()
            row.write(to: &text)
            return text.contains(wanted)
        case .services(let wanted): return row.isServiceKnown ? wanted.contains { row.isOf($0) } : nil
        case .trait(let trait): return row.has(trait)
        case .status: return judge(row.fact(.status))
        case .labels: return judge(row.fact(.label))
        case .addresses(let key, _), .numbers(let key, _), .names(let key, _): return judge(row.fact(key))
        }
    }

    private func judge(_ fact: FilterFact) -> Bool? {
        switch (self, fact) {
        case (_, .absent): return false
        case (_, .unknown): return nil
        case (_, .several(let facts)): return judge(facts)
        case (.addresses(_, let wanted), .endpoint(let address, let port)):
            return wanted.contains { $0.matches(address, port) }
        case (.numbers(_, let wanted), .number(let number)), (.numbers(_, let wanted), .name(_, let number?)):
            return wanted.contains { $0.matches(number) }
        case (.numbers(_, let wanted), .atLeast(let number)):
            if wanted.contains(where: { $0.matchesAll(from: number) }) { return true }
            return wanted.contains { $0.matchesAny(from: number) } ? nil : false
        case (.names(_, let wanted), .name(let name, let number)): return wanted.contains { $0.matches(name, number) }
        case (.status(let wanted), .number(let bits)): return wanted.matches(UInt32(truncatingIfNeeded: bits))
        case (.labels(let wanted), .labels(let labels)):
            return wanted.allSatisfy { EntryFilter.isSet($0, in: labels) }
        default: return false
        }
    }

    private func judge(_ facts: [FilterFact]) -> Bool? {
        var isKnown = true
        for fact in facts {
            guard let answer = judge(fact) else {
                isKnown = false
                continue
            }
            if answer { return true }
        }
        return isKnown ? false : nil
    }
}

/// `ADDRESS`, `ADDRESS/LENGTH`, or either of these with a port.
package struct AddressMatch: Equatable, Sendable {
    package let prefix: Prefix
    /// Nil for any.
    package let ports: ClosedRange<UInt16>?

    func matches(_ address: IPAddress, _ port: UInt16?) -> Bool {
        guard prefix.contains(address) else { return false }
        guard let ports else { return true }
        return port.map(ports.contains) ?? false
    }
}

/// A number, a range of numbers, or some bits of one.
package struct NumberMatch: Equatable, Sendable {
    package let range: ClosedRange<UInt64>
    /// The bits that are compared.
    package let mask: UInt64

    init(_ range: ClosedRange<UInt64>, mask: UInt64 = .max) {
        self.range = range
        self.mask = mask
    }

    /// No number is less than 0, or greater than the greatest.
    static let none = NumberMatch(1...1, mask: 0)

    func matches(_ number: UInt64) -> Bool { range.contains(number & mask) }

    fileprivate func matchesAll(from number: UInt64) -> Bool { range.contains(number) && range.upperBound == .max }

    fileprivate func matchesAny(from number: UInt64) -> Bool { mask != 0 && range.upperBound >= number }
}

/// A name without regard to case, or its number.
package struct NameMatch: Equatable, Sendable {
    /// In capitals.
    package let name: String
    let number: UInt64?

    init(_ text: some StringProtocol) {
        name = text.uppercased()
        number = FilterText.number(text)
    }

    func matches(_ other: String, _ number: UInt64?) -> Bool {
        if let wanted = self.number, let number, wanted == number { return true }
        // Most names are in capitals already.
        return other == name || other.utf8.count == name.utf8.count && other.uppercased() == name
    }
}

/// Bits of an entry's status.
package struct StatusMatch: Equatable, Sendable {
    /// All of these are set.
    package internal(set) var required: Status = []
    /// None of these is set.
    package internal(set) var forbidden: Status = []
    /// At least one of these is set; no condition if empty.
    package internal(set) var any: Status = []

    func matches(_ bits: UInt32) -> Bool {
        let status = Status(rawValue: bits)
        return status.isSuperset(of: required) && status.isDisjoint(with: forbidden)
            && (any.isEmpty || !status.isDisjoint(with: any))
    }
}

/// `[PROTOCOL/]ADDRESS[:PORT]` or `fwmark:MARK`.
package enum FilterService: Equatable, Sendable {
    case fwmark(UInt32)
    case address(EntryFilter.Service)

    /// The syntax it accepts, worded to end a sentence.
    package static let takes = "[PROTO/]VIP[:PORT] or fwmark:N"

    /// The same, where the mark is not known.
    static let takesAddressed = "[PROTO/]VIP[:PORT], as no entry tells the mark by which IPVS chose its service"

    var isByMark: Bool { if case .fwmark = self { true } else { false } }

    /// Reads it, an IPv6 address with a port in brackets.
    package init?(_ text: String) {
        let prefix = "fwmark:"
        if text.hasPrefix(prefix) {
            guard let mark: UInt32 = FilterText.number(text.dropFirst(prefix.count)) else { return nil }
            self = .fwmark(mark)
        } else {
            guard let service = EntryFilter.Service(text) else { return nil }
            self = .address(service)
        }
    }
}
