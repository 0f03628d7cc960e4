/// A command to measure, and its role.
struct WatchSubject {
    let role: WatchRole
    let title: String
    let run: () throws -> WatchFigures
}

/// Runs programs on a terminal with `screen`, and without one with `measure`.
struct WatchMeasure {
    let tools: Tools
    let workspace: Workspace
    /// The length of the window, which is extended to hold whole readings and their pauses.
    let seconds: Int

    private func plain(_ role: WatchRole, _ title: String, _ words: [String]) -> WatchSubject {
        WatchSubject(role: role, title: title) {
            WatchFigures(try Measure(tools: tools, workspace: workspace).run(words, to: .null) { _ in })
        }
    }

    /// As many dumps as the screen has readings, at the same pace.
    private func paced(_ dumps: Int) -> WatchSubject {
        WatchSubject(role: .pacedFloor, title: "receive, once a second") {
            let words = [tools.receive, "--times", "\(dumps)"]
            var figures = WatchFigures(try Measure(tools: tools, workspace: workspace).run(words, to: .null) { _ in })
            figures.window = WatchFigures.Window(
                seconds: figures.wallSeconds, readings: Double(dumps), cpuSeconds: figures.cpuSeconds)
            return figures
        }
    }

    /// - Throws: if the screen does not show this many rows, as the wrong thing was measured then.
    private func printed(_ role: WatchRole, _ title: String, rows: Int, _ words: [String]) -> WatchSubject {
        WatchSubject(role: role, title: title) {
            WatchFigures(
                try Measure(tools: tools, workspace: workspace).run(words, to: .file) { output in
                    let text = try readText(of: output)
                    guard text.split(whereSeparator: \.isWhitespace).contains("1/\(rows)") else {
                        throw Failure(.inputOutput, "has not printed one of \(rows) rows")
                    }
                })
        }
    }

    /// - Parameters:
    ///   - window: the arguments of `screen` that say what to do after the first readings.
    ///   - marker: is on the screen once the first rows are, and not before.
    private func screen(
        _ role: WatchRole, _ title: String, _ window: [String] = [none], until marker: String, _ words: [String]
    ) -> WatchSubject {
        WatchSubject(role: role, title: title) {
            let text = try runTool(
                [tools.screen] + window + [marker] + words, patience: .seconds(400), in: workspace)
            let figures = try WatchFigures(screen: text)
            guard window == [Self.none] || figures.window != nil || figures.waits != nil else {
                throw Failure(.inputOutput, "no reading took the 20 ms that tell it from drawing: use more --entries")
            }
            return figures
        }
    }

    private static let none = "0"
}

extension WatchMeasure {
    /// The checks, which are made once, have ended by then.
    private static let fewReadings = 4
    private static let moreReadings = 24
    private static let probes = 50

    /// A capture is read twice, but on the table tab again for each new filter: so a text is typed after mark 1, and
    /// another one. Nothing matches, so only the flows have to be kept.
    /// - Parameter capture: a capture with this many connections.
    func flows(_ capture: String, _ entries: Int) -> [WatchSubject] {
        let once = [tools.program, "watch", "--once", "--tab", "flows", "--capture"]
        let shown = [tools.program, "watch", "--tab", "table", "--filter", "mark=1", "--capture", capture]
        let (few, more, marker) = (Self.fewReadings, Self.moreReadings, "Nothing matches")
        return [
            plain(.opening, "services, opens it", [tools.program, "services", "--capture", capture]),
            printed(.twoReadings, "watch --once, twice", rows: entries, once + [capture]),
            screen(.someReadings, "watch, \(few) times more", ["--type", "/ 0\r", "\(few)"], until: marker, shown),
            screen(
                .manyReadings, "watch, \(more) times more", ["--type", "/ 0\r", "\(more)"], until: marker, shown),
            printed(.fewFlows, "watch --once, few flows", rows: SampleCapture.few, once + [SampleCapture.small]),
        ]
    }

    func fullTable() -> [WatchSubject] {
        [
            plain(.floor, "receive, once", [tools.receive]),
            paced(seconds),
            screen(
                .fullTable, "watch", ["\(seconds)"], until: "ESTABLISHED", [tools.program, "watch", "--tab", "table"]),
            // A text that no row has: each is searched to its end.
            screen(
                .keys, "watch, filtered by a text", ["--wait", "/172.16.\r", "\(Self.probes)"], until: "ESTABLISHED",
                [tools.program, "watch", "--tab", "table"]),
        ]
    }

    func emptyTable() -> WatchSubject {
        screen(
            .emptyTable, "watch, no entries", until: "has no entries", [tools.program, "watch", "--tab", "table"])
    }
}
