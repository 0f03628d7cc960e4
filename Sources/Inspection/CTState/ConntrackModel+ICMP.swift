import Conntrack
import Firewall

extension ConntrackModel {
    func icmp(_ type: ICMPType, _ entry: TrackedEntry?, _ direction: TupleDirection) -> TrackingOutcome {
        if type.rawValue > ICMPType.highest.rawValue {
            return Self.invalid(
                entry, "ICMP has no type above \(ICMPType.highest.rawValue)", .icmp("nf_conntrack_icmpv4_error"))
        }
        return message("\(type)", type.role, .icmp("nf_conntrack_icmp_packet"), entry, direction)
    }

    func icmpv6(_ type: ICMPv6Type, _ entry: TrackedEntry?, _ direction: TupleDirection) -> TrackingOutcome {
        let role = type.isRouterDiscovery && !conditions.leavesRouterDiscovery ? .unknown : type.role
        return message("\(type)", role, .icmpv6("nf_conntrack_icmpv6_packet"), entry, direction)
    }

    private func message(
        _ name: String, _ role: ICMPRole, _ place: KernelPlace, _ entry: TrackedEntry?, _ direction: TupleDirection
    ) -> TrackingOutcome {
        switch role {
        case .error: return error(name, entry)
        case .link:
            return TrackingOutcome(
                .untracked, entry == nil ? .none : .untouched, entry,
                "\(name) is link-local neighbour traffic, which is never tracked", .icmpv6("nf_conntrack_icmpv6_error"))
        case .unknown: return Self.invalid(entry, "\(name) opens no entry and belongs to none", place)
        case .query:
            // The type is part of the tuple: a query only matches in original direction.
            guard let entry, direction == .original else {
                return TrackingOutcome(
                    .new, .fresh, TrackedEntry(.stateless, hasSeenReply: false),
                    "there is no entry, and \(name) opens one", place)
            }
            return part(of: entry, direction, place)
        case .answer:
            guard let entry, direction == .reply else {
                return Self.invalid(nil, "there is no entry with a query for \(name) to answer", place)
            }
            return part(of: entry, direction, place)
        }
    }

    /// It belongs to the entry of the packet it is about, and changes nothing. It is assumed to be addressed to the sender of that packet;
    /// otherwise it is INVALID.
    private func error(_ name: String, _ entry: TrackedEntry?) -> TrackingOutcome {
        let place = KernelPlace.icmp("nf_conntrack_inet_error")
        guard let entry else {
            return Self.invalid(nil, "the packet that \(name) is about has no entry", place)
        }
        return TrackingOutcome(.related, .kept, entry, "the packet that \(name) is about has an entry", place)
    }
}
