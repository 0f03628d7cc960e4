import Addresses
import CNetlink
import Netlink

extension LegacyTable {
    /// A rule, or policy, as `iptables-legacy -S` prints it, as far as its modules are known here: of others only the name.
    ///
    /// - Returns: nil if there is no such rule.
    package func text(of rule: DroppingRule) -> RuleText? {
        let chains = LegacyChains(of: self)
        let number: Int? = if case .legacyRule(let number) = rule.decision { number } else { nil }
        let wanted = LegacyChains.Place(chain: rule.chain, number: number)
        guard rule.isLegacy, rule.table == name, rule.family == family,
            let entry = places.first(where: { chains.place(of: $0) == wanted })
        else { return nil }
        let hook = hookList.first { $0.legacyName == rule.chain }?.legacyName.lowercased()
        if number == nil { return .known(statement: "-P \(rule.chain) \(verdict(of: entry))", hook: hook) }
        return .known(statement: statement(of: entry, in: rule.chain, chains), hook: hook)
    }

    /// A rule or policy.
    struct Statement {
        let chain: String
        let text: String
        /// What it does: the text without comments, and what its modules were given, as of some the text has only the name.
        let value: [[UInt8]]
    }

    /// Every policy and rule, chain by chain, in the order in which packets meet them.
    var statements: [Statement] {
        let chains = LegacyChains(of: self)
        let builtIn = Set(hookList.map(\.legacyName))
        return zip(places, places.dropFirst()).compactMap { entry, next in
            guard let place = chains.place(of: entry) else { return nil }
            if place.number == nil {
                let policy = "-P \(place.chain) \(verdict(of: entry))"
                return Statement(chain: place.chain, text: policy, value: [Array(policy.utf8)])
            }
            // What ends a chain that is not the kernel's is no rule of its owner.
            if target(of: next).chain != nil, !builtIn.contains(place.chain) { return nil }
            let deciding = matches(of: entry).filter { $0.name != "comment" }
            let modules = deciding + [target(of: entry)].filter { $0.verdict == nil }
            return Statement(
                chain: place.chain, text: statement(of: entry, in: place.chain, chains),
                value: [Array(statement(of: entry, with: deciding, in: place.chain, chains).utf8)]
                    + modules.flatMap { [Array($0.name.utf8), [$0.revision], $0.data] })
        }
    }

    /// Of a rule: `-A INPUT -s 192.0.2.0/24 -j DROP`.
    ///
    /// - Parameter matches: those to tell; nil for all of its own.
    func statement(
        of entry: LegacyEntry, with matches: [LegacyExtension]? = nil, in chain: String, _ chains: LegacyChains
    ) -> String {
        let head = entries.span.bytes.copy(entry.start..<entry.target)
        var words = ["-A \(chain)"] + LegacyCondition(family, head).words
        words += (matches ?? self.matches(of: entry)).flatMap { LegacyMatchText(match: $0).words }
        return (words + targetWords(of: entry, chains)).joined(separator: " ")
    }

    private func verdict(of entry: LegacyEntry) -> String {
        switch target(of: entry).verdict {
        case LegacyVerdict.drop: "DROP"
        case LegacyVerdict.accept: "ACCEPT"
        case LegacyVerdict.queue: "QUEUE"
        case LegacyVerdict.return: "RETURN"
        default: "?"
        }
    }

    private func targetWords(of entry: LegacyEntry, _ chains: LegacyChains) -> [String] {
        let target = target(of: entry)
        guard let verdict = target.verdict else { return ["-j \(target.name)"] + rejection(target) }
        if verdict < 0 { return ["-j \(self.verdict(of: entry))"] }
        // A rule without a target goes on to the next.
        if verdict == entry.end { return [] }
        return [(isGoto(entry) ? "-g " : "-j ") + (chains.name(at: verdict) ?? "?")]
    }

    /// `enum ipt_reject_with` (linux/netfilter_ipv4/ipt_REJECT.h), `enum ip6t_reject_with` (linux/netfilter_ipv6/ip6t_REJECT.h)
    private func rejection(_ target: LegacyExtension) -> [String] {
        let ipv4 = [
            "icmp-net-unreachable", "icmp-host-unreachable", "icmp-proto-unreachable", "icmp-port-unreachable", "",
            "icmp-net-prohibited", "icmp-host-prohibited", "tcp-reset", "icmp-admin-prohibited",
        ]
        let ipv6 = [
            "icmp6-no-route", "icmp6-adm-prohibited", "", "icmp6-addr-unreachable", "icmp6-port-unreachable", "",
            "tcp-reset", "icmp6-policy-fail", "icmp6-reject-route",
        ]
        let names = family == .ip6 ? ipv6 : ipv4
        guard target.name == "REJECT", let number = try? Int(target.data.span.bytes.host(UInt32.self, at: 0)),
            names.indices.contains(number), !names[number].isEmpty
        else { return [] }
        return ["--reject-with \(names[number])"]
    }
}

