import Addresses
import Conntrack
import Firewall

/// Individual packets of flows, as samples and traces of an observation showed them. Bounded: of a million flows only the last few
/// thousand packets are kept.
package struct PacketTimeline: Sendable {
    /// A packet worth showing with its flow.
    package struct Mark: Sendable {
        package var moment: Moment
        package var headers: PacketHeaders
        package var ctstate: CTState
        package var place: Place

        package init(_ moment: Moment, _ headers: PacketHeaders, _ ctstate: CTState, _ place: Place) {
            self.moment = moment
            self.headers = headers
            self.ctstate = ctstate
            self.place = place
        }
    }

    package enum Place: Sendable {
        /// Seen at a hook, after conntrack and before the packet filter.
        case seen(NetfilterHook)
        case dropped(DroppingRule)
    }

    private var marks: [FlowKey: [Mark]] = [:]
    /// The flow of each mark, the oldest first.
    private var order: [FlowKey] = []

    package static let most = 4096
    package static let mostOfOne = 32

    package init() {}

    package mutating func add(_ mark: Mark, to key: FlowKey) {
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

    /// The flows of which packets were seen to be dropped, and how many.
    package func forEachDropped(_ body: (FlowKey, Int) -> Void) {
        for (key, marks) in marks {
            let packets = marks.count { if case .dropped = $0.place { true } else { false } }
            if packets > 0 { body(key, packets) }
        }
    }

    /// By time: traces are reported later than samples.
    package subscript(key: FlowKey) -> [Mark] {
        (marks[key] ?? []).sorted { $0.moment.nanoseconds < $1.moment.nanoseconds }
    }
}

/// A packet seen by an observation.
package struct SeenPacket: Sendable {
    let headers: PacketHeaders
    let ctstate: CTState
    /// Whether it is known to have been dropped.
    var isDropped: Bool {
        if case .dropped? = mark?.place { true } else { false }
    }
    /// Nil if its ctstate is all there is to say.
    let mark: PacketTimeline.Mark?

    package init(_ sample: Sample) {
        headers = sample.headers
        ctstate = sample.ctstate
        mark = PacketTimeline.Mark(sample.moment, headers, ctstate, .seen(sample.hook))
    }

    /// - Parameters:
    ///   - packet: followed to its end; nil is returned if its headers are unknown.
    ///   - moment: when it was reported.
    package init?(_ packet: TracedPacket, at moment: Moment) {
        guard let headers = packet.headers else { return nil }
        self.headers = headers
        ctstate = packet.state
        mark =
            if case .dropped(let rule) = packet.end {
                PacketTimeline.Mark(moment, headers, ctstate, .dropped(rule))
            } else {
                nil
            }
    }
}
