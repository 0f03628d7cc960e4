/// What came of one load beside one watcher.
struct TrafficFigures: Codable {
    /// Bytes, datagrams or requests that came through.
    var eachSecond: Double
    /// CPU time that one takes on its whole way, the sender's part included, in the fastest fiftieth. None of a stream.
    var nanosecondsEach: Double?
    /// Those that came in at the director's interface. A piece of a stream counts once, whatever its size.
    var packets: Double
    /// In how many counters each of them was found.
    var countsAPacket: Double
    /// CPU time of the watching program, where there is one.
    var watcherSeconds = 0.0

    /// The median of each figure by itself; but of the time of one the least, as what disturbs it can only add to it.
    static func summary(of runs: [TrafficFigures]) -> TrafficFigures? {
        guard !runs.isEmpty else { return nil }
        return TrafficFigures(
            eachSecond: middle(of: runs.map(\.eachSecond)), nanosecondsEach: runs.compactMap(\.nanosecondsEach).min(),
            packets: middle(of: runs.map(\.packets)), countsAPacket: middle(of: runs.map(\.countsAPacket)),
            watcherSeconds: middle(of: runs.map(\.watcherSeconds)))
    }
}

/// What `traffic` prints.
struct TrafficYield {
    /// Bytes, datagrams or requests.
    let units: Double
    let seconds: Double
    let nanosecondsEach: Double?

    /// - Throws: when it is none of that, when nothing came through, or when datagrams were lost before the receiver's socket.
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
