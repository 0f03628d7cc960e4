import Conntrack

/// Follows each packet marked by our table through its trace events, to the end. Pure: events and time are passed in.
///
/// The kernel reuses ids for packets of one flow, so the marking rule starts a new packet. An accept is not the end: the packet continues
/// to the next base chain. A packet traced by another program and not marked by us is ignored; but if it follows one of ours with the
/// same id while more of that is expected, it is taken for ours.
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
    ///   - table: the name of the marking table.
    ///   - state: the ctstate of the packets marked by a chain of that table; nil if it marks none.
    ///   - most: how many packets are followed at a time. Beyond that, the one silent for longest is released.
    ///   - patience: a packet's trace ends after this long without an event. A hook takes microseconds, but a packet may wait in a queue.
    package init(
        table: String, state: @escaping @Sendable (String) -> CTState? = CTState.init(tracingChain:), most: Int = 1024,
        patience: Duration = .seconds(2)
    ) {
        self.table = table
        self.state = state
        self.most = max(most, 1)
        self.patience = patience
    }

    /// - Returns: the packets whose trace has ended with this event.
    package mutating func take(_ event: TraceEvent, at now: ContinuousClock.Instant) -> [TracedPacket] {
        if let state = markedState(event) { return begin(event, state, at: now) }
        guard var known = followed[event.id] else { return [] }
        known.lastSeen = now
        known.packet.headers = known.packet.headers ?? event.headers
        if event.table == table, let point = ObservationPoint(baseChain: event.chain) { known.packet.after = point }
        guard let rule = event.drop else {
            followed[event.id] = known
            return []
        }
        followed[event.id] = nil
        known.packet.end = .dropped(rule)
        return [known.packet]
    }

    /// The end of a chain is reported like a rule without a handle.
    private func markedState(_ event: TraceEvent) -> CTState? {
        guard event.table == table, event.kind == .rule, event.handle != nil, event.verdict == .continue else {
            return nil
        }
        return state(event.chain)
    }

    /// An event has headers if it is the first of a base chain, and so the first of all for a packet not traced before it was marked.
    /// Without headers the packet was traced already: it is the known one, marked again, or another program's.
    private mutating func begin(
        _ event: TraceEvent, _ state: CTState, at now: ContinuousClock.Instant
    ) -> [TracedPacket] {
        var ended: [TracedPacket] = []
        if let known = followed[event.id] {
            guard !event.networkHeader.isEmpty else {
                followed[event.id]?.lastSeen = now
                if known.packet.state == .unseen { followed[event.id]?.packet.state = state }
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

    /// - Returns: the packets without events for so long that their trace has ended.
    package mutating func expire(at now: ContinuousClock.Instant) -> [TracedPacket] {
        let patience = patience
        return release { now - $0.lastSeen > patience }
    }

    /// Messages were lost: any of the followed packets may have been dropped in one of them.
    package mutating func lose() -> [TracedPacket] {
        release { _ in true }.map { packet in
            var packet = packet
            packet.end = .unknown
            return packet
        }
    }

    /// Nothing more will arrive.
    package mutating func finish() -> [TracedPacket] { release { _ in true } }

    private mutating func release(_ isOver: (Followed) -> Bool) -> [TracedPacket] {
        let over = followed.filter { isOver($0.value) }
        for id in over.keys { followed[id] = nil }
        return over.values.map(\.packet)
    }
}

extension CTState {
    /// The ctstate of the packets marked by a chain of the observation table, from its name: `trace_invalid`.
    package init?(tracingChain name: String) {
        guard let state = Self.traced.first(where: { $0.traceChain == name }) else { return nil }
        self = state
    }
}
