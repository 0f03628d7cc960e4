import CNetlink
import Netlink

/// Where an entry of a table of iptables-legacy is: a rule, a policy, or what begins or ends a chain. Offsets in the table's entries.
///
/// Source: `struct ipt_entry` (linux/netfilter_ipv4/ip_tables.h), `struct ip6t_entry`: a condition, matches, then one target.
struct LegacyEntry: Equatable, Sendable {
    let start: Int
    let target: Int
    let end: Int
}

/// What an entry has of one module: `struct xt_entry_match` or `xt_entry_target` (linux/netfilter/x_tables.h).
struct LegacyExtension: Equatable {
    /// `conntrack`, `REJECT`; empty for the standard target.
    let name: String
    let revision: UInt8
    let data: [UInt8]
    /// Where the data begins, in the table's entries.
    let place: Int

    /// Bytes before the data: size, name, revision.
    static let headSize = MemoryLayout<xt_entry_target>.size

    /// - Parameter range: within `bytes`, and not shorter than its head.
    fileprivate init(_ bytes: RawSpan, _ range: Range<Int>) {
        let name = range.lowerBound + 2..<range.lowerBound + 2 + Int(XT_EXTENSION_MAXNAMELEN)
        self.name = bytes.text(name)
        revision = bytes.copy(name.upperBound..<name.upperBound + 1).first ?? 0
        place = range.lowerBound + Self.headSize
        data = bytes.copy(place..<max(range.upperBound, place))
    }

    /// The standard target's: below 0 a verdict, otherwise the offset of a chain's first entry.
    var verdict: Int? {
        guard name.isEmpty, let verdict = try? data.span.bytes.host(Int32.self, at: 0) else { return nil }
        return Int(verdict)
    }

    /// The name of the chain that begins here; that of the table's last entry is `ERROR`.
    var chain: String? { name == "ERROR" ? data.span.bytes.text(0..<data.count) : nil }
}

extension LegacyTable {
    func target(of entry: LegacyEntry) -> LegacyExtension {
        LegacyExtension(entries.span.bytes, entry.target..<entry.end)
    }

    /// As far as their sizes are right.
    func matches(of entry: LegacyEntry) -> [LegacyExtension] {
        let bytes = entries.span.bytes
        var found: [LegacyExtension] = []
        var offset = entry.start + LegacyEntries(family).size
        while let size = try? Int(bytes.host(UInt16.self, at: offset)), size >= LegacyExtension.headSize,
            offset + size <= entry.target
        {
            found.append(LegacyExtension(bytes, offset..<offset + size))
            offset += size
        }
        return found
    }

    /// How many packets its condition and matches have matched.
    func packets(of entry: LegacyEntry) -> UInt64 {
        let offset =
            family == .ip6
            ? MemoryLayout<ip6t_entry>.offset(of: \.counters) : MemoryLayout<ipt_entry>.offset(of: \.counters)
        return (try? entries.span.bytes.host(at: entry.start + (offset ?? 0))) ?? 0
    }

    /// Whether the chain that it names does not return to it.
    func isGoto(_ entry: LegacyEntry) -> Bool {
        let bytes = entries.span.bytes.copy(entry.start..<entry.target)
        return family == .ip6
            ? (MemoryLayout<ip6t_ip6>.offset(of: \.flags)).map { bytes[$0] & UInt8(IP6T_F_GOTO) != 0 } ?? false
            : (MemoryLayout<ipt_ip>.offset(of: \.flags)).map { bytes[$0] & UInt8(IPT_F_GOTO) != 0 } ?? false
    }
}

/// Walks over a table's entries; each step checks its sizes and moves forward, or throws.
struct LegacyEntries {
    private(set) var places: [LegacyEntry] = []
    private(set) var chains: [String] = []
    /// Whether the last entry is the one that ends a table.
    private(set) var isEnded = false
    /// Of an entry without matches and target.
    let size: Int
    private var offset = 0
    /// Where the offset of an entry's target is, which that of the next entry follows.
    private let offsets: Int

    init(_ family: TableFamily) {
        (offsets, size) =
            family == .ip6
            ? (MemoryLayout<ip6t_entry>.offset(of: \.target_offset) ?? 0, MemoryLayout<ip6t_entry>.size)
            : (MemoryLayout<ipt_entry>.offset(of: \.target_offset) ?? 0, MemoryLayout<ipt_entry>.size)
    }

    /// - Returns: false at the end.
    mutating func step(in bytes: RawSpan) throws(DecodeError) -> Bool {
        let start = offset
        let left = bytes.byteCount - start
        guard left > 0 else { return false }
        let target = Int(try bytes.host(UInt16.self, at: start + offsets))
        let next = Int(try bytes.host(UInt16.self, at: start + offsets + 2))
        guard target >= size, next >= target + LegacyExtension.headSize, next <= left else {
            throw DecodeError(
                "entry of iptables-legacy", "its target is at \(target), the next entry at \(next), of \(left) bytes",
                at: start)
        }
        places.append(LegacyEntry(start: start, target: start + target, end: start + next))
        offset = start + next
        isEnded = false
        guard let chain = LegacyExtension(bytes, start + target..<offset).chain else { return true }
        // The last entry is an error of the same name.
        if offset == bytes.byteCount, chain == "ERROR" { isEnded = true } else { chains.append(chain) }
        return true
    }
}
