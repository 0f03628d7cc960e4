import Addresses
import Conntrack
import IPVS
import Inspection

extension FlowSnapshot {
    /// Writes the flows as a table, then in words what was found and why.
    package func writeFlows(_ style: Style, width: Int?, to sink: @escaping (RawSpan) -> Void) {
        var text = ByteBuffer(sink)
        var hasRows = false
        var hasDoubts = false
        let flows = report.flows
        flows.forEachRow { _, row in
            hasRows = true
            hasDoubts = hasDoubts || row.isDoubtful || !flows.store.route(of: row).doubts.isEmpty
        }
        if hasRows {
            FlowTable(flows, style, width: width).write(to: &text)
            text.append("\n")
        }
        if hasDoubts {
            flows.forEachRow { slot, row in
                // What was not read is said once, at the end.
                for doubt in flows.store.doubts(of: row, at: slot) where doubt != Flow.incompleteReading {
                    let flow = flows.store.key(of: row)
                    let line = "? \(flow.protocol) \(flow.client) > \(flow.server): \(doubt)".printable
                    for piece in line.wrapped(width) { text.append(text: piece + "\n") }
                }
            }
        }
        for line in closing(style, width) { text.append(text: line + "\n") }
        text.flush()
    }

    /// One row per service.
    package func summaryText(_ style: Style, width: Int?) -> [String] {
        var table = TextTable(
            columns: [
                .init(title: "SERVICE"), .init(title: "SCHEDULER", expendable: 3),
                .init(title: "METHOD", expendable: 2),
                .init(title: "CONNECTIONS", alignsRight: true),
            ] + missing.map { .init(title: $0.rawValue.uppercased(), alignsRight: true) } + [
                .init(title: "UNREPLIED", alignsRight: true), .init(title: "TRACKED", alignsRight: true),
            ] + synced.map { .init(title: $0.rawValue.uppercased(), alignsRight: true) } + [
                .init(title: "ORPHANS", alignsRight: true, expendable: 1),
                .init(title: "TEMPLATES", alignsRight: true, expendable: 4), .init(title: "SYSCTL", expendable: 5),
            ])
        let setting = "\(Sysctls.ipvsConntrack)=\(sysctls.values[Sysctls.ipvsConntrack] ?? "?")"
        table.rows = summaries.map { Self.row($0, missing, synced) + [.init($0.connections > 0 ? setting : "")] }
        let lines = table.rows.isEmpty ? ["No services."] : table.lines(style, width: width)
        return lines + [""] + closing(style, width)
    }

    /// The verdicts of flows without an entry: only a watch can find never.
    private var missing: [FlowVerdict] { report.proof == nil ? [.absent] : [.never, .absent] }

    /// Only a director that another one tells of connections has any.
    private var synced: [FlowVerdict] { summaries.contains { $0.count(.synced) > 0 } ? [.synced] : [] }

    private static func row(
        _ summary: ServiceSummary, _ missing: [FlowVerdict], _ synced: [FlowVerdict]
    ) -> [TextTable.Cell] {
        func count(_ verdict: FlowVerdict) -> TextTable.Cell {
            let number = summary.count(verdict)
            return .init(String(number), number > 0 ? verdict.colour : nil)
        }
        let methods = Set((summary.service?.destinations ?? []).map(\.method.description)).sorted()
        return [
            .init(summary.service?.identity.description ?? "unknown"), .init(summary.service?.scheduler ?? ""),
            .init(methods.joined(separator: ",")), .init(String(summary.connections)),
        ] + (missing + [.unreplied, .tracked] + synced + [.orphan]).map(count) + [.init(String(summary.templates))]
    }

    /// What was found, and what to do next.
    private func closing(_ style: Style, _ width: Int?) -> [String] {
        let findings = findings
        var lines = findings.map(\.reason)
        let templates = report.templates.count
        if templates > 0, findings.first?.id != .noMatch {
            lines.append("Persistence templates (they carry no packets and are not counted): \(templates).")
        }
        if let next = findings.nextStep { lines.append("Next: \(next).") }
        let losses = losses.flatMap { $0.text(.plain).wrapped(width) }.map { style.paint($0, .red) }
        return lines.flatMap { $0.printable.wrapped(width) } + losses
    }
}

extension FlowVerdict {
    var colour: Style.Colour {
        switch self {
        case .absent, .never: .red
        case .unreplied: .yellow
        case .tracked: .green
        case .orphan: .magenta
        case .synced: .cyan
        }
    }
}
