/// The cost of observing for the traffic: loads on a director, with and without a watcher.
struct TrafficCase {
    private let tools: Tools
    private let workspace: Workspace
    private let seconds: Int

    init(_ tools: Tools, _ workspace: Workspace, seconds: Int) {
        self.tools = tools
        self.workspace = workspace
        self.seconds = seconds
    }

    func run(_ rounds: Int) throws -> [TrafficResult] { try TrafficLoad.allCases.map { try run($0, rounds) } }

    private func run(_ load: TrafficLoad, _ rounds: Int) throws -> TrafficResult {
        let watchers = TrafficWatcher.all(tools)
        let subjects = watchers.map { (role: $0.role, title: $0.title) }
        let rows = try TrafficResult.takeTurns(subjects, rounds: rounds, title: load.title) {
            try trial(of: load, watchers[$0])
        }
        return TrafficResult(.observe, load.title, load: load, rows, judge: load.judge)
    }

    /// In namespaces of its own, so that no run is affected by another.
    private func trial(of load: TrafficLoad, _ watcher: TrafficWatcher) throws -> TrafficFigures {
        try inJoinedNamespaces(workspace) { clients in
            try runTool(["nft", "-f"], script: PacketFilter.text, in: workspace)
            let figures = try watcher.watch(workspace) { try measure(load, from: clients) }
            let expected = watcher.countsAPacket(of: load)
            // ARP packets arrive as well, and are not counted.
            let (least, most) = (expected.lowerBound - 0.05, expected.upperBound + 0.05)
            guard (least...most).contains(figures.countsAPacket) else {
                let counted = fixed(figures.countsAPacket, 3)
                throw Failure(.inputOutput, "counted a packet \(counted) times, not \(expected)")
            }
            return figures
        }
    }

    private func measure(_ load: TrafficLoad, from clients: String) throws -> TrafficFigures {
        let words = load.words(tools, from: clients, seconds: seconds)
        let yield = try TrafficYield(runTool(words, patience: .seconds(seconds + 20), in: workspace))
        let packets = Double(try PacketCounters.received(at: Wiring.interface))
        let counted = PacketCounters.counted(in: try runTool(["nft", "list", "ruleset"], in: workspace))
        return TrafficFigures(
            eachSecond: yield.units / yield.seconds, nanosecondsEach: yield.nanosecondsEach, packets: packets,
            countsAPacket: Double(counted) / max(packets, 1))
    }
}
