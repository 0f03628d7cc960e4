import FoundationEssentials

/// The cost of recording flows to a directory, and of printing that record.
struct RecordCase {
    let measure: Measure

    func run(_ rounds: Int, upTo entries: Int) throws -> [FlowResult] {
        try SampleCapture.sizes(upTo: entries).map { entries in
            try SampleCapture.using(entries, in: measure.workspace) { capture in
                let folder = measure.workspace.path(.record)
                defer { try? FileManager.default.removeItem(atPath: folder) }
                let subjects = subjects(capture, folder, entries)
                let title = "record: \(entries) connections of IPVS, from a capture of the kernel's table"
                let rows = try FlowResult.takeTurns(
                    subjects.map { ($0.role, $0.title) }, rounds: rounds, title: title
                ) { try subjects[$0].run() }
                return FlowResult(.record, title, entries: entries, rows) { Self.judge(entries, $0) }
            }
        }
    }

    /// The first one makes the record that the others read.
    private func subjects(_ capture: String, _ folder: String, _ entries: Int) -> [FlowSubject] {
        let program = measure.tools.program
        let record = [program, "record", "--to", folder, "--capture", capture]
        func replay(_ options: [String], mark: String) throws -> Figures {
            try measure.stream([program, "replay", folder] + options, rows: entries, mark: mark)
        }
        return [
            FlowSubject(role: .recording, title: "record --to DIR") {
                try? FileManager.default.removeItem(atPath: folder)
                return try measure.run(record, to: .null) { _ in }
            },
            FlowSubject(role: .replayed, title: "replay") { try replay([], mark: "flow found") },
            FlowSubject(role: .replayedJSON, title: "replay --json") {
                try replay(["--json"], mark: "\"record\":\"flow\"")
            },
            FlowSubject(role: .replayedFiltered, title: "replay --filter") {
                try replay(["--json", "--filter", "kind=flow"], mark: "\"record\":\"flow\"")
            },
        ]
    }

    /// The text is read through a pipe, which is part of each figure.
    private static func judge(_ entries: Int, _ medians: [FlowRole: Figures]) -> [Judgement] {
        [FlowRole.recording, .replayed, .replayedJSON, .replayedFiltered].map { role in
            Judgement(
                "\(role.rawValue), flows/s", medians[role].map { Double(entries) / $0.wallSeconds },
                entries == FlowJudge.targetSize ? .atLeast(200_000) : .none)
        }
    }
}
