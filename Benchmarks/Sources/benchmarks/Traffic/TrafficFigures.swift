/// The result of one load with one watcher.
struct TrafficFigures: RunFigures {
    /// Bytes, datagrams or requests transferred per second.
    var eachSecond: Double
    /// CPU time of a single one on its whole path, including the sender's part, in the fastest fiftieth. Nil for a
    /// stream.
    var nanosecondsEach: Double?
    /// Packets received on the director's interface. An aggregated packet of a stream counts once, whatever its size.
    var packets: Double
    /// The number of counters in which each of them was counted.
    var countsAPacket: Double
    /// CPU time of the watching program, if there is one.
    var watcherSeconds = 0.0

    /// The median of each figure separately; but the minimum of the time of a single one, as disturbances can only add
    /// to it.
    static func summary(of runs: [TrafficFigures]) -> TrafficFigures? {
        guard !runs.isEmpty else { return nil }
        return TrafficFigures(
            eachSecond: middle(of: runs.map(\.eachSecond)), nanosecondsEach: runs.compactMap(\.nanosecondsEach).min(),
            packets: middle(of: runs.map(\.packets)), countsAPacket: middle(of: runs.map(\.countsAPacket)),
            watcherSeconds: middle(of: runs.map(\.watcherSeconds)))
    }
}

/// The output of `traffic`.
struct TrafficYield {
    /// Bytes, datagrams or requests.
    let units: Double
    let seconds: Double
    let nanosecondsEach: Double?

    /// - Throws: if it is malformed, if nothing was transferred, or if datagrams were lost before the receiver's
    ///   socket.
    init(_ text: String) throws {
        let numbers = text.split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
        guard numbers.count == 5 else { throw Failure(.inputOutput, "traffic said \(text)") }
        guard numbers[0] == numbers[1] else {
            throw Failure(.inputOutput, "\(Int(numbers[1])) of \(Int(numbers[0])) datagrams arrived")
        }
        guard numbers[2] > 0, numbers[3] > 0 else { throw Failure(.inputOutput, "nothing came through") }
        units = numbers[2]
        seconds = numbers[3] / 1e9
        nanosecondsEach = numbers[4] > 0 ? numbers[4] : nil
    }
}
