import Conntrack
import Firewall
import Inspection
import Reports

/// The lines of the last tab: the health of the table, what was lost, and what watching costs.
extension Model {
    var healthLines: [Line] {
        let history = historyLines
        return history + (history.isEmpty ? [] : [Line()]) + tableLines + sysctlLines
    }

    func shownHealthLines(_ layout: Layout) -> [Line] {
        Array(healthLines.dropFirst(health.top).prefix(layout.page))
    }

    private var tableLines: [Line] {
        guard let statistics = director.health.statistics else {
            let why =
                isRecord
                ? "Nothing of the table is recorded yet."
                : director.health.absence
                    ?? (director.reading.trouble == nil ? "Reading…" : "Nothing could be read; retrying.")
            return why.wrapped(to: width).map { Line([Run($0, .dim)]) } + [Line()]
        }
        return fillLines(statistics) + [Line()] + counterLines(statistics) + [Line()] + lossLines + costLines + [Line()]
    }

    private func fillLines(_ statistics: TableStatistics) -> [Line] {
        let entries = statistics.entries.map { "\($0)" } ?? "unknown"
        guard let limit = statistics.limit, let fill = statistics.fill else {
            return [Line([Run("Table  ", .strong), Run("\(entries) entries, limit unknown")])]
        }
        let ink: Ink = fill >= 0.9 ? .bad : fill >= 0.7 ? .caution : .good
        let gauge = glyphs.gauge(fill, width: max(4, min(30, width - 50)))
        let text = " \(entries) of \(limit) (\(Figures.percent(fill)))"
        let buckets = statistics.buckets.map { ", \($0) buckets" } ?? ""
        return [Line([Run("Table    ", .strong), Run(gauge, ink), Run(text + buckets)])]
    }

    private func counterLines(_ statistics: TableStatistics) -> [Line] {
        if isRecord { return recordedCounterLines }
        let busy = statistics.cpus.filter { $0.counters.values.contains { $0 > 0 } }
        let columns = ["COUNTER", "TOTAL", "PER SECOND"] + busy.map { "CPU\($0.cpu)" }
        let troubled = Set(TableStatistics.troubledCounters)
        let rows = statistics.counters.map { counter in
            let total = statistics.total(counter)
            let rate = director.health.change?.rate(counter)
            let isBad = troubled.contains(counter) && (rate.map { $0 > 0 } ?? (total > 0))
            let words = [counter.name, "\(total)", rate.map(Figures.rate) ?? "-"]
            return (words + busy.map { $0.counters[counter].map(String.init) ?? "-" }, isBad ? Ink.bad : .plain)
        }
        let widths = columns.indices.map { column in
            rows.reduce(columns[column].count) { max($0, $1.0[column].count) }
        }
        func line(_ cells: [String], _ ink: Ink) -> Line {
            var (text, used) = ("", 0)
            for (column, cell) in cells.enumerated() where used + widths[column] <= width {
                text += cell.fitted(to: widths[column], alignsRight: column > 0) + "  "
                used += widths[column] + 2
            }
            return Line([Run(text, ink)])
        }
        return [line(columns, .title)] + rows.map { line($0.0, $0.1) }
    }

    /// By how much the counters grew within a minute: a record has no totals.
    private var recordedCounterLines: [Line] {
        guard let change = director.health.change else { return [] }
        let troubled = Set(TableStatistics.troubledCounters)
        let rows = change.counters.map { counter in
            let growth = change.increase(counter) ?? 0
            let text = counter.name.fitted(to: 20) + "+\(growth)".fitted(to: 12, alignsRight: true)
            return Line([Run(text, troubled.contains(counter) && growth > 0 ? .bad : .plain)])
        }
        let title = "COUNTER".fitted(to: 20) + "IN A MINUTE".fitted(to: 12, alignsRight: true)
        return [Line([Run(title, .title)])] + rows
    }

    private var lossLines: [Line] {
        if isRecord { return [] }
        var words = [Figures.number(director.events.losses, "loss of events", "losses of events")]
        if director.events.lostMessages > 0 { words.append("\(director.events.lostMessages) messages") }
        words.append(Figures.number(director.events.resyncs, "resync"))
        let ink: Ink = director.events.losses > 0 ? .caution : .plain
        return [Line([Run("Events   ", .strong), Run(words.joined(separator: ", "), ink)])]
    }

    private var costLines: [Line] {
        if isRecord { return [] }
        var lines: [Line] = []
        if let cost = director.cost {
            // A capture is read once: all of it is the start of the program.
            let share = isCapture ? nil : cost.share
            let words = share.map {
                "\(Figures.percent($0.user)) of a CPU, \(Figures.percent($0.system)) in the kernel for it, "
            }
            let text =
                (words ?? "") + "\(cost.resident >> 20) MiB; the last reading took "
                + Figures.time(director.reading.took)
            lines += text.wrapped(to: width - 9).enumerated().map { position, part in
                Line([Run(position == 0 ? "Watching " : "         ", .strong), Run(part)])
            }
        }
        return lines
            + (observationState + observedAddressCounts).flatMap { $0.wrapped(to: max(10, width - 9)) }
            .enumerated().map { position, part in
                let ink: Ink = director.observation.trouble == nil ? .plain : .caution
                return Line([Run(position == 0 ? "Observe  " : "         ", .strong), Run(part, ink)])
            }
    }

    private var observationState: [String] {
        if let trouble = director.observation.trouble {
            return ["failed, and nothing is left in the kernel: \(trouble)"]
        }
        return [observed ?? (isObserving ? "starting" : "off: nothing added to the kernel (o)")]
    }

    /// Services have rows of their own.
    private var observedAddressCounts: [String] {
        (director.observation.last?.subjects ?? []).filter { $0.subject.service == nil }.map { observed in
            "\(observed.subject): \(observed.traffic.receivedPackets) packets, \(observed.traffic.droppedPackets) dropped"
        }
    }

    /// What was counted since the start, and in the span that findings are about.
    private var observed: String? {
        guard let last = director.observation.last, let window = director.observation.window else { return nil }
        func counted(_ observation: Observation) -> String {
            "\(observation.receivedPackets) packets, \(observation.droppedPackets) dropped"
        }
        let recent =
            window.from == last.from
            ? ""
            : "; in the last \(AgeText.of(UInt32(clamping: window.milliseconds / 1000))) \(counted(window))"
        return "\(counted(last)) since \(last.from.clockText(ahead: setting.clocksAhead).prefix(8))\(recent); "
            + "reading the counters took \(Figures.time(director.observation.cost))"
    }

    private static let shownSysctls = [
        Sysctls.ipvsConntrack, Sysctls.tcpLoose, Sysctls.conntrackEvents, Sysctls.conntrackMax,
        Sysctls.conntrackBuckets,
        "net.netfilter.nf_conntrack_tcp_be_liberal", "net.netfilter.nf_conntrack_acct",
        "net.netfilter.nf_conntrack_log_invalid",
        "net.netfilter.nf_conntrack_tcp_timeout_established", "net.ipv4.vs.expire_nodest_conn",
    ]

    private var sysctlLines: [Line] {
        let known = director.sysctls.values.merging(director.health.statistics?.sysctls.values ?? [:]) { one, _ in one }
        return Self.shownSysctls.compactMap { name in
            known[name].map { Line([Run("\(name) = ".safe, .dim), Run($0.safe)]) }
        }
    }
}
