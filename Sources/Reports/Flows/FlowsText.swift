import Addresses
import Conntrack
import IPVS
import Inspection

extension Picture {
    /// The flows as a table, then in words what was found and why.
    package func flowsText(_ filter: FlowFilter, _ style: Style, width: Int?) -> [String] {
        let shown = report.flows.filter(filter.shows)
        var lines: [String] = []
        if !shown.isEmpty { lines = Self.table(shown, style, width) + [""] }
        lines += shown.flatMap(Self.doubts).flatMap { $0.wrapped(width) }
        return lines + closing(filter, style, width)
    }

    /// One row a service.
    package func summaryText(_ style: Style, width: Int?) -> [String] {
        var table = TextTable(
            columns: [
                .init(title: "SERVICE"), .init(title: "SCHEDULER", expendable: 3),
                .init(title: "METHOD", expendable: 2),
                .init(title: "CONNECTIONS", alignsRight: true),
            ] + missing.map { .init(title: $0.rawValue.uppercased(), alignsRight: true) } + [
                .init(title: "UNREPLIED", alignsRight: true), .init(title: "TRACKED", alignsRight: true),
                .init(title: "ORPHANS", alignsRight: true, expendable: 1),
                .init(title: "TEMPLATES", alignsRight: true, expendable: 4), .init(title: "SYSCTL", expendable: 5),
            ])
        let setting = "\(Sysctls.ipvsConntrack)=\(sysctls.values[Sysctls.ipvsConntrack] ?? "?")"
        table.rows = summaries.map { Self.row($0, missing) + [.init($0.connections > 0 ? setting : "")] }
        let lines = table.rows.isEmpty ? ["No services."] : table.lines(style, width: width)
        return lines + [""] + closing(FlowFilter(), style, width)
    }

    /// What a flow without an entry may be: never had one is for a watch to say.
    private var missing: [Verdict] { report.watch == nil ? [.absent] : [.never, .absent] }

    private static func row(_ summary: ServiceSummary, _ missing: [Verdict]) -> [TextTable.Cell] {
        func count(_ verdict: Verdict) -> TextTable.Cell {
            let number = summary.count(verdict)
            return .init(String(number), number > 0 ? verdict.colour : nil)
        }
        let methods = Set((summary.service?.destinations ?? []).map(\.method.description)).sorted()
        return [
            .init(summary.service?.identity.description ?? "unknown"), .init(summary.service?.scheduler ?? ""),
            .init(methods.joined(separator: ",")), .init(String(summary.connections)),
        ] + missing.map(count) + [
            count(.unreplied), count(.tracked), count(.orphan), .init(String(summary.templates)),
        ]
    }

    private static func table(_ flows: [Flow], _ style: Style, _ width: Int?) -> [String] {
        var table = TextTable(columns: [
            .init(title: "PROTO"), .init(title: "CLIENT"), .init(title: "VIRTUAL"),
            .init(title: "DESTINATION", expendable: 2), .init(title: "METHOD", expendable: 4),
            .init(title: "IPVS", expendable: 1), .init(title: "EXPIRES", alignsRight: true, expendable: 5),
            .init(title: "CONNTRACK", expendable: 3), .init(title: "VERDICT"),
        ])
        table.rows = flows.map { flow in
            [
                .init(flow.protocol.description), .init(flow.client.description), .init(flow.virtual.description),
                .init(flow.connection?.destination.description ?? "-"), .init(flow.method?.description ?? "-"),
                .init(flow.connection?.state ?? "-"), .init(flow.connection.map { String($0.expires) } ?? "-"),
                .init(flow.entry.map { $0.state?.name ?? "entry" } ?? "-"),
                .init(flow.verdict.rawValue + (flow.doubts.isEmpty ? "" : " ?"), flow.verdict.colour),
            ]
        }
        return table.lines(style, width: width)
    }

    private static func doubts(_ flow: Flow) -> [String] {
        flow.doubts.map { "? \(flow.protocol) \(flow.client) > \(flow.virtual): \($0)".printable }
    }

    /// What was found, and what to do next.
    private func closing(_ filter: FlowFilter, _ style: Style, _ width: Int?) -> [String] {
        let findings = findings(filter)
        var lines = findings.map(\.reason)
        let templates = report.templates.count
        if templates > 0, findings.first?.id != .noMatch {
            lines.append("Persistence templates, which carry no packets and are not counted: \(templates).")
        }
        if let next = findings.nextStep { lines.append("Next: \(next).") }
        let losses = losses.flatMap { $0.text(.plain).wrapped(width) }.map { style.paint($0, .red) }
        return lines.flatMap { $0.printable.wrapped(width) } + losses
    }
}

extension Verdict {
    var colour: Style.Colour {
        switch self {
        case .absent, .never: .red
        case .unreplied: .yellow
        case .tracked: .green
        case .orphan: .magenta
        }
    }
}
