import Addresses
import Conntrack
import Firewall
import Reports

/// A packet that an observation has shown: a sample, or one that was traced.
struct SeenPacket: Sendable {
    let headers: PacketHeaders
    let ctstate: CTState
    /// What it says of its flow; nil when that is its ctstate alone.
    let mark: Timeline.Mark?

    /// A packet as it was seen first: behind conntrack, in front of the filter.
    init(_ sample: Sample) {
        headers = sample.headers
        ctstate = sample.ctstate
        let text = "\(headers.packetClass.title) \(ctstate.name) at \(sample.hook.name) (\(headers.remark))"
        mark = Timeline.Mark(moment: sample.moment, text: text)
    }

    /// A packet that was followed to its end; nil when its headers are not known.
    init?(_ packet: TracedPacket, at now: Moment) {
        guard let headers = packet.headers else { return nil }
        self.headers = headers
        ctstate = packet.state
        if case .dropped(let rule) = packet.end {
            mark = Timeline.Mark(
                moment: now, text: "\(headers.packetClass.title) \(ctstate.name) dropped by \(rule.place)")
        } else {
            mark = nil
        }
    }
}
