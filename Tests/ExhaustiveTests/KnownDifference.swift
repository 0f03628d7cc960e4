import Addresses
import Conntrack
import Firewall
import Inspection

/// Known differences between the model and the kernel, and why they remain.
enum KnownDifference: CaseIterable {
    /// A heartbeat in reply direction of an entry in state NONE is INVALID, but still stores its tag
    /// (`nf_conntrack_sctp_packet` stores the tag before it looks up the state). Only ctnetlink creates such entries.
    case tagsOfStateNone
    /// The kernel verifies the UDP-Lite checksum with UDP's protocol number in the pseudo header (`udplite_error`), so
    /// it considers valid ones invalid. The model assumes valid checksums.
    case udpliteChecksums
    /// The kernel marks a UDP entry ASSURED once it has seen packets in both directions for two seconds
    /// (`nf_conntrack_udp_packet`). The model has no clock; and an entry created over ctnetlink counts as arbitrarily
    /// old.
    case assuredByTime
    /// After a simultaneous open the kernel takes a RST without ACK from the original side whatever its number. Why is
    /// not established; the model enforces the window there as well.
    case resetAfterSimultaneousOpen

    func explains(_ difference: Comparison.Difference) -> Bool {
        var (model, kernel) = (difference.model, difference.kernel)
        switch self {
        case .tagsOfStateNone:
            guard case .sctp = difference.packet, kernel.ctstate == .invalid else { return false }
            guard kernel.entries.allSatisfy({ $0.state == "NONE" }) else { return false }
            model.entries = model.entries.changed { $0.tags = nil }
            kernel.entries = kernel.entries.changed { $0.tags = nil }
        case .udpliteChecksums:
            return difference.packet == .other(.udplite) && kernel.ctstate == .invalid
        case .resetAfterSimultaneousOpen:
            guard case .tcp(let flags) = difference.packet, flags.contains(.rst), !flags.contains(.ack) else {
                return false
            }
            return model.ctstate == .invalid && model.entries.map(\.state) == ["SYN_SENT2"]
                && kernel.ctstate == .established && kernel.entries.map(\.state) == ["CLOSE"]
        case .assuredByTime:
            guard difference.packet == .udp else { return false }
            guard kernel.entries.allSatisfy({ $0.isAssured && $0.hasSeenReply }) else { return false }
            model.entries = model.entries.changed { $0.isAssured = true }
        }
        return model == kernel
    }
}

extension Comparison.Difference {
    var packet: TrackedPacket { asked.steps[step].packet }
}

extension Set<EntryView> {
    fileprivate func changed(_ change: (inout EntryView) -> Void) -> Set<EntryView> {
        Set(
            map {
                var picture = $0
                change(&picture)
                return picture
            })
    }
}
