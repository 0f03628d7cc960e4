import Addresses
import Collection
import Conntrack
import IPVS
import Inspection
import Netlink

/// Keeps a watch over NEW events, for the verdict `never`: drains the socket, and begins a new watch after a loss.
final class FlowWatcher {
    private let source: any KernelSource
    private let director: Director
    private let events: any EventSource
    private let clock: EventClock
    private var watch: FlowWatch
    /// A loss since the watch began: it proves nothing any more.
    private var isBroken = false
    /// Events lost since the beginning, in words.
    private(set) var losses: [Loss] = []

    /// Begins the watch. `events` is subscribed to NEW already, so that nothing falls between it and what is read here.
    init(
        _ source: any KernelSource, _ events: any EventSource, clock: EventClock = .system
    ) throws(KernelError) {
        self.source = source
        self.events = events
        self.clock = clock
        director = try Director(source)
        watch = FlowWatch(from: clock.wall(), services: [])
        try begin()
    }

    /// Reads what is there: connections that begin after this, and only they, began during the watch. They are read twice, since a
    /// row may be passed over when one before it goes while the file is read (`ip_vs_conn_array` counts rows from the beginning).
    private func begin() throws(KernelError) {
        isBroken = false
        var begun = FlowWatch(from: clock.wall(), services: try director.services().services)
        for _ in 0..<2 {
            let completeness = try Director.connections(from: source) { begun.see($0) }
            if case .cut(let why) = completeness {
                losses.append(Loss("connections of IPVS at the beginning of the watch", why))
                isBroken = true
            }
        }
        watch = begun
        let isWhole = try Table(source).dumpRepeatedly {
        } _: {
            watch.see($0)
        }
        if !isWhole { isBroken = true }
        try drain()
    }

    /// Watches for a while; a watch that is of no use any more is begun anew.
    ///
    /// - Returns: false when it was interrupted, or nobody reads the output any more.
    func wait(for span: Duration, _ waiter: Waiter) throws(KernelError) -> Bool {
        let end = clock.elapsed() + span
        while clock.elapsed() < end {
            if waiter.isStopped { return false }
            let rest = min(end - clock.elapsed(), .milliseconds(200))
            if try waiter.wait(for: [events.descriptor], upTo: rest) == .readerGone { return false }
            try drain()
            if isBroken || watch.isFull { try begin() }
        }
        return true
    }

    /// The watch, when it holds up to now: to be asked after the last lookup.
    func proof() throws(KernelError) -> (watch: FlowWatch, evidence: WatchEvidence)? {
        try drain()
        return isBroken ? nil : (watch, watch.evidence(until: clock.wall()))
    }

    private func drain() throws(KernelError) {
        var reading = EventReading()
        repeat {
            var damage: DecodeError?
            reading = try events.receive { datagram in
                do throws(DecodeError) {
                    try Entry.events(in: datagram, receivedAt: Moment(nanoseconds: 0)) { event in
                        if event.kind == .new { watch.takeNew(event.subject) }
                    }
                } catch {
                    damage = error
                }
            }
            if let damage { declare("a message could not be read: \(damage)") }
            if let loss = reading.loss {
                declare(loss.messages.map { "\($0) were lost (ENOBUFS)" } ?? "some were lost (ENOBUFS)")
            }
        } while !reading.isDrained
    }

    private func declare(_ why: String) {
        isBroken = true
        losses.append(Loss("NEW events, so that the watch began anew", why))
    }
}
