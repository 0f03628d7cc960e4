/// Makes conntrack events, two to an entry: it is created, and deleted in the same datagram.
struct EventGenerator: ~Copyable {
    private let socket: ConntrackSocket
    private var batch = MessageBatch(capacity: largestBatch * bytesAnEvent)

    private static let largestBatch = 256
    private static let bytesAnEvent = 128

    init() throws { socket = try ConntrackSocket() }

    /// What it has made: exactly, as the kernel carries a batch out before the next is sent, and says when it does not.
    struct Yield {
        let events: Int
        let seconds: Double
    }

    /// Makes so many events (rounded down to an even number), or as many as it can in the time.
    ///
    /// - Parameter rate: events a second, kept by pauses between batches of about a millisecond's events. Without one, as fast as the kernel lets it.
    /// - Throws: when the kernel refuses one.
    mutating func make(_ events: Int, rate: Double?, within limit: Duration) throws -> Yield {
        let entries = events / 2
        let entriesABatch = rate.map { min(max(Int($0 / 2000), 1), Self.largestBatch / 2) } ?? Self.largestBatch / 2
        let start = ContinuousClock.now
        var made = 0
        while made < entries && start.duration(to: .now) < limit {
            if let rate {
                let pause = Duration.seconds(Double(made * 2) / rate) - start.duration(to: .now)
                if pause > .zero { try Signals.pause(pause) }
            }
            let count = min(entriesABatch, entries - made)
            try send(count)
            made += count
            try Signals.check()
        }
        return Yield(events: made * 2, seconds: start.duration(to: .now) / .seconds(1))
    }

    private mutating func send(_ entries: Int) throws {
        // The same tuples every time: their part of the hash stays in the processor's cache, which doubles the rate.
        for number in 0..<entries { SampleEntry.plain(number).create(in: &batch) }
        for number in 0..<entries { SampleEntry.plain(number).delete(in: &batch) }
        try socket.send(&batch)
    }
}
