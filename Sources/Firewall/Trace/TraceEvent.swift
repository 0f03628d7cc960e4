import Conntrack

/// What nf_tables reports about a traced packet at a rule, or at the end of a base chain (`NFT_MSG_TRACE`).
///
/// A packet is traced from the rule that sets `nftrace` on, at every following hook, in all tables, whoever owns them; and every listener
/// gets the events of all traced packets. Rules that do not match are not reported.
package struct TraceEvent: Equatable, Sendable {
    /// Derived by the kernel from the packet's address in memory, its flow's hash and its input interface: it stays the same from hook to
    /// hook, through NAT and through IPVS, and the **next** packet of the flow may have the same. A packet in a tunnel (IPIP, including that
    /// of IPVS) has a different id than before. As shown by nft(8).
    package var id: UInt32
    package var kind: Kind
    package var family: TableFamily
    package var table: String
    package var chain: String
    /// The rule's; nil for a policy, and at the end of a chain.
    package var handle: UInt64?
    /// The rule's.
    package var verdict: PacketVerdict?
    /// The target chain of a jump or goto.
    package var target: String?
    /// The base chain's policy, if the event is about it.
    package var policy: PacketVerdict?
    /// 0 if it has none.
    package var mark: UInt32 = 0
    /// `NFPROTO_*` of the packet, which differs from the table's in family inet.
    package var packetFamily: UInt8?
    /// The index of the input interface, if the hook has one. Only the first event of a base chain has this and the following.
    package var inputInterface: UInt32?
    /// Likewise for the output interface.
    package var outputInterface: UInt32?
    /// At most 40 bytes (`NFT_TRACETYPE_NETWORK_HSIZE`).
    package var networkHeader: [UInt8] = []
    /// At most 20 bytes of what follows (`NFT_TRACETYPE_TRANSPORT_HSIZE`).
    package var transportHeader: [UInt8] = []
    /// What conntrack had attached to the packet (Linux 6.16). Also nil for INVALID, about which the kernel sends nothing.
    package var tracking: ConntrackActivation?

    package init(id: UInt32, kind: Kind, family: TableFamily, table: String, chain: String) {
        (self.id, self.kind, self.family, self.table, self.chain) = (id, kind, family, table, chain)
    }

    /// `enum nft_trace_types`, an open set.
    package struct Kind: RawRepresentable, Hashable, Sendable {
        /// `NFT_TRACETYPE_*`
        package let rawValue: UInt32

        package init(rawValue: UInt32) { self.rawValue = rawValue }

        /// The end of a base chain, decided by its policy.
        package static let policy = Kind(rawValue: 1)
        /// A chain returned or ended.
        package static let `return` = Kind(rawValue: 2)
        /// A rule matched.
        package static let rule = Kind(rawValue: 3)
    }

    /// The entry, in the table or not yet.
    package struct ConntrackActivation: Equatable, Sendable {
        package var state: CTState
        /// As in `Entry`.
        package var id: UInt32?
        /// Whether the packet is in the reply direction of its entry.
        package var isReply: Bool?
        /// The entry's.
        package var status: Status?

        package init(state: CTState) { self.state = state }
    }

    /// The content of the headers; nil without any, or if they are not IP.
    package var headers: PacketHeaders? {
        guard !networkHeader.isEmpty else { return nil }
        let bytes = networkHeader + transportHeader
        let network = 0..<networkHeader.count
        return PacketHeaders(bytes.span.bytes, network: network, transport: network.upperBound..<bytes.count)
    }

    /// What dropped the packet, if this event says so. A reject counts as a drop.
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
