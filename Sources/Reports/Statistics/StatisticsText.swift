import Addresses
import Conntrack
import Inspection

extension TableStatistics {
    /// The fill level, then a row per counter, then what is wrong with the table.
    ///
    /// - Parameter change: since the previous block; nil for the first one, which shows totals.
    /// - Parameter verbose: whether to explain each counter.
    package func text(since change: StatisticsChange?, verbose: Bool, _ style: Style, width: Int?) -> [String] {
        var lines = [summary] + table(change, style, width)
        if verbose { lines += [""] + counters.map(Self.meaning) }
        let sentences = findings(since: change).map { $0.sentences.joined(separator: " ") }
        if !sentences.isEmpty { lines += [""] + sentences.flatMap { $0.printable.wrapped(width) } }
        return lines + lossText(style)
    }

    private var summary: String {
        var text = "\(origin.takenAt.rfc3339): \(Self.text(entries)) \(entries == 1 ? "entry" : "entries")"
        if let limit {
            text += " of \(limit)"
            if let entries { text += " (\(decimal(tenths: entries * 1000 / limit)) %)" }
        } else {
            text += size.limit == 0 ? ", no limit" : ", limit unknown"
        }
        return text + ", \(Self.text(buckets)) buckets"
    }

    private static func text(_ number: UInt64?) -> String { number.map(String.init) ?? "unknown" }

    /// Columns of the last CPUs are dropped first if there is not enough space; CPUs that counted nothing have none.
    private func table(_ change: StatisticsChange?, _ style: Style, _ width: Int?) -> [String] {
        let busy = cpus.filter { $0.counters.values.contains { $0 > 0 } }
        var table = TextTable(columns: [.init(title: "COUNTER"), .init(title: "TOTAL", alignsRight: true)])
        if change != nil { table.columns.append(.init(title: "PER SECOND", alignsRight: true)) }
        for (position, cpu) in busy.enumerated() {
            table.columns.append(.init(title: "CPU\(cpu.cpu)", alignsRight: true, expendable: position + 1))
        }
        let troubled = Set(Self.troubledCounters)
        table.rows = counters.map { counter in
            let total = total(counter)
            let hasGrown = change.map { ($0.increase(counter) ?? 0) > 0 } ?? (total > 0)
            let colour = troubled.contains(counter) && hasGrown ? Style.Colour.red : nil
            var row = [TextTable.Cell(counter.name, colour), TextTable.Cell(String(total), colour)]
            if let change { row.append(.init(change.rate(counter).map(Self.text(rate:)) ?? "-", colour)) }
            return row + busy.map { .init($0.counters[counter].map(String.init) ?? "-") }
        }
        return table.lines(style, width: width)
    }

    private static func text(rate: Double) -> String { decimal(tenths: UInt64((rate * 10).rounded())) }

    private static func meaning(_ counter: StatisticsCounter) -> String {
        "\(counter.name): \(counter.explanation ?? "unknown to this version")"
    }
}

/// `12.3`
private func decimal(tenths: UInt64) -> String { "\(tenths / 10).\(tenths % 10)" }
