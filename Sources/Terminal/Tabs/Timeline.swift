import Addresses
import Conntrack
import Firewall
import Inspection
import Reports

/// What was seen of individual packets of flows: the samples and traces of an observation. Of a million flows only the last few thousand remarks are kept.
struct Timeline: Sendable {
    struct Mark: Equatable, Sendable {
        var moment: Moment
        /// `FIN,ACK INVALID at PRE_ROUTING`
        var text: String
    }

    private var marks: [FlowKey: [Mark]] = [:]
    /// The flow of each mark, the oldest first.
    private var order: [FlowKey] = []

    static let most = 4096
    static let mostOfOne = 32

    mutating func add(_ mark: Mark, to key: FlowKey) {
        if order.count >= Self.most { forgetOldest() }
        order.append(key)
        marks[key, default: []].append(mark)
        if let count = marks[key]?.count, count > Self.mostOfOne { marks[key]?.removeFirst(count - Self.mostOfOne) }
    }

    /// A quarter at once, so that not every mark costs a scan.
    private mutating func forgetOldest() {
        for key in order.prefix(Self.most / 4) {
            if let rest = marks[key]?.dropFirst() { marks[key] = rest.isEmpty ? nil : Array(rest) }
        }
        order.removeFirst(Self.most / 4)
    }

    /// By time: traces are reported later than samples.
    subscript(key: FlowKey) -> [Mark] { (marks[key] ?? []).sorted { $0.moment.nanoseconds < $1.moment.nanoseconds } }
}

/// A packet seen by an observation: a sample or a traced packet.
struct SeenPacket: Sendable {
    let headers: PacketHeaders
    let ctstate: CTState
    /// A remark for its flow; nil if there is nothing beyond its ctstate.
    let mark: Timeline.Mark?

    /// A packet where it was first seen: after conntrack, before the filter.
    init(_ sample: Sample) {
        headers = sample.headers
        ctstate = sample.ctstate
        let text = "\(headers.packetClass.title) \(ctstate.name) at \(sample.hook.name) (\(headers.remark))"
        mark = Timeline.Mark(moment: sample.moment, text: text)
    }

    /// A packet followed to its end; nil if its headers are unknown.
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
