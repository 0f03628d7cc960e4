import Addresses
import CNetlink
import Netlink

/// What a rule makes of the mark of a packet (`skb->mark`), by which IPVS finds services without an address.
package struct MarkSetting: Equatable, Sendable {
    /// Of the packets that its table sees: `.ip`, `.ip6`, or `.inet` for both.
    package var family: TableFamily
    package var effect: Effect

    package init(_ family: TableFamily, _ effect: Effect) { (self.family, self.effect) = (family, effect) }

    package enum Effect: Equatable, Sendable {
        /// The mark keeps the bits of `kept`, and those of `toggled` are inverted then.
        case change(kept: UInt32, toggled: UInt32)
        /// It comes from a map, a connection's mark, or whatever else is not followed here.
        case unknown
    }

    /// Whether packets can leave the rule with this mark, whatever mark they had.
    package func mayGive(_ mark: UInt32) -> Bool {
        switch effect {
        case .change(let kept, let toggled): (mark ^ toggled) & ~kept == 0
        case .unknown: true
        }
    }

    /// Whether it sees packets of a family.
    package func sees(_ family: IPAddress.Family) -> Bool {
        switch self.family {
        case .ip: family == .ipv4
        case .ip6: family == .ipv6
        default: true
        }
    }

    /// The xtables targets that change the mark, by their data (linux/netfilter/xt_mark.h, xt_connmark.h, xt_TPROXY.h, xt_set.h).
    fileprivate static func effect(ofTarget name: String, revision: UInt32, _ data: [UInt8]) -> Effect? {
        let bytes = data.span.bytes
        switch name {
        case "MARK":
            // `struct xt_mark_tginfo2`: the mark is `(mark & ~info.mask) ^ info.mark` (net/netfilter/xt_mark.c, mark_tg).
            guard revision == 2, let mark = try? bytes.host(UInt32.self, at: 0),
                let mask = try? bytes.host(UInt32.self, at: 4)
            else { return .unknown }
            return .change(kept: ~mask, toggled: mark)
        case "CONNMARK":
            // `struct xt_connmark_tginfo1`, or 2 with two bytes for shifts: its mode is what comes last; the packet's mark is changed by
            // `XT_CONNMARK_RESTORE` only.
            guard revision == 1 || revision == 2, let mode = try? bytes.host(UInt8.self, at: revision == 1 ? 12 : 14)
            else { return .unknown }
            return mode == 2 ? .unknown : nil
        case "TPROXY", "HMARK", "mark": return .unknown
        case "SET": return revision >= 3 ? .unknown : nil
        default: return nil
        }
    }
}

extension Ruleset {
    /// What rules do to marks before IPVS sees a packet.
    package var markSettings: [MarkSetting] {
        let late = chainsAfterIPVS
        return self[.rule].filter { !late.contains("chain \($0.family) \($0.table) \($0.name)") }.flatMap(
            \.markSettings)
    }

    /// Base chains at FORWARD and POST_ROUTING, by their description.
    var chainsAfterIPVS: Set<String> {
        Set(
            self[.chain].filter { chain in
                [TableFamily.ip, .ip6, .inet].contains(chain.family)
                    && [NF_INET_FORWARD, NF_INET_POST_ROUTING].contains { $0.rawValue == chain.hook }
            }.map(\.description))
    }
}

extension RulesetObject {
    /// Of a rule: what it does to marks.
    var markSettings: [MarkSetting] {
        let family: TableFamily = family == .ip || family == .ip6 ? family : .inet
        return expressions.markEffects.map { MarkSetting(family, $0) }
    }
}

extension LegacyTable {
    /// The same of its rules, at whatever hook.
    package var markSettings: [MarkSetting] { places.compactMap(markSetting) }

    func markSetting(of entry: LegacyEntry) -> MarkSetting? {
        let target = target(of: entry)
        return MarkSetting.effect(ofTarget: target.name, revision: UInt32(target.revision), target.data).map {
            MarkSetting(family, $0)
        }
    }
}

extension [RuleExpression] {
    /// Of one rule, in order. Followed are constants and what is computed of the mark itself, as nft(8) compiles `meta mark set mark and …`.
    fileprivate var markEffects: [MarkSetting.Effect] {
        var effects: [MarkSetting.Effect] = []
        var registers: [UInt32: (kept: UInt32, toggled: UInt32)] = [:]
        for expression in self {
            switch expression.name {
            case "immediate":
                registers[expression.number(NFTA_IMMEDIATE_DREG.rawValue) ?? 0] =
                    expression.value(NFTA_IMMEDIATE_DATA.rawValue).map { (0, $0) }
            case "meta" where expression.number(NFTA_META_KEY.rawValue) == UInt32(NFT_META_MARK.rawValue):
                if let source = expression.number(NFTA_META_SREG.rawValue) {
                    effects.append(
                        registers[source].map { .change(kept: $0.kept, toggled: $0.toggled) } ?? .unknown)
                } else {
                    registers[expression.number(NFTA_META_DREG.rawValue) ?? 0] = (.max, 0)
                }
            case "bitwise":
                registers[expression.number(NFTA_BITWISE_DREG.rawValue) ?? 0] = expression.masked(registers)
            case "target":
                let name = (expression.payload(NFTA_TARGET_NAME.rawValue) ?? []).prefix { $0 != 0 }
                let effect = MarkSetting.effect(
                    ofTarget: String(decoding: name, as: UTF8.self),
                    revision: expression.number(NFTA_TARGET_REV.rawValue) ?? 0,
                    expression.payload(NFTA_TARGET_INFO.rawValue) ?? [])
                if let effect { effects.append(effect) }
            // Whatever else puts something into a register.
            default: registers = [:]
            }
        }
        return effects
    }
}

extension RuleExpression {
    /// A number of four bytes in a nested value, in host order, as a mark is in a register.
    fileprivate func value(_ type: UInt32) -> UInt32? {
        guard let data = payload(type), let value = RuleExpression("", data).payload(NFTA_DATA_VALUE.rawValue),
            value.count == 4
        else { return nil }
        return try? value.span.bytes.host(at: 0)
    }

    /// What `(source & mask) ^ xor` makes of what a register held (net/netfilter/nft_bitwise.c); nil for other operations.
    fileprivate func masked(
        _ registers: [UInt32: (kept: UInt32, toggled: UInt32)]
    ) -> (kept: UInt32, toggled: UInt32)? {
        guard number(NFTA_BITWISE_OP.rawValue) ?? 0 == 0, let mask = value(NFTA_BITWISE_MASK.rawValue),
            let inverted = value(NFTA_BITWISE_XOR.rawValue),
            let held = registers[number(NFTA_BITWISE_SREG.rawValue) ?? 0]
        else { return nil }
        return (held.kept & mask, held.toggled & mask ^ inverted)
    }
}
