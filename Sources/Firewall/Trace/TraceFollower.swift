import Conntrack

/// Follows each packet that our own table marked through the events of its trace, to its end. Pure: it is fed events, and told the time.
///
/// The kernel gives the packets of one flow the same id again and again, so the rule that marks begins a new packet. An accept is no
/// end: the packet goes on to the next base chain. A packet that another program has traced, and that we have not marked, is
/// nobody's; but when it follows one of ours with the same id while that is awaited, it is taken for ours.
package struct TraceFollower: Sendable {
    private struct Followed {
        var packet: TracedPacket
        var lastSeen: ContinuousClock.Instant
    }

    private let table: String
    private let state: @Sendable (String) -> CTState?
    private let most: Int
    private let patience: Duration
    private var followed: [UInt32: Followed] = [:]

    /// - Parameters:
    ///   - table: the name of the table that marks.
    ///   - state: the ctstate of the packets that a chain of that table marks; nil when it marks none.
    ///   - most: how many packets are followed at a time. When another comes, the one that was silent longest is let go.
    ///   - patience: after so long without an event a packet has come to its end. A hook takes microseconds, but a packet may
    ///     wait in a queue.
    package init(
        table: String, state: @escaping @Sendable (String) -> CTState? = CTState.init(tracingChain:), most: Int = 1024,
        patience: Duration = .seconds(2)
    ) {
        self.table = table
        self.state = state
        self.most = max(most, 1)
        self.patience = patience
    }

    /// - Returns: the packets that have come to their end by this.
    package mutating func take(_ event: TraceEvent, at now: ContinuousClock.Instant) -> [TracedPacket] {
        if let state = markedState(event) { return begin(event, state, at: now) }
        guard var known = followed[event.id] else { return [] }
        known.lastSeen = now
        known.packet.headers = known.packet.headers ?? event.headers
        guard let rule = event.drop else {
            followed[event.id] = known
            return []
        }
        followed[event.id] = nil
        known.packet.end = .dropped(rule)
        return [known.packet]
    }

    /// The end of a chain is told like a rule without a handle.
    private func markedState(_ event: TraceEvent) -> CTState? {
        guard event.table == table, event.kind == .rule, event.handle != nil, event.verdict == .continue else {
            return nil
        }
        return state(event.chain)
    }

    /// An event holds headers when it is the first of a base chain, and so the first of all for a packet that was not traced before it
    /// was marked. Without them the packet was traced already: it is the one we know, marked again, or another program's.
    private mutating func begin(
        _ event: TraceEvent, _ state: CTState, at now: ContinuousClock.Instant
    ) -> [TracedPacket] {
        var ended: [TracedPacket] = []
        if let known = followed[event.id] {
            guard !event.networkHeader.isEmpty else {
                followed[event.id]?.lastSeen = now
                return []
            }
            ended.append(known.packet)
        } else if followed.count >= most, let silent = followed.min(by: { $0.value.lastSeen < $1.value.lastSeen }) {
            followed[silent.key] = nil
            ended.append(silent.value.packet)
        }
        let packet = TracedPacket(state: event.tracking?.state ?? state, headers: event.headers, end: .notDropped)
        followed[event.id] = Followed(packet: packet, lastSeen: now)
        return ended
    }

    /// - Returns: the packets of which nothing was heard for so long that they have come to their end.
    package mutating func expire(at now: ContinuousClock.Instant) -> [TracedPacket] {
        let patience = patience
        return release { now - $0.lastSeen > patience }
    }

    /// Messages were lost: whatever is followed now may have been dropped by one of them.
    package mutating func lose() -> [TracedPacket] {
        release { _ in true }.map { packet in
            var packet = packet
            packet.end = .unknown
            return packet
        }
    }

    /// The end of all: nothing more will be told.
    package mutating func finish() -> [TracedPacket] { release { _ in true } }

    private mutating func release(_ isOver: (Followed) -> Bool) -> [TracedPacket] {
        let over = followed.filter { isOver($0.value) }
        for id in over.keys { followed[id] = nil }
        return over.values.map(\.packet)
    }
}

extension CTState {
    /// The ctstate that a chain of the observation table marks packets of, by its name: `trace_invalid`.
    package init?(tracingChain name: String) {
        guard let state = Self.named.first(where: { $0.traceChain == name }) else { return nil }
        self = state
    }
}
