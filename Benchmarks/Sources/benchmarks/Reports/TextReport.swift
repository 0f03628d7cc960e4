extension Report {
    /// Human-readable.
    var text: String {
        let versions = machine.versions.sorted { $0.key < $1.key }
            .map { name, version in version.hasPrefix(name) ? version : "\(name) \(version)" }.joined(separator: ", ")
        var text = """
            \(entries) entries, medians of \(runs) alternating runs
            Linux \(machine.kernel), \(machine.architecture), \(machine.cores) cores (\(machine.processor ?? "unknown")), \
            \(machine.memoryMebibytes) MiB; \(versions)

            """
        for dump in dumps { text += "\n\(dump.title)\n" + dump.table + dump.judgements.table }
        for event in events { text += "\n\(event.title)\n" + event.table + event.judgements.table }
        for load in traffic { text += "\n\(load.title)\n" + load.table + load.judgements.table }
        for scene in watch { text += "\n\(scene.title)\n" + scene.table + scene.judgements.table }
        for scrape in export { text += "\n\(scrape.title)\n" + scrape.table + scrape.judgements.table }
        for reading in flows { text += "\n\(reading.title)\n" + reading.table + reading.judgements.table }
        return text
    }
}

extension CaseResult<Role, Figures> {
    fileprivate var table: String {
        let head = ["", "wall s", "min", "max", "user s", "system s", "peak MiB", "output MiB"]
        return columns([head] + rows.map(\.cells))
    }
}

extension CaseResult<Role, Figures>.Row {
    fileprivate var cells: [String] {
        guard let median = summary else { return [title, "failed: \(failure ?? "no run")"] }
        let walls = runs.map(\.wallSeconds)
        let output = median.outputBytes > 0 ? fixed(Double(median.outputBytes) / 1_048_576, 1) : "-"
        return [
            title, fixed(median.wallSeconds, 3), fixed(walls.min() ?? 0, 3), fixed(walls.max() ?? 0, 3),
            fixed(median.userSeconds, 3), fixed(median.systemSeconds, 3), fixed(median.peakMebibytes, 1), output,
        ]
    }
}

extension EventResult {
    fileprivate var table: String {
        columns(
            rows.map { row in
                guard let best = row.best else { return [row.command, "failed: \(row.failure ?? "no run")"] }
                return [row.command, (row.isOpenEnded ? "at least " : "") + fixed(best, 0), unit]
            })
    }
}

extension CaseResult<Role, TrafficFigures> {
    fileprivate var table: String {
        guard let load else { return "" }
        let head = ["", load.unit.name, "min", "max", "ns each", "counts a packet", "its CPU s"]
        return columns([head] + rows.map { $0.cells(in: load.unit.size) })
    }
}

extension CaseResult<Role, TrafficFigures>.Row {
    fileprivate func cells(in size: Double) -> [String] {
        guard let summary else { return [title, "failed: \(failure ?? "no run")"] }
        let rates = runs.map { $0.eachSecond / size }
        return [
            title, fixed(summary.eachSecond / size, 0), fixed(rates.min() ?? 0, 0), fixed(rates.max() ?? 0, 0),
            summary.nanosecondsEach.map { fixed($0, 1) } ?? "-", fixed(summary.countsAPacket, 3),
            fixed(summary.watcherSeconds, 3),
        ]
    }
}

extension CaseResult<WatchRole, WatchFigures> {
    fileprivate var table: String {
        let head = ["", "wall s", "min", "max", "user s", "system s", "peak MiB", "CPU %", "readings/s"]
        return columns([head] + rows.map(\.cells))
    }
}

extension CaseResult<WatchRole, WatchFigures>.Row {
    fileprivate var cells: [String] {
        guard let median = summary else { return [title, "failed: \(failure ?? "no run")"] }
        let walls = runs.map(\.wallSeconds)
        // Readings triggered by keys have no pauses, so there is no rate.
        let window = role == .fullTable ? median.window : nil
        return [
            title, fixed(median.wallSeconds, 3), fixed(walls.min() ?? 0, 3), fixed(walls.max() ?? 0, 3),
            fixed(median.userSeconds, 3), fixed(median.systemSeconds, 3), fixed(median.peakMebibytes, 1),
            window.map { fixed($0.cpuSeconds / $0.seconds * 100, 1) } ?? "-",
            window.map { fixed($0.readings / $0.seconds, 2) } ?? "-",
        ]
    }
}

extension CaseResult<FlowRole, Figures> {
    fileprivate var table: String {
        let head = ["", "wall s", "min", "max", "first row s", "min", "max", "user s", "system s", "peak MiB"]
        return columns([head] + rows.map(\.cells))
    }
}

extension CaseResult<FlowRole, Figures>.Row {
    fileprivate var cells: [String] {
        guard let median = summary else { return [title, "failed: \(failure ?? "no run")"] }
        return [title] + spread(median.wallSeconds, runs.map(\.wallSeconds))
            + spread(median.firstRowSeconds, runs.compactMap(\.firstRowSeconds)) + [
                fixed(median.userSeconds, 3), fixed(median.systemSeconds, 3), fixed(median.peakMebibytes, 1),
            ]
    }

    /// A median with the minimum and maximum.
    private func spread(_ median: Double?, _ all: [Double]) -> [String] {
        [median, all.min(), all.max()].map { $0.map { fixed($0, 3) } ?? "-" }
    }
}

extension CaseResult<ExportRole, ExportFigures> {
    fileprivate var table: String {
        let head = ["", "CPU ms", "min", "max", "wall ms", "peak MiB", "of reading", "page MiB"]
        return columns([head] + rows.map(\.cells))
    }
}

extension CaseResult<ExportRole, ExportFigures>.Row {
    fileprivate var cells: [String] {
        guard let median = summary else { return [title, "failed: \(failure ?? "no run")"] }
        let costs = runs.map { $0.cpuSeconds * 1000 }
        return [
            title, fixed(median.cpuSeconds * 1000, 1), fixed(costs.min() ?? 0, 1), fixed(costs.max() ?? 0, 1),
            fixed(median.wallSeconds * 1000, 1), fixed(median.peakMebibytes, 1), fixed(median.readingMebibytes, 1),
            fixed(median.pageBytes / 1_048_576, 1),
        ]
    }
}

extension [Judgement] {
    fileprivate var table: String {
        columns(
            map { judgement in
                let value = judgement.value.map { fixed($0, 3) } ?? "-"
                let bound = judgement.bound.map { "target \(fixed($0, 3))" } ?? ""
                return [judgement.target, value, bound, judgement.verdict.rawValue]
            })
    }
}
