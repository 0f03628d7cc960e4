/// Programs that read the same table, side by side.
struct DumpCase {
    let name: CaseName
    let title: String
    let contestants: [Contestant]
    let destination: Destination
    /// The number of the table's entries that each must write. With `/dev/null` they cannot be counted.
    let expected: Int
    let targets: [Target]
}

/// The name for `--cases`.
enum CaseName: String, CaseIterable, Codable {
    case dump
    case dumpFile = "dump-file"
    case conntrack
    case conntrackFile = "conntrack-file"
    case filtered
    case events
    case bursts
    case observe
    case watch
    case flows
    case record
    case export
}

extension DumpCase {
    static func all(_ tools: Tools, entries: Int) -> [DumpCase] {
        [
            json(tools, .dump, "JSON lines to /dev/null", .null, entries, atMost: 1.02),
            json(tools, .dumpFile, "JSON lines to a file", .file, entries, atMost: 1.06),
            conntrackFormat(tools, .conntrack, "conntrack's format to /dev/null", .null, entries),
            conntrackFormat(tools, .conntrackFile, "conntrack's format to a file", .file, entries),
            filtered(tools),
        ]
    }

    private static func json(
        _ tools: Tools, _ name: CaseName, _ title: String, _ destination: Destination, _ entries: Int,
        atMost bound: Double
    ) -> DumpCase {
        DumpCase(
            name: name, title: title,
            contestants: [
                Contestant(.floor, [tools.receive], count: .stated),
                Contestant(.ours, [tools.program, "dump", "--json"]),
                Contestant(.peer, ["conntrack", "-L"]),
            ],
            destination: destination, expected: entries,
            targets: [
                Target("wall time, ours / floor", .wall, of: .ours, over: .floor, .atMost(bound)),
                Target("wall time, conntrack / ours", .wall, of: .peer, over: .ours, .none),
                Target("user CPU, ours / conntrack", .user, of: .ours, over: .peer, .atMost(1.0 / 6)),
                Target("peak memory of ours, MiB", .peak, of: .ours, over: nil, .atMost(12)),
            ])
    }

    private static func conntrackFormat(
        _ tools: Tools, _ name: CaseName, _ title: String, _ destination: Destination, _ entries: Int
    ) -> DumpCase {
        DumpCase(
            name: name, title: title,
            contestants: [
                Contestant(.floor, [tools.receive], count: .stated),
                Contestant(.ours, [tools.program, "dump", "--format", "conntrack", "-o", "id"]),
                Contestant(.peer, ["conntrack", "-L", "-o", "extended,id"]),
            ],
            destination: destination, expected: entries,
            targets: [
                Target("wall time, ours / floor", .wall, of: .ours, over: .floor, .none),
                Target("wall time, conntrack / ours", .wall, of: .peer, over: .ours, .none),
                Target("user CPU, ours / conntrack", .user, of: .ours, over: .peer, .none),
                Target("peak memory of ours, MiB", .peak, of: .ours, over: nil, .atMost(12)),
            ])
    }

    private static func filtered(_ tools: Tools) -> DumpCase {
        let marker = SampleEntry.marker
        let expected = SampleTable.markedEntries
        return DumpCase(
            name: .filtered, title: "filtered to \(expected) entries",
            contestants: [
                Contestant(.floor, [tools.receive, "--dst", marker], count: .stated),
                Contestant(.ours, [tools.program, "dump", "--json", "--dst", marker]),
                Contestant(.peer, ["conntrack", "-L", "-d", marker]),
                Contestant(.aside, [tools.receive, "--empty"], count: .stated),
            ],
            destination: .file, expected: expected,
            targets: [
                Target("wall time, ours / the kernel's scan", .wall, of: .ours, over: .floor, .atMost(1.1)),
                Target("wall time, conntrack / ours", .wall, of: .peer, over: .ours, .atLeast(6)),
                Target("peak memory of ours, MiB", .peak, of: .ours, over: nil, .atMost(12)),
            ])
    }
}

extension DumpCase {
    func run(_ rounds: Int, with measure: Measure) throws -> DumpResult {
        let subjects = contestants.map { (role: $0.role, title: $0.title) }
        let rows = try DumpResult.takeTurns(subjects, rounds: rounds, title: title) {
            try run(contestants[$0], with: measure)
        }
        return DumpResult(name, title, rows) { summaries in targets.map { $0.judge(summaries) } }
    }

    private func run(_ contestant: Contestant, with measure: Measure) throws -> Figures {
        let expected = contestant.role == .aside ? 0 : expected
        return try measure.run(contestant.words, to: destination) { try contestant.check($0, holds: expected) }
    }
}