/// What an entry itself says of a packet: `struct ipt_ip` or `ip6t_ip6`.
private struct LegacyCondition {
    private let family: TableFamily
    private let bytes: [UInt8]
    private let inversions: UInt8
    private let flags: UInt8
    private let protocolNumber: UInt16
    /// Of an address.
    private let length: Int

    init(_ family: TableFamily, _ bytes: [UInt8]) {
        self.family = family
        self.bytes = bytes
        length = family == .ip6 ? 16 : 4
        let span = bytes.span.bytes
        let end = 4 * length + 4 * Int(IFNAMSIZ)
        protocolNumber = (try? span.host(at: end)) ?? 0
        // IPv6 has a traffic class before the flags.
        let flagsOffset = family == .ip6 ? end + 3 : end + 2
        flags = (try? span.host(at: flagsOffset)) ?? 0
        inversions = (try? span.host(at: flagsOffset + 1)) ?? 0
    }

    var words: [String] {
        var words = address("-s", 0, UInt8(IPT_INV_SRCIP)) + address("-d", 1, UInt8(IPT_INV_DSTIP))
        words += interface("-i", 0, UInt8(IPT_INV_VIA_IN)) + interface("-o", 1, UInt8(IPT_INV_VIA_OUT))
        if protocolNumber != 0 { words.append(not(UInt8(IPT_INV_PROTO)) + "-p \(protocolName)") }
        if family == .ip, flags & UInt8(IPT_F_FRAG) != 0 { words.append(not(UInt8(IPT_INV_FRAG)) + "-f") }
        return words
    }

    private var protocolName: String {
        guard let number = UInt8(exactly: protocolNumber) else { return "\(protocolNumber)" }
        let name = IPProtocol(rawValue: number)
        return name == .icmpv6 ? "ipv6-icmp" : "\(name)"
    }

    private func not(_ bit: UInt8) -> String { inversions & bit != 0 ? "! " : "" }

    private func address(_ option: String, _ place: Int, _ inversion: UInt8) -> [String] {
        let address = Array(bytes.dropFirst(place * length).prefix(length))
        let mask = Array(bytes.dropFirst((2 + place) * length).prefix(length))
        guard mask.contains(where: { $0 != 0 }) || inversions & inversion != 0, let text = Self.text(address) else {
            return []
        }
        let bits = mask.reduce(0) { $0 + $1.nonzeroBitCount }
        let isPrefix = mask == Self.mask(bits, length)
        return [not(inversion) + "\(option) \(text)/\(isPrefix ? "\(bits)" : Self.text(mask)?.description ?? "?")"]
    }

    private static func mask(_ bits: Int, _ length: Int) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: 0xFF00 >> min(max(bits - 8 * $0, 0), 8)) }
    }

    private static func text(_ bytes: [UInt8]) -> IPAddress? {
        let span = bytes.span.bytes
        if bytes.count == 4, let number = try? span.bigEndian(UInt32.self, at: 0) { return IPAddress(ipv4: number) }
        guard let high = try? span.bigEndian(UInt64.self, at: 0), let low = try? span.bigEndian(UInt64.self, at: 8)
        else { return nil }
        return IPAddress(ipv6High: high, low: low)
    }

    /// A mask that ends before the name's NUL is for all names that begin so.
    private func interface(_ option: String, _ place: Int, _ inversion: UInt8) -> [String] {
        let size = Int(IFNAMSIZ)
        let names = bytes.dropFirst(4 * length + place * size).prefix(size)
        let mask = bytes.dropFirst(4 * length + (2 + place) * size).prefix(size)
        let compared = mask.prefix { $0 != 0 }.count
        guard compared > 0 else { return [] }
        let name = String(decoding: names.prefix(compared).prefix { $0 != 0 }, as: UTF8.self)
        return [not(inversion) + "\(option) \(name)\(names.prefix(compared).contains(0) ? "" : "+")"]
    }
}
