import Conntrack

/// What conntrack makes of a packet.
package struct TrackingOutcome: Hashable, Sendable {
    /// The state that the packet gets.
    package var ctstate: CTState
    /// What becomes of the packet's entry.
    package var fate: EntryFate
    /// The packet's entry afterwards: attached to the packet, or left in the table; nil when there is none.
    package var entry: TrackedEntry?
    /// Why, in words that may stand behind “as”.
    package var reason: String
    /// Where the kernel decides it.
    package var place: KernelPlace

    /// A judgement by its parts.
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

/// What becomes of the entry. (That the table is full, or that two CPUs want the same entry, so that the packet is dropped, is not
/// foreseen here.)
package enum EntryFate: String, CaseIterable, Hashable, Sendable {
    /// There was none, and none is made.
    case none
    /// One is made and attached to the packet; it enters the table when the packet leaves the host or reaches a socket.
    case fresh
    /// There is one, which the packet is no part of.
    case untouched
    /// The packet is part of it, and changes nothing but its timeout at most.
    case kept
    /// The packet changes its state or its status.
    case updated
    /// The packet takes it out of the table.
    case destroyed
    /// The packet takes it out of the table, and is attached to a fresh one.
    case recreated
}

/// A function in the kernel's sources.
package struct KernelPlace: Hashable, Sendable {
    /// Its path from the root of the sources.
    package var file: String
    /// The function's name.
    package var function: String

    /// A place by its path from the root of the sources, and a function's name.
    package init(_ file: String, _ function: String) {
        self.file = file
        self.function = function
    }

    static func core(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_core", function) }
    static func tcp(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_tcp", function) }
    static func sctp(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_sctp", function) }
    static func udp(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_udp", function) }
    static func gre(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_gre", function) }
    static func icmp(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_icmp", function) }
    static func icmpv6(_ function: String) -> KernelPlace { .netfilter("nf_conntrack_proto_icmpv6", function) }

    private static func netfilter(_ file: String, _ function: String) -> KernelPlace {
        KernelPlace("net/netfilter/\(file).c", function)
    }
}
