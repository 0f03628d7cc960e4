import Addresses
import Conntrack
import Firewall
import Inspection

/// What was seen of single packets of flows: the samples and traces of an observation. Of a million flows only the last few thousand remarks are kept.
struct Timeline: Sendable {
    struct Mark: Equatable, Sendable {
        var moment: Moment
        /// `FIN,ACK INVALID at PRE_ROUTING`
        var text: String
    }

    private var marks: [FlowKey: [Mark]] = [:]
    /// Whose each mark is, the oldest first.
    private var order: [FlowKey] = []

    static let most = 4096
    static let mostOfOne = 32

    mutating func add(_ mark: Mark, to key: FlowKey) {
        if order.count >= Self.most { forgetOldest() }
        order.append(key)
        marks[key, default: []].append(mark)
        if let count = marks[key]?.count, count > Self.mostOfOne { marks[key]?.removeFirst(count - Self.mostOfOne) }
    }

    /// A quarter at once, so that not each mark costs a look at all.
    private mutating func forgetOldest() {
        for key in order.prefix(Self.most / 4) {
            if let rest = marks[key]?.dropFirst() { marks[key] = rest.isEmpty ? nil : Array(rest) }
        }
        order.removeFirst(Self.most / 4)
    }

    /// By time: traces are told later than samples.
    subscript(key: FlowKey) -> [Mark] { (marks[key] ?? []).sorted { $0.moment.nanoseconds < $1.moment.nanoseconds } }
}
