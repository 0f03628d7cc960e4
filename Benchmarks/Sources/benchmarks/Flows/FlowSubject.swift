/// A command to measure, and its role.
struct FlowSubject {
    let role: FlowRole
    let title: String
    let run: () throws -> Figures
}

/// The role of a run in the differences.
enum FlowRole: String, Codable {
    /// Opens the capture, verifies its checksums, and reads no flows.
    case opening
    case summary
    case text
    case json
    case recording, replayed
    case replayedJSON = "replayed as JSON"
    case replayedFiltered = "replayed, filtered"
}

extension FlowSubject {
    /// - Parameter capture: a capture with this many connections.
    static func all(_ measure: Measure, _ capture: String, _ entries: Int) -> [FlowSubject] {
        func words(_ words: String...) -> [String] { [measure.tools.program] + words + ["--capture", capture] }
        return [
            FlowSubject(role: .opening, title: "services, opens it") {
                try measure.run(words("services"), to: .null) { _ in }
            },
            FlowSubject(role: .summary, title: "flows --summary") {
                try measure.run(words("flows", "--summary"), to: .file) { try check($0, counts: entries) }
            },
            FlowSubject(role: .text, title: "flows") {
                try measure.stream(words("flows"), rows: entries, mark: "\ntcp ")
            },
            FlowSubject(role: .json, title: "flows --json") {
                try measure.stream(words("flows", "--json"), rows: entries, mark: "\"verdict\":\"")
            },
        ]
    }

    /// - Throws: if the summary shows a different number of connections, as the wrong thing was measured then.
    private static func check(_ output: String, counts entries: Int) throws {
        guard try readText(of: output).split(whereSeparator: \.isWhitespace).contains("\(entries)") else {
            throw Failure(.inputOutput, "has not counted \(entries) connections")
        }
    }
}
