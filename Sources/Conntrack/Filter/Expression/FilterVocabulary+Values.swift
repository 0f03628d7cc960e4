import Addresses

/// How values are read.
extension FilterVocabulary {
    /// A word without a value: a flag, or a text.
    func flag(_ text: String) -> FilterTest {
        if let trait = traits.first(where: { $0.rawValue == text.lowercased() }) { return .trait(trait) }
        guard let flag = flags.first(where: { $0.rawValue == text.lowercased() }) else {
            return .text(RowText.wanted(text))
        }
        return .status(StatusMatch(flag))
    }

    func test(
        _ word: FilterToken, _ comparison: FilterToken.Comparison, values: (text: String, isNegated: Bool, column: Int)
    ) throws(FilterError) -> FilterExpression {
        guard let key = FilterKey(name: word.text.lowercased()), keys.contains(key) else {
            throw FilterError(word.text, .unknown(rows, takes: words.joined(separator: " ")), column: word.column)
        }
        let isNegated = (comparison == .unequal) != values.isNegated
        let test: FilterTest
        switch comparison {
        case .equal, .unequal:
            let read = FilterValues(word.text, values.text, at: values.column)
            // Of bits all are meant that are listed: negated, that none of them is set.
            if isNegated, key.isBits {
                return .all(try read.each.map { value throws(FilterError) in .not(.test(try self.test(key, value))) })
            }
            test = try self.test(key, read)
        case .less, .atMost, .more, .atLeast:
            guard key.isNumber else {
                throw FilterError(word.text, .incomparable(comparison.rawValue), column: word.column)
            }
            let read = FilterValues(word.text, values.text, at: values.column)
            test = .numbers(key, [Self.range(comparison, try number(key, read))])
        }
        return isNegated ? .not(.test(test)) : .test(test)
    }

    private static func range(_ comparison: FilterToken.Comparison, _ number: UInt64) -> NumberMatch {
        switch comparison {
        case .less: number == 0 ? .none : NumberMatch(0...number - 1)
        case .atMost: NumberMatch(0...number)
        case .more: number == .max ? .none : NumberMatch(number + 1 ... .max)
        case .atLeast, .equal, .unequal: NumberMatch(number ... .max)
        }
    }

    private func test(_ key: FilterKey, _ values: FilterValues) throws(FilterError) -> FilterTest {
        switch key.valueKind {
        case .service: return .services(try services(values))
        case .status:
            let takes = StatusWord.takes
            var match = StatusMatch()
            for word in try values.read(takes, StatusWord.init) { match.add(word) }
            return .status(match)
        case .label: return .labels(try values.read(host.labels.takes, host.labels.bit))
        case .address:
            let takes = "ADDRESS, ADDRESS/LENGTH or ADDRESS:PORT"
            return .addresses(key, try values.read(takes, addresses).flatMap(\.self))
        case .name:
            let names = names[key] ?? []
            let takes = names.joined(separator: ", ")
            return .names(
                key, try values.read(takes.isEmpty ? "a name" : takes) { Self.name($0, names, of: key) })
        case .mark: return .numbers(key, try values.read("MARK, MARK/MASK or FIRST-LAST", Self.mark))
        default: return .numbers(key, try values.read(key.takes) { ranges(key, $0) }.flatMap(\.self))
        }
    }

    /// Of an entry the mark by which IPVS found its service is not known: it is the packet's (`skb->mark`), and no packet has to keep it.
    private func services(_ values: FilterValues) throws(FilterError) -> [FilterService] {
        if takesMarks { return try values.read(FilterService.takes, FilterService.init) }
        return try values.read(FilterService.takesAddressed) { FilterService($0).flatMap { $0.isByMark ? nil : $0 } }
    }

    /// - Parameter names: the valid ones; any if empty. The number of a state may be one that has no name.
    private static func name(_ text: String, _ names: [String], of key: FilterKey) -> NameMatch? {
        let match = NameMatch(text)
        let isValid = names.isEmpty ? !text.isEmpty : names.contains { $0.uppercased() == match.name }
        return isValid || key == .state && match.number.map { $0 <= UInt64(UInt8.max) } ?? false ? match : nil
    }

