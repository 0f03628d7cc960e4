/// The conntrack state of a *packet* at a hook, as rules match it (`ct state`, `--ctstate`). Not the TCP state of an entry.
///
/// The raw value is its bit number in the mask that nftables loads. An open set: a state without a name is shown as its number.
/// Source: `NF_CT_STATE_BIT` etc. (linux/netfilter/nf_conntrack_common.h), `nft_ct_get_eval` (net/netfilter/nft_ct.c).
package struct CTState: RawRepresentable, Hashable, Sendable {
    /// The bit number in nftables' mask; 0 to 31.
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Nothing is attached to the packet: conntrack refused it, or has not seen it (yet).
    package static let invalid = CTState(rawValue: 0)
    /// The entry has seen a reply, or the packet is in reply direction.
    package static let established = CTState(rawValue: 1)
    /// An ICMP error about an entry's packet, or the first packet of an expected connection.
    package static let related = CTState(rawValue: 2)
    /// The entry has seen no reply, and the packet is in original direction; the entry may not be in a table yet.
    package static let new = CTState(rawValue: 3)
    /// Not tracked: because of a notrack rule, IPVS, or as conntrack never tracks such packets.
    package static let untracked = CTState(rawValue: 6)
    /// Of a packet that conntrack has not seen yet; no rule can match it.
    package static let unseen = CTState(rawValue: .max)

    /// Reads the value loaded by nftables' `ct state` expression, in host byte order: a mask with one bit set, of which the lowest counts.
    /// A mask without bits, which no kernel produces, is state number 32.
    package init(bit: UInt32) { self.init(rawValue: UInt8(bit.trailingZeroBitCount)) }

    /// The `ct state` value of this state, in host byte order; 0 for a number without a bit.
    package var bit: UInt32 { UInt32(1) << rawValue }
}

extension CTState: CustomStringConvertible {
    /// `NEW`, as spelled by iptables; a state without a name is its number.
    package var name: String {
        switch self {
        case .invalid: "INVALID"
        case .established: "ESTABLISHED"
        case .related: "RELATED"
        case .new: "NEW"
        case .untracked: "UNTRACKED"
        case .unseen: "none"
        default: String(rawValue)
        }
    }

    package var description: String { name }

    /// Of a name as nft(8) spells it: `new`; nil for others.
    package init?(lowercase name: String) {
        guard let state = Self.spelled[name] else { return nil }
        self = state
    }

    private static let spelled: [String: CTState] = Dictionary(
        uniqueKeysWithValues: [new, established, related, invalid, untracked].map { ($0.name.lowercased(), $0) })
}

extension CTState: Comparable {
    /// Ordered by bit.
    package static func < (left: CTState, right: CTState) -> Bool { left.rawValue < right.rawValue }
}
