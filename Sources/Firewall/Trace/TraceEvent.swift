import Conntrack

/// What nf_tables says of one traced packet at one rule, or at the end of a base chain (`NFT_MSG_TRACE`).
///
/// A packet is traced from the rule that sets `nftrace` on, at every hook that follows, in the tables of everybody; and whoever listens
/// gets the events of every traced packet. Rules that do not match are not told.
public struct TraceEvent: Equatable, Sendable {
    /// The kernel makes it of the packet's place in memory, its flow's hash and the interface it came by: it stays while the packet goes
    /// from hook to hook, through NAT and through IPVS, and the **next** packet of the flow may well have the same. A packet in a tunnel
    /// (IPIP, also of IPVS) has another than it had before. As nft(8) shows it.
    public var id: UInt32
    /// What the event is about.
    public var kind: Kind
    /// Of the table.
    public var family: TableFamily
    /// The table's name.
    public var table: String
    /// The chain's name.
    public var chain: String
    /// Of the rule; nil for a policy, and at a chain's end.
    public var handle: UInt64?
    /// Of the rule: how it went on.
    public var verdict: Verdict?
    /// The chain that a jump or goto leads to.
    public var target: String?
    /// What the base chain's policy decides, when that is what the event is about.
    public var policy: Verdict?
    /// The packet's mark; 0 when it has none.
    public var mark: UInt32 = 0
    /// `NFPROTO_*` of the packet, which in a table of the family inet is not the table's.
    public var packetFamily: UInt8?
    /// Numbers of the interfaces, as far as the hook has them. Only the first event of a base chain holds these, and what follows.
    public var inputInterface: UInt32?
    /// Likewise of the interface that it is to leave by.
    public var outputInterface: UInt32?
    /// At most 40 bytes (`NFT_TRACETYPE_NETWORK_HSIZE`).
    public var networkHeader: [UInt8] = []
    /// At most 20 bytes of what follows it (`NFT_TRACETYPE_TRANSPORT_HSIZE`).
    public var transportHeader: [UInt8] = []
    /// What conntrack had attached to the packet (Linux 6.16). Nil also for INVALID, of which the kernel says nothing.
    public var tracking: Tracking?

    /// An event without a verdict, headers and what else only some have.
    public init(id: UInt32, kind: Kind, family: TableFamily, table: String, chain: String) {
        (self.id, self.kind, self.family, self.table, self.chain) = (id, kind, family, table, chain)
    }

    /// `enum nft_trace_types`, an open set.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        /// `NFT_TRACETYPE_*`
        public let rawValue: UInt32

        /// Any number, known here or not.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// A base chain came to its end, and its policy decided.
        public static let policy = Kind(rawValue: 1)
        /// A chain returned, or came to its end.
        public static let `return` = Kind(rawValue: 2)
        /// A rule matched.
        public static let rule = Kind(rawValue: 3)
    }

    /// The entry, in the table or not yet.
    public struct Tracking: Equatable, Sendable {
        /// Which state it has.
        public var state: CTState
        /// As `Entry` has it.
        public var id: UInt32?
        /// Whether the packet goes in the reply direction of its entry.
        public var isReply: Bool?
        /// Of the entry.
        public var status: Status?

        /// A state without an entry.
        public init(state: CTState) { self.state = state }
    }

    /// What the headers say; nil without any, and when they are none of IP's.
    public var headers: PacketHeaders? {
        guard !networkHeader.isEmpty else { return nil }
        let bytes = networkHeader + transportHeader
        let network = 0..<networkHeader.count
        return PacketHeaders(bytes.span.bytes, network: network, transport: network.upperBound..<bytes.count)
    }

    /// Where the packet was dropped, if this event says so. A reject is a drop here, too.
    public var drop: DroppingRule? {
        switch kind {
        case .policy where policy == .drop:
            DroppingRule(family: family, table: table, chain: chain, decision: .policy)
        case .rule where verdict == .drop:
            handle.map { DroppingRule(family: family, table: table, chain: chain, decision: .rule(handle: $0)) }
        default: nil
        }
    }
}