    private static func mark(_ text: String) -> NumberMatch? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count == 1 { return (FilterText.range(text) as ClosedRange<UInt32>?).map { NumberMatch($0.widened) } }
        guard parts.count == 2, let value: UInt32 = FilterText.number(parts[0]),
            let mask: UInt32 = FilterText.number(parts[1]), value & ~mask == 0
        else { return nil }
        return NumberMatch(UInt64(value)...UInt64(value), mask: UInt64(mask))
    }

    /// Several for the name of several ports.
    private func addresses(_ text: String) -> [AddressMatch]? {
        if let prefix = Prefix(text) { return [AddressMatch(prefix: prefix, ports: nil)] }
        if text.hasPrefix("["), text.hasSuffix("]") {
            return IPAddress(String(text.dropFirst().dropLast())).map { [AddressMatch(prefix: Prefix($0), ports: nil)] }
        }
        guard let colon = text.lastIndex(of: ":"), let ports = ports(String(text[text.index(after: colon)...])) else {
            return nil
        }
        let host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        guard let prefix = Prefix(String(isBracketed ? host.dropFirst().dropLast() : host)),
            isBracketed == (prefix.address.family == .ipv6)
        else { return nil }
        return ports.map { AddressMatch(prefix: prefix, ports: $0) }
    }

    private func ports(_ text: String) -> [ClosedRange<UInt16>]? {
        if let ports = FilterText.ports(text) { return [ports] }
        let named = host.ports(text)
        return named.isEmpty ? nil : named.map { $0...$0 }
    }

    // MARK: Numbers

    private func number(_ key: FilterKey, _ values: FilterValues) throws(FilterError) -> UInt64 {
        try values.only("a single number") { text in
            guard let range = range(key, text)?.range, range.lowerBound == range.upperBound else { return nil }
            return range.lowerBound
        }
    }

    /// Several for the name of several ports, as one of TCP and one of UDP.
    private func ranges(_ key: FilterKey, _ text: String) -> [NumberMatch]? {
        guard case .port = key.valueKind, case let named = host.ports(text), named.count > 1 else {
            return range(key, text).map { [$0] }
        }
        return named.map { NumberMatch(UInt64($0)...UInt64($0)) }
    }

    private func range(_ key: FilterKey, _ text: String) -> NumberMatch? {
        if let single = single(key, text) { return NumberMatch(single...single) }
        let ends = text.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == ":" }
        guard ends.count == 2, key.isNumber, let first = single(key, String(ends[0])),
            let last = single(key, String(ends[1])), first <= last
        else { return nil }
        return NumberMatch(first...last)
    }

    private func single(_ key: FilterKey, _ text: String) -> UInt64? {
        switch key.valueKind {
        case .family: EntryFilter.family(text).map(UInt64.init)
        case .protocol: IPProtocol(text).map { UInt64($0.rawValue) }
        case .port: (FilterText.number(text) as UInt16? ?? port(named: text)).map(UInt64.init)
        case .mark: (FilterText.number(text) as UInt32?).map(UInt64.init)
        case .number(let most): (FilterText.number(text) as UInt64?).flatMap { $0 <= most ? $0 : nil }
        case .bytes: Self.amount(text, ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40])
        case .count: Self.amount(text, ["k": 1000, "m": 1_000_000, "g": 1_000_000_000])
        case .span: Self.amount(text, ["s": 1, "m": 60, "h": 3600, "d": 86_400])
        case .address, .service, .status, .label, .name: nil
        }
    }

    /// The only one of a name.
    private func port(named name: String) -> UInt16? {
        let ports = host.ports(name)
        return ports.count == 1 ? ports.first : nil
    }

    private static func amount(_ text: String, _ units: [Character: UInt64]) -> UInt64? {
        if let plain: UInt64 = FilterText.number(text) { return plain }
        guard let last = text.lowercased().last, let unit = units[last],
            let number: UInt64 = FilterText.number(text.dropLast())
        else { return nil }
        let (product, overflows) = number.multipliedReportingOverflow(by: unit)
        return overflows ? nil : product
    }
}

extension FilterKey {
    /// Its values, worded to end a sentence.
    fileprivate var takes: String {
        switch valueKind {
        case .family: "ipv4 or ipv6"
        case .protocol: "a name such as tcp, or a number up to 255"
        case .port: "PORT, FIRST-LAST, or a name such as http"
        case .number(let most): "a number up to \(most)"
        case .bytes: "a number, or one with K, M, G or T"
        case .count: "a number, or one with K, M or G"
        case .span: "seconds, or 30s, 5m, 2h, 1d"
        case .mark: "a number"
        case .address, .service, .status, .label, .name: "a value"
        }
    }
}

extension ClosedRange<UInt32> {
    fileprivate var widened: ClosedRange<UInt64> { UInt64(lowerBound)...UInt64(upperBound) }
}

/// The values of one word, as written: several separated by commas.
struct FilterValues {
    private let word: String
    private let parts: [(text: String, column: Int)]

    init(_ word: String, _ text: String, at column: Int) {
        self.word = word
        var start = column
        parts = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            defer { start += part.unicodeScalars.count + 1 }
            return (String(part), start)
        }
    }

    private init(_ word: String, _ part: (text: String, column: Int)) { (self.word, parts) = (word, [part]) }

    /// Each for itself.
    var each: [FilterValues] { parts.map { FilterValues(word, $0) } }

    func read<Value>(_ takes: String, _ value: (String) -> Value?) throws(FilterError) -> [Value] {
        var values: [Value] = []
        for part in parts {
            guard let value = value(part.text) else { throw refusal(of: part, takes) }
            values.append(value)
        }
        return values
    }

    func only<Value>(_ takes: String, _ value: (String) -> Value?) throws(FilterError) -> Value {
        guard parts.count == 1, let read = value(parts[0].text) else {
            throw refusal(of: parts.first ?? ("", 1), takes)
        }
        return read
    }

    private func refusal(of part: (text: String, column: Int), _ takes: String) -> FilterError {
        FilterError(word, .value(part.text, takes: takes), column: part.column)
    }
}

extension StatusMatch {
    init(_ flag: FilterFlag) {
        switch flag {
        case .unreplied: forbidden = flag.bits
        case .offload, .anyNat: any = flag.bits
        case .assured, .dying, .srcNat, .dstNat: required = flag.bits
        }
    }

    fileprivate mutating func add(_ word: StatusWord) {
        switch word {
        case .bit(let bit): required.insert(bit)
        case .unreplied: forbidden.insert(.seenReply)
        case .unset: break
        }
    }
}
