import Conntrack
import Firewall
import Reports

extension Timeline.Mark {
    /// A packet as it was seen first: behind conntrack, in front of the filter.
    init(_ sample: Sample) {
        moment = sample.moment
        text =
            "\(sample.headers.packetClass.title) \(sample.ctstate.name) at \(sample.hook.name) (\(sample.headers.remark))"
    }

    /// A packet that was followed to its end; nil when that says no more than a sample.
    init?(_ packet: TracedPacket, _ headers: PacketHeaders, at now: Moment) {
        guard case .dropped(let rule) = packet.end else { return nil }
        moment = now
        text = "\(headers.packetClass.title) \(packet.state.name) dropped by \(rule.place)"
    }
}
