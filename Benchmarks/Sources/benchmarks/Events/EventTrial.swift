/// One run of a listener beside the generator, in a network namespace of their own.
struct EventTrial: Codable {
    /// Events that the generator was asked for.
    let asked: Int
    /// Events a second that it was asked for; none in a burst.
    let askedRate: Double?
    let made: Int
    let seconds: Double
    let reported: EventTally
    /// What the kernel counted on the listener's socket.
    let socketDrops: Int
    let userSeconds: Double
    let systemSeconds: Double
    let isLossFree: Bool

    var rate: Double { Double(made) / seconds }

    /// The generator itself could not do what it was asked.
    var isGeneratorsLimit: Bool { made < asked || (askedRate.map { rate < 0.9 * $0 } ?? false) }

    private static let generatingLimit: Duration = .seconds(3)
    private static let settlingLimit: Duration = .seconds(10)

    /// - Parameter rate: events a second, or none for as many as possible at once.
    /// - Throws: when the listener does not come up, or crashes. Loss is no error.
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

    /// Whether it comes up: its socket has joined a group, so that it hears what is made from now on.
    private static func waitForSocket(of listener: borrowing Child) throws -> Bool {
        let deadline = ContinuousClock.now + settlingLimit
        while try ListenerSocket.find() == nil {
            guard listener.isRunning(), ContinuousClock.now < deadline else { return false }
            try Signals.pause(.milliseconds(5))
        }
        return true
    }

    /// Waits until its receive buffer is empty and it writes no more, but not without end: what it has not
    /// reported by then counts as lost.
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
