import Inspection

/// A place in a record: behind so many lines of a segment.
struct RecordPlace: Equatable {
    /// Its number; 0 in a file.
    private(set) var segment = 0
    private(set) var line = 0

    /// Passes a line of a segment.
    mutating func pass(_ segment: Int) {
        if segment != self.segment { (self.segment, line) = (segment, 0) }
        line += 1
    }
}

/// How a director was at some places of its record, in equal distances: the more flows it has, the larger these are.
struct RecordCheckpoints {
    struct Checkpoint {
        /// Before `settle`.
        let director: RecordedDirector
        let place: RecordPlace
    }

    private var all: [Checkpoint] = []
    private var flows = 0
    /// In lines.
    private var distance: Int
    private let shortest: Int
    /// How the director was at the end.
    private(set) var last: RecordedDirector?
    private var next = 0

    var count: Int { all.count }

    /// Of all checkpoints; each takes about a hundred bytes.
    private static let mostFlows = 2_500_000
    /// What a checkpoint costs besides, as flows.
    private static let fixed = 1000

    /// - Parameter distance: in lines, as long as there are few flows.
    init(every distance: Int) { (self.distance, shortest) = (distance, distance) }

    mutating func removeAll() { self = RecordCheckpoints(every: shortest) }

    /// - Parameter count: lines so far.
    func isDue(at count: Int) -> Bool { count >= next }

    mutating func keep(_ director: RecordedDirector, at place: RecordPlace, after count: Int) {
        all.append(Checkpoint(director: director, place: place))
        flows += director.flows + Self.fixed
        while flows > Self.mostFlows, all.count > 2 {
            distance *= 2
            // The first one stays.
            all = all.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            flows = all.reduce(0) { $0 + $1.director.flows + Self.fixed }
        }
        next = count + distance
    }

    mutating func end(_ director: RecordedDirector) { last = director }

    /// The last one but one before a second, so that there are lines before the moment to show.
    func before(_ second: UInt32) -> Checkpoint? {
        let earlier = all.prefix { $0.director.second < second }
        return earlier.dropLast().last ?? all.first
    }
}
