import Conntrack

/// What nf_tables says of one traced packet at one rule, or at the end of a base chain (`NFT_MSG_TRACE`).
///
/// A packet is traced from the rule that sets `nftrace` on, at every hook that follows, in the tables of everybody; and whoever listens
/// gets the events of every traced packet. Rules that do not match are not told.
package struct TraceEvent: Equatable, Sendable {
    /// The kernel makes it of the packet's place in memory, its flow's hash and the interface it came by: it stays while the packet goes
    /// from hook to hook, through NAT and through IPVS, and the **next** packet of the flow may well have the same. A packet in a tunnel
    /// (IPIP, also of IPVS) has another than it had before. As nft(8) shows it.
    package var id: UInt32
    /// What the event is about.
    package var kind: Kind
    /// Of the table.
    package var family: TableFamily
    /// The table's name.
    package var table: String
    /// The chain's name.
    package var chain: String
    /// Of the rule; nil for a policy, and at a chain's end.
    package var handle: UInt64?
    /// Of the rule: how it went on.
    package var verdict: Verdict?
    /// The chain that a jump or goto leads to.
    package var target: String?
    /// What the base chain's policy decides, when that is what the event is about.
    package var policy: Verdict?
    /// The packet's mark; 0 when it has none.
    package var mark: UInt32 = 0
    /// `NFPROTO_*` of the packet, which in a table of the family inet is not the table's.
    package var packetFamily: UInt8?
    /// Numbers of the interfaces, as far as the hook has them. Only the first event of a base chain holds these, and what follows.
    package var inputInterface: UInt32?
    /// Likewise of the interface that it is to leave by.
    package var outputInterface: UInt32?
    /// At most 40 bytes (`NFT_TRACETYPE_NETWORK_HSIZE`).
    package var networkHeader: [UInt8] = []
    /// At most 20 bytes of what follows it (`NFT_TRACETYPE_TRANSPORT_HSIZE`).
    package var transportHeader: [UInt8] = []
    /// What conntrack had attached to the packet (Linux 6.16). Nil also for INVALID, of which the kernel says nothing.
    package var tracking: Tracking?

    /// An event without a verdict, headers and what else only some have.
    package init(id: UInt32, kind: Kind, family: TableFamily, table: String, chain: String) {
        (self.id, self.kind, self.family, self.table, self.chain) = (id, kind, family, table, chain)
    }

    /// `enum nft_trace_types`, an open set.
    package struct Kind: RawRepresentable, Hashable, Sendable {
        /// `NFT_TRACETYPE_*`
        package let rawValue: UInt32

        /// Any number, known here or not.
        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// A base chain came to its end, and its policy decided.
        package static let policy = Kind(rawValue: 1)
        /// A chain returned, or came to its end.
        package static let `return` = Kind(rawValue: 2)
        /// A rule matched.
        package static let rule = Kind(rawValue: 3)
    }

    /// The entry, in the table or not yet.
    package struct Tracking: Equatable, Sendable {
        /// Which state it has.
        package var state: CTState
        /// As `Entry` has it.
        package var id: UInt32?
        /// Whether the packet goes in the reply direction of its entry.
        package var isReply: Bool?
        /// Of the entry.
        package var status: Status?

        /// A state without an entry.
        package init(state: CTState) { self.state = state }
    }

    /// What the headers say; nil without any, and when they are none of IP's.
    package var headers: PacketHeaders? {
        guard !networkHeader.isEmpty else { return nil }
        let bytes = networkHeader + transportHeader
        let network = 0..<networkHeader.count
        return PacketHeaders(bytes.span.bytes, network: network, transport: network.upperBound..<bytes.count)
    }

    /// Where the packet was dropped, if this event says so. A reject is a drop here, too.
    package var drop: DroppingRule? {
        switch kind {
        case .policy where policy == .drop:
            DroppingRule(family: family, table: table, chain: chain, decision: .policy)
        case .rule where verdict == .drop:
            handle.map { DroppingRule(family: family, table: table, chain: chain, decision: .rule(handle: $0)) }
        default: nil
        }
    }
}
