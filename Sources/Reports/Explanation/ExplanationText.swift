import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

extension PacketExplanation {
    private static let usualWidth = 80
    private static let columnsOfProse = 40...120

    private static func columns(_ width: Int?) -> Int {
        min(max(width ?? usualWidth, columnsOfProse.lowerBound), columnsOfProse.upperBound)
    }

    /// The ctstate, the settings, the path hook by hook, and what it means.
    ///
    /// - Parameter width: columns of the terminal; nil if there is none: then 80, as this is prose.
    package func text(_ style: Style, width: Int?) -> [String] {
        let columns = Self.columns(width)
        var lines: [String] = []
        for (position, walk) in walks.enumerated() {
            if position > 0 { lines.append("") }
            lines += title(of: walk, style, columns)
            lines += settings.flatMap { $0.words.printable.wrapped(columns, indent: 2) }
            lines.append("")
            lines += Self.table(of: walk, style, width: width)
            lines.append("")
            lines += walk.findings.flatMap { $0.reason.printable.wrapped(columns) }
            lines += ("Assumed: " + walk.question.assumptions.joined(separator: "; ") + ".").wrapped(columns)
        }
        return lines + lossText(style)
    }

    private func title(of walk: PacketWalk, _ style: Style, _ columns: Int) -> [String] {
        let state = walk.judgement.ctstate.name
        let service = service.map { " of \($0)" } ?? ""
        var lines = "\(state): \(walk.question.words), method \(walk.question.method)\(service)".printable.wrapped(
            columns)
        if let first = lines.first { lines[0] = style.paint(state, .bold) + first.dropFirst(state.count) }
        return lines
    }

    /// A row per step, followed by the reason and the place in the kernel sources.
    private static func table(of walk: PacketWalk, _ style: Style, width: Int?) -> [String] {
        var table = TextTable(columns: [
            .init(title: "HOOK"), .init(title: "PRIO", alignsRight: true), .init(title: "WHO"),
            .init(title: "CTSTATE"), .init(title: "WHAT"),
        ])
        table.rows = walk.steps.map { step in
            [
                .init(step.hook.name), .init(step.priorityWord), .init(step.who.word),
                .init(step.ctstate.name, colour(of: step.ctstate)), .init(step.what),
            ]
        }
        let columns = columns(width)
        let rows = table.lines(style, width: width)
        return [rows[0]]
            + zip(rows.dropFirst(), walk.steps).flatMap { row, step in
                [row]
                    + [step.reason, "\(step.place.file) \(step.place.function)"].flatMap {
                        $0.wrapped(columns, indent: 4)
                    }
            }
    }

    private static func colour(of state: CTState) -> Style.Colour? {
        switch state {
        case .invalid: .red
        case .untracked: .yellow
        default: nil
        }
    }
}
