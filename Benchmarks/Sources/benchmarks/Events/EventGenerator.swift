/// Generates conntrack events, two per entry: it is created, and deleted in the same datagram.
struct EventGenerator: ~Copyable {
    private let socket: ConntrackSocket
    private var batch = MessageBatch(capacity: largestBatch * bytesAnEvent)

    private static let largestBatch = 256
    private static let bytesAnEvent = 128

    init() throws { socket = try ConntrackSocket() }

    /// The number generated. It is exact, as the kernel processes a batch before the next is sent, and reports
    /// failures.
    struct Yield {
        let events: Int
        let seconds: Double
    }

    /// Generates this many events (rounded down to an even number), or as many as it can in the given time.
    ///
    /// - Parameter rate: events per second, kept by pauses between batches of about a millisecond's events; nil for as
    ///   fast as the kernel allows.
    /// - Throws: if the kernel refuses one.
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
