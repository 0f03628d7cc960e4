/// The conntrack state of a *packet* at a hook, as rules match it (`ct state`, `--ctstate`). Not the TCP state of an entry.
///
/// The raw value is the number of its bit in the mask that nftables loads. An open set: one without a name is shown as its number.
/// Source: `NF_CT_STATE_BIT` and its like (linux/netfilter/nf_conntrack_common.h), `nft_ct_get_eval` (net/netfilter/nft_ct.c).
package struct CTState: RawRepresentable, Hashable, Sendable {
    /// The number of the bit in nftables' mask; 0 to 31.
    package let rawValue: UInt8

    /// Any number, known here or not.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Nothing is attached to the packet: conntrack refused it, or has not seen it (yet).
    package static let invalid = CTState(rawValue: 0)
    /// Of an entry that has seen a reply, or itself in reply direction.
    package static let established = CTState(rawValue: 1)
    /// An ICMP error about an entry's packet, or the first packet of an expected connection.
    package static let related = CTState(rawValue: 2)
    /// Of an entry that has seen no reply, in original direction; the entry may be in no table yet.
    package static let new = CTState(rawValue: 3)
    /// Taken out of tracking: by a notrack rule, by IPVS, or as conntrack never tracks such a packet.
    package static let untracked = CTState(rawValue: 6)

    /// Reads the value that nftables' `ct state` expression loads, in host byte order: a mask with one bit set, of which the
    /// lowest counts. No bit at all, which no kernel gives, is the state with the number 32.
    package init(bit: UInt32) { self.init(rawValue: UInt8(bit.trailingZeroBitCount)) }

    /// The value of `ct state` for this one, in host byte order; 0 for a number that has no bit.
    package var bit: UInt32 { UInt32(1) << rawValue }
}

extension CTState: CustomStringConvertible {
    /// `NEW`, as iptables spells it; a state without a name is its number.
    package var name: String {
        switch self {
        case .invalid: "INVALID"
        case .established: "ESTABLISHED"
        case .related: "RELATED"
        case .new: "NEW"
        case .untracked: "UNTRACKED"
        default: String(rawValue)
        }
    }

    /// The same as `name`.
    package var description: String { name }
}

extension CTState: Comparable {
    /// In the order of their bits.
    package static func < (left: CTState, right: CTState) -> Bool { left.rawValue < right.rawValue }
}
