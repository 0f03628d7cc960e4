import CNetlink

/// What the kernel's own table says of a connection, and its row in /proc does not.
public struct ConnectionDetails: Hashable, Sendable {
    /// The connection's own: the service's destination may have been changed since.
    package var method: ForwardingMethod
    package var flags: Flags
    /// Of the packet that it was made for; 0 if that had none.
    package var firewallMark: UInt32
    /// From the client; a 32-bit counter that wraps. A connection learned from a sync daemon begins with
    /// `net.ipv4.vs.sync_threshold` (`ip_vs_proc_conn`, net/netfilter/ipvs/ip_vs_sync.c).
    package var packets: UInt32

    package init(_ method: ForwardingMethod, flags: Flags = [], firewallMark: UInt32 = 0, packets: UInt32 = 0) {
        self.method = method
        self.flags = flags
        self.firewallMark = firewallMark
        self.packets = packets
    }

    /// - Parameter flags: `IP_VS_CONN_F_*`, with the method in the lowest three bits.
    init(flags: UInt32, firewallMark: UInt32, packets: UInt32) {
        self.init(
            ForwardingMethod(rawValue: flags & ForwardingMethod.mask),
            flags: Flags(rawValue: flags & ~ForwardingMethod.mask),
            firewallMark: firewallMark, packets: packets)
    }

    /// `IP_VS_CONN_F_*` (include/uapi/linux/ip_vs.h), without the method.
    public struct Flags: OptionSet, Hashable, Sendable {
        public let rawValue: UInt32

        @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// IPVS leaves its packets to conntrack; without it, every packet is untracked (`ip_vs_send_or_cont`). Set when the connection is
        /// made, if `net.ipv4.vs.conntrack` is 1 then (`ip_vs_conn_new`), and kept; ip_vs_ftp sets it for its connections in any case.
        package static let nfct = Flags(rawValue: UInt32(IP_VS_CONN_F_NFCT))
        /// Learned from another director's sync daemon.
        package static let synchronized = Flags(rawValue: UInt32(IP_VS_CONN_F_SYNC))
        /// A persistence template.
        package static let template = Flags(rawValue: UInt32(IP_VS_CONN_F_TEMPLATE))

        // For a million connections a call into another module is too slow.
        @inlinable public var hasNFCT: Bool { rawValue & UInt32(IP_VS_CONN_F_NFCT) != 0 }
        @inlinable public var isSynchronized: Bool { rawValue & UInt32(IP_VS_CONN_F_SYNC) != 0 }
        @inlinable public var isTemplate: Bool { rawValue & UInt32(IP_VS_CONN_F_TEMPLATE) != 0 }

        /// Those that a connection can be told apart by, with their names.
        package static let named: [(name: String, flag: Flags)] = [("nfct", .nfct), ("sync", .synchronized)]

        /// Those with a name.
        package var names: [String] { Self.allNames[position] }

        /// `nfct,sync`; `-` for none.
        package var text: String { Self.allTexts[position] }

        // A million connections have the same few: their texts are made once.
        private static let allNames = (0..<1 << named.count).map { bits in
            named.indices.filter { bits >> $0 & 1 != 0 }.map { named[$0].name }
        }
        private static let allTexts = allNames.map { $0.isEmpty ? "-" : $0.joined(separator: ",") }

        private var position: Int { (contains(.nfct) ? 1 : 0) | (contains(.synchronized) ? 2 : 0) }
    }
}
