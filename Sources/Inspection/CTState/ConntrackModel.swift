import Addresses
import Conntrack

/// Conntrack's judgement of packets, as a pure function of the packet, its entry and the settings.
///
/// It predicts the result of `nf_conntrack_in` (net/netfilter/nf_conntrack_core.c): which ctstate the packet gets, and what happens to the
/// entry. It was written from Linux 6.1 and 6.12 and compared with 6.18; the differences are described in `TrackingConditions`.
package struct ConntrackModel: Hashable, Sendable {
    package var conditions: TrackingConditions

    package init(_ conditions: TrackingConditions = TrackingConditions()) { self.conditions = conditions }

    /// - Parameter flaws: what is wrong with the packet, of what matters at the hook: a checksum only where packets come in, at PRE_ROUTING.
    /// - Parameter entry: the table entry that the packet belongs to; for an ICMP error, that of the packet it is about.
    /// - Parameter direction: the packet's, relative to the entry; ignored without one.
    package func outcome(
        of packet: TrackedPacket, with flaws: Set<PacketFlaw> = [], entry: TrackedEntry?,
        _ direction: TupleDirection = .original
    ) -> TrackingOutcome {
        if flaws.contains(.checksum), conditions.verifiesChecksums, let place = packet.checksumPlace(conditions) {
            return Self.invalid(
                entry, "its checksum is wrong, which \(Sysctls.checksum)=1 verifies where packets come in", place)
        }
        return switch packet {
        case .tcp(let flags): tcp(flags, isInWindow: !flaws.contains(.window), entry, direction)
        case .sctp(let packet): sctp(packet, entry, direction)
        case .dccp(let type): dccp(type, entry, direction)
        case .icmp(let type): icmp(type, entry, direction)
        case .icmpv6(let type): icmpv6(type, entry, direction)
        case .udp: stateless("UDP", .udp("nf_conntrack_udp_packet"), entry, direction)
        case .other(.gre): stream("gre", .gre("nf_conntrack_gre_packet"), entry, direction)
        case .other(.udplite): stream("udplite", .udp("nf_conntrack_udplite_packet"), entry, direction)
        case .other(let other): stateless("\(other)", .core("generic_packet"), entry, direction)
        }
    }

    /// A protocol where any packet opens a connection.
    func stateless(
        _ name: String, _ place: KernelPlace, _ entry: TrackedEntry?, _ direction: TupleDirection
    ) -> TrackingOutcome {
        guard let entry else {
            return TrackingOutcome(
                .new, .fresh, TrackedEntry(.stateless, hasSeenReply: false),
                "there is no entry, and any \(name) packet opens one", place)
        }
        return part(of: entry, direction, place)
    }

    /// A protocol without states whose entry becomes ASSURED with the next packet once it has seen a reply. (So does UDP's, but only after two
    /// seconds: there is no clock here.)
    private func stream(
        _ name: String, _ place: KernelPlace, _ entry: TrackedEntry?, _ direction: TupleDirection
    ) -> TrackingOutcome {
        var outcome = stateless(name, place, entry, direction)
        guard let entry, entry.hasSeenReply, !entry.isAssured else { return outcome }
        outcome.entry?.isAssured = true
        outcome.fate = .updated
        return outcome
    }

    /// A packet that belongs to its entry and does not change the protocol's state.
    func part(of entry: TrackedEntry, _ direction: TupleDirection, _ place: KernelPlace) -> TrackingOutcome {
        var after = entry
        if direction == .reply { after.hasSeenReply = true }
        return TrackingOutcome(
            Self.ctstate(entry, direction), after == entry ? .kept : .updated, after,
            Self.why(entry, direction), place)
    }

    /// The ctstate of a packet accepted by its entry (`resolve_normal_ct`). The protocol's tracker runs afterwards, and can only revoke it.
    static func ctstate(_ entry: TrackedEntry, _ direction: TupleDirection) -> CTState {
        if direction == .reply || entry.hasSeenReply { return .established }
        return entry.isExpected ? .related : .new
    }

    static func why(_ entry: TrackedEntry, _ direction: TupleDirection) -> String {
        switch ctstate(entry, direction) {
        case .established where direction == .reply: "it is in reply direction of an entry"
        case .established: "its entry has seen a reply"
        case .related: "its entry was expected, and has seen no reply"
        default: "its entry has seen no reply"
        }
    }

    /// A packet that no entry accepts.
    static func invalid(_ entry: TrackedEntry?, _ reason: String, _ place: KernelPlace) -> TrackingOutcome {
        TrackingOutcome(.invalid, entry == nil ? .none : .untouched, entry, reason, place)
    }
}
