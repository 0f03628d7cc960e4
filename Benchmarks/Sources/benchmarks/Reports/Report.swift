import FoundationEssentials

/// All results of a benchmark run.
struct Report: Codable {
    let schema: String
    let machine: Machine
    let entries: Int
    let runs: Int
    var dumps: [DumpResult] = []
    var events: [EventResult] = []
    var traffic: [TrafficResult] = []
    var watch: [WatchResult] = []
    var flows: [FlowResult] = []
    var export: [ExportResult] = []

    init(machine: Machine, entries: Int, runs: Int) {
        schema = "ct-inspect-benchmarks/2"
        self.machine = machine
        self.entries = entries
        self.runs = runs
    }

    var hasMissed: Bool { judgements.contains { $0.verdict == .missed } }
    var hasFailed: Bool {
        dumps.contains(where: \.hasFailed) || events.contains(where: \.hasFailed)
            || traffic.contains(where: \.hasFailed) || watch.contains(where: \.hasFailed)
            || flows.contains(where: \.hasFailed) || export.contains(where: \.hasFailed)
    }

    private var judgements: [Judgement] {
        let ofPrograms = dumps.flatMap(\.judgements) + events.flatMap(\.judgements) + traffic.flatMap(\.judgements)
        let ofReadings = watch.flatMap(\.judgements) + flows.flatMap(\.judgements) + export.flatMap(\.judgements)
        return ofPrograms + ofReadings
    }
}

extension Report {
    /// Machine-readable: the figures of every run, medians and ratios. Keys are in snake_case and sorted, so that two
    /// reports can be compared.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
