import Addresses
import CNetlink
import Netlink

extension LegacyTable {
    /// Rules that may have given a packet another address or port, at one of these hooks.
    func translatingRules(for packet: PartialPacket, at hooks: [NetfilterHook]) -> [TranslatingRule] {
        guard (family == .ip6) == (packet.family == .ipv6) else { return [] }
        var walk = LegacyTranslationWalk(self, packet)
        for hook in hooks where hookList.contains(hook) { walk.go(through: hook.legacyName) }
        return walk.found
    }

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
}

/// A walk through a table's chains, along each rule that may match.
private struct LegacyTranslationWalk {
    private(set) var found: [TranslatingRule] = []
    private let table: LegacyTable
    private let packet: PartialPacket
    private let chains: LegacyChains
    private let entries: [String: [LegacyEntry]]
    /// Each chain is met once, however many rules call it.
    private var met: Set<String> = []

    init(_ table: LegacyTable, _ packet: PartialPacket) {
        (self.table, self.packet) = (table, packet)
        let chains = LegacyChains(of: table)
        self.chains = chains
        entries = Dictionary(grouping: table.places) { chains.place(of: $0)?.chain ?? "" }
    }

    mutating func go(through chain: String) {
        guard !chain.isEmpty, met.insert(chain).inserted else { return }
        for entry in entries[chain] ?? [] {
            guard let number = chains.place(of: entry)?.number, table.mayMatch(entry, packet) else { continue }
            let target = table.target(of: entry)
            if XTTarget.translating.contains(target.name) {
                let place = DroppingRule(
                    family: table.family, table: table.name, chain: chain, decision: .legacyRule(number: number))
                let text = if case .known(let statement, _)? = table.text(of: place) { statement } else { "" }
                found.append(TranslatingRule(place: place.description, text: text))
            } else if let next = target.verdict.flatMap(chains.name(at:)) {
                go(through: next)
            }
        }
    }
}
