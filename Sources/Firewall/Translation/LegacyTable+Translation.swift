import Addresses
import CNetlink
import Netlink

/// A table's rules that give packets other addresses or ports.
struct LegacyTranslation: Sendable {
    private struct Rule {
        var entry: LegacyEntry
        /// What is said of it, if it translates.
        var translating: TranslatingRule?
        /// The chain that it calls.
        var next: String?
        var isLast: Bool
    }

    private let table: LegacyTable
    private var rules: [String: [Rule]] = [:]
    let asksForSources: Bool

    var count: Int { table.count }

    init(_ table: LegacyTable) {
        self.table = table
        asksForSources = table.places.contains(where: table.asksForSource)
        let chains = LegacyChains(of: table)
        for entry in table.places {
            guard let place = chains.place(of: entry), let number = place.number else { continue }
            let target = table.target(of: entry)
            var rule = Rule(entry: entry, isLast: table.isLast(entry, target))
            if XTTarget.translating.contains(target.name) {
                let name = DroppingRule(
                    family: table.family, table: table.name, chain: place.chain, decision: .legacyRule(number: number))
                rule.translating = TranslatingRule(
                    place: name.description, text: table.statement(of: entry, in: place.chain, chains))
            } else {
                rule.next = target.verdict.flatMap(chains.name(at:))
            }
            rules[place.chain, default: []].append(rule)
        }
    }

    /// Those that a packet may have met at one of these hooks.
    func rules(for packet: PartialPacket, at hooks: [NetfilterHook]) -> [TranslatingRule] {
        guard (table.family == .ip6) == (packet.family == .ipv6) else { return [] }
        var (found, walk): ([TranslatingRule], _) = ([], ChainWalk<String, Rule>())
        for hook in hooks where table.hookList.contains(hook) {
            walk.go(through: hook.legacyName) {
                rules[$0] ?? []
            } _: { _, rule in
                guard table.mayMatch(rule.entry, packet) else { return .init() }
                if let translating = rule.translating { found.append(translating) }
                return .init(next: rule.next.map { [$0] } ?? [], isLast: rule.isLast)
            }
        }
        return found
    }
}

extension LegacyTable {
    /// Whether an entry's condition (`struct ipt_ip`, `ip6t_ip6`) and matches may be those of a packet.
    fileprivate func mayMatch(_ entry: LegacyEntry, _ packet: PartialPacket) -> Bool {
        let head = entries.span.bytes.copy(entry.start..<entry.target)
        let length = family == .ip6 ? 16 : 4
        let end = 4 * length + 4 * Int(IFNAMSIZ)
        let inversions: UInt8 = (try? head.span.bytes.host(at: end + (family == .ip6 ? 4 : 3))) ?? 0
        func fits(_ address: IPAddress?, _ place: Int, _ inversion: Int32) -> Bool {
            guard let address, address.family == packet.family else { return true }
            let bytes = PartialPacket.bytes(address, packet.family)
            let wanted = head.dropFirst(place * length).prefix(length)
            let mask = head.dropFirst((2 + place) * length).prefix(length)
            let isSame = zip(bytes, zip(wanted, mask)).allSatisfy { byte, pair in
                (byte ?? pair.0) & pair.1 == pair.0 & pair.1
            }
            return isSame == (inversions & UInt8(inversion) == 0)
        }
        let number: UInt16 = (try? head.span.bytes.host(at: end)) ?? 0
        if number != 0, let known = packet.protocol,
            (number == UInt16(known.rawValue)) != (inversions & UInt8(IPT_INV_PROTO) == 0)
        {
            return false
        }
        return fits(packet.source, 0, IPT_INV_SRCIP) && fits(packet.destination, 1, IPT_INV_DSTIP)
            && matches(of: entry).allSatisfy { packet.mayMatch($0.name, revision: UInt32($0.revision), $0.data) }
    }

    /// Whether its condition has something to say about who sent a packet.
    fileprivate func asksForSource(_ entry: LegacyEntry) -> Bool {
        let head = entries.span.bytes.copy(entry.start..<entry.target)
        let length = family == .ip6 ? 16 : 4
        let inversions: UInt8 =
            (try? head.span.bytes.host(at: 4 * length + 4 * Int(IFNAMSIZ) + (family == .ip6 ? 4 : 3))) ?? 0
        return head.dropFirst(2 * length).prefix(length).contains { $0 != 0 }
            || inversions & UInt8(IPT_INV_SRCIP) != 0
    }

    /// Whether no packet gets to the next entry: each matches (`ipt_unconditional`, net/ipv4/netfilter/ip_tables.c), and is decided about, by
    /// `xt_dnat_target_v2` and the like (net/netfilter/xt_nat.c), too.
    fileprivate func isLast(_ entry: LegacyEntry, _ target: LegacyExtension) -> Bool {
        let condition = family == .ip6 ? MemoryLayout<ip6t_ip6>.size : MemoryLayout<ipt_ip>.size
        let verdicts = [LegacyVerdict.accept, LegacyVerdict.drop, LegacyVerdict.return]
        return (target.verdict.map(verdicts.contains) ?? XTTarget.translating.contains(target.name))
            && entry.target == entry.start + LegacyEntries(family).size
            && entries.span.bytes.copy(entry.start..<entry.start + condition).allSatisfy { $0 == 0 }
    }
}
