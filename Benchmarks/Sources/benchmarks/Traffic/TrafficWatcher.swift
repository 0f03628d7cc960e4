/// What counts the director's packets as they arrive.
struct TrafficWatcher {
    let role: Role
    let title: String
    private let means: Means

    private enum Means {
        case none
        case program([String])
        case rules(String)
    }

    private static let patience: Duration = .seconds(20)

    static func all(_ tools: Tools) -> [TrafficWatcher] {
        let words = [
            tools.program, "observe", "--vip", "\(Wiring.virtualAddress):\(PacketFilter.port)", "--json",
        ]
        return [
            TrafficWatcher(role: .floor, title: "the packet filter alone", means: .none),
            TrafficWatcher(role: .ours, title: Contestant(.ours, words).title, means: .program(words)),
            TrafficWatcher(
                role: .peer, title: "nft: a counting rule for each ctstate", means: .rules(PacketFilter.countingRules)),
        ]
    }

    /// How many counters must see each packet received, with its answer; a stream has fewer answers than packets.
    func countsAPacket(of load: TrafficLoad) -> ClosedRange<Double> {
        guard role != .floor, load.isObserved else { return 0...0 }
        let (received, answered) = (Double(PacketFilter.countsAPacket), Double(PacketFilter.countsAnAnswer))
        return switch load {
        case .bulk: received...received + answered
        case .datagrams, .bystanders: received...received
        case .requests: received + answered...received + answered
        }
    }

    /// Watches this namespace for as long as `body` runs.
    /// - Returns: the measurements of `body`, and what the watching program itself used.
    func watch(_ workspace: Workspace, _ body: () throws -> TrafficFigures) throws -> TrafficFigures {
        switch means {
        case .none: return try body()
        case .rules(let rules):
            try runTool(["nft", "-f"], script: rules, in: workspace)
            return try body()
        case .program(let words):
            let errors = workspace.path(.errors)
            var program = try Child(words, output: workspace.path(.output), errors: errors)
            try waitForTable(of: program, workspace)
            var figures = try body()
            program.interrupt()
            let ending = try program.wait(within: Self.patience)
            guard ending.isSuccess || ending.isInterrupted else {
                throw Failure(.unavailable, "\(describe(status: ending.status)): \(try firstLine(of: errors))")
            }
            figures.watcherSeconds = ending.userSeconds + ending.systemSeconds
            return figures
        }
    }

    /// Its table is created in one transaction: once the table exists, it counts.
    private func waitForTable(of program: borrowing Child, _ workspace: Workspace) throws {
        let deadline = ContinuousClock.now + Self.patience
        while !(try runTool(["nft", "list", "ruleset"], in: workspace)).contains("flags owner") {
            guard program.isRunning(), ContinuousClock.now < deadline else {
                throw Failure(.unavailable, "does not observe: \(try firstLine(of: workspace.path(.errors)))")
            }
            try Signals.pause(.milliseconds(20))
        }
    }
}
