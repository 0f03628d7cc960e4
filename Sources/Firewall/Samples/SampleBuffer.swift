import Addresses
import Conntrack

/// A few samples of each kind: of whatever `Subject` distinguishes (a service, an address), of a packet class, with a ctstate.
package struct SampleBuffer<Subject: Hashable & Sendable>: Sendable {
    /// The maximum number of each kind to keep: the first ones.
    package let most: Int
    /// Samples that arrived when there were enough of their kind.
    package private(set) var refused = 0
    private var kept: [Subject: [Sample]] = [:]
    private var counts: [Kind: Int] = [:]

    private struct Kind: Hashable {
        var subject: Subject
        var packetClass: PacketClass
        var ctstate: CTState
    }

    package init(most: Int) { self.most = most }

    /// Keeps a sample, or counts it as refused if there are enough of its kind.
    package mutating func add(_ sample: Sample, of subject: Subject) {
        let kind = Kind(subject: subject, packetClass: sample.headers.packetClass, ctstate: sample.ctstate)
        guard counts[kind, default: 0] < most else {
            refused += 1
            return
        }
        counts[kind, default: 0] += 1
        kept[subject, default: []].append(sample)
    }

    /// Those of a subject, by time; at the same time, in order of arrival.
    package subscript(subject: Subject) -> [Sample] {
        kept[subject, default: []].enumerated()
            .sorted { ($0.element.moment.nanoseconds, $0.offset) < ($1.element.moment.nanoseconds, $1.offset) }
            .map(\.element)
    }
}
