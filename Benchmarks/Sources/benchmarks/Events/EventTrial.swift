/// One run of a listener together with the generator, in a network namespace of their own.
struct EventTrial: Codable {
    /// The number of events requested from the generator.
    let asked: Int
    /// The rate requested, in events per second; nil for a burst.
    let askedRate: Double?
    let made: Int
    let seconds: Double
    let reported: EventTally
    /// The kernel's count for the listener's socket.
    let socketDrops: Int
    let userSeconds: Double
    let systemSeconds: Double
    let isLossFree: Bool

    var rate: Double { Double(made) / seconds }

    /// The generator itself could not keep up with the request.
    var isGeneratorsLimit: Bool { made < asked || (askedRate.map { rate < 0.9 * $0 } ?? false) }

    private static let generatingLimit: Duration = .seconds(3)
    private static let settlingLimit: Duration = .seconds(10)

    /// - Parameter rate: events per second; nil for a single burst.
    /// - Throws: if the listener does not start, or crashes. Loss is not an error.
    static func run(
        _ subject: EventSubject, events: Int, rate: Double?, in workspace: Workspace
    ) throws -> EventTrial {
        try inFreshNamespace {
            let output = workspace.path(.output)
            let errors = workspace.path(.errors)
            var generator = try EventGenerator()
            if try Sysctl.events.read() == 0 { try Sysctl.events.write(1) }
            var listener = try Child(subject.words, output: output, errors: errors)
            guard try waitForSocket(of: listener) else {
                throw Failure(.unavailable, "does not listen: \(try firstLine(of: errors))")
            }
            let yield = try generator.make(events, rate: rate, within: generatingLimit)
            try waitUntilSettled(listener, writingTo: output)
            let drops = try ListenerSocket.find()?.drops ?? 0
            listener.interrupt()
            let ending = try listener.wait(within: settlingLimit)
            guard ending.isSuccess || ending.isInterrupted else {
                throw Failure(.unavailable, "\(describe(status: ending.status)): \(try firstLine(of: errors))")
            }
            let reported = try EventTally(of: output, as: subject.format)
            return EventTrial(
                asked: events, askedRate: rate, made: yield.events, seconds: yield.seconds, reported: reported,
                socketDrops: drops, userSeconds: ending.userSeconds, systemSeconds: ending.systemSeconds,
                isLossFree: reported.holdsAll(of: yield.events))
        }
    }

    /// Whether it starts: its socket has joined a group, so it receives every event from now on.
    private static func waitForSocket(of listener: borrowing Child) throws -> Bool {
        let deadline = ContinuousClock.now + settlingLimit
        while try ListenerSocket.find() == nil {
            guard listener.isRunning(), ContinuousClock.now < deadline else { return false }
            try Signals.pause(.milliseconds(5))
        }
        return true
    }

    /// Waits, within a limit, until its receive buffer is empty and it has stopped writing: what it has not reported by
    /// then counts as lost.
    private static func waitUntilSettled(_ listener: borrowing Child, writingTo output: String) throws {
        let deadline = ContinuousClock.now + settlingLimit
        var size = -1
        var quietLooks = 0
        while quietLooks < 3 && listener.isRunning() && ContinuousClock.now < deadline {
            try Signals.pause(.milliseconds(50))
            let newSize = try sizeOfFile(output)
            let isQuiet = try newSize == size && (ListenerSocket.find()?.queued ?? 0) == 0
            quietLooks = isQuiet ? quietLooks + 1 : 0
            size = newSize
        }
    }
}

/// A program that listens to events.
struct EventSubject {
    let role: Role
    let words: [String]
    let format: EventTally.Format

    var title: String { Contestant(role, words).title }

    static func all(_ tools: Tools) -> [EventSubject] {
        [
            EventSubject(role: .ours, words: [tools.program, "events", "--json"], format: .jsonLines),
            EventSubject(role: .peer, words: ["conntrack", "-E", "-o", "extended,id"], format: .conntrack),
        ]
    }
}
