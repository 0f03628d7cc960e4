import Conntrack

/// What conntrack does with a packet.
package struct TrackingOutcome: Hashable, Sendable {
    package var ctstate: CTState
    /// What happens to the packet's entry.
    package var fate: EntryFate
    /// The packet's entry afterwards: attached to the packet, or left in the table; nil if there is none.
    package var entry: TrackedEntry?
    /// Why, in words that can follow “as”.
    package var reason: String
    /// Where the kernel decides it.
    package var place: KernelPlace

    package init(
        _ ctstate: CTState, _ fate: EntryFate, _ entry: TrackedEntry?, _ reason: String, _ place: KernelPlace
    ) {
        self.ctstate = ctstate
        self.fate = fate
        self.entry = entry
        self.reason = reason
        self.place = place
    }
}

/// What happens to the entry. (Drops because the table is full, or because two CPUs compete for the same entry, are not predicted.)
package enum EntryFate: String, CaseIterable, Hashable, Sendable {
    /// There was none, and none is created.
    case none
    /// One is created and attached to the packet; it enters the table when the packet leaves the host or reaches a socket.
    case fresh
    /// There is one, which the packet does not belong to.
    case untouched
    /// The packet belongs to it, and changes at most its timeout.
    case kept
    /// The packet changes its state or its status.
    case updated
    /// The packet removes it from the table.
    case destroyed
    /// The packet removes it from the table, and gets a fresh one.
    case recreated
}

/// A function in the kernel sources.
package struct KernelPlace: Hashable, Sendable {
    /// Its path relative to the root of the sources.
    package var file: String
    package var function: String

    package init(_ file: String, _ function: String) {
        self.file = file
        self.function = function
    }

    static func core(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_core", function) }
    static func tcp(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_tcp", function) }
    static func sctp(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_sctp", function) }
    static func dccp(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_dccp", function) }
    static func udp(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_udp", function) }
    static func gre(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_gre", function) }
    static func icmp(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_icmp", function) }
    static func icmpv6(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_icmpv6", function) }

    private static func netfilter(_ file: String, _ function: String) -> KernelPlace {
        KernelPlace("net/netfilter/\(file).c", function)
    }
}
