import Addresses
import Conntrack
import IPVS
import Inspection

extension PacketExplanation {
    private static let usualWidth = 80
    private static let columnsOfProse = 40...120

    private static func columns(_ width: Int?) -> Int {
        min(max(width ?? usualWidth, columnsOfProse.lowerBound), columnsOfProse.upperBound)
    }

    /// The ctstate, the settings, the way hook by hook, and what it means.
    ///
    /// - Parameter width: columns of the terminal; nil when there is none: then 80, as this is prose.
    public func text(_ style: Style, width: Int?) -> [String] {
        let wrapped = WrappedText(width: Self.columns(width))
        var lines: [String] = []
        for (position, walk) in walks.enumerated() {
            if position > 0 { lines.append("") }
            lines += title(of: walk, style, wrapped)
            lines += settings.flatMap { WrappedText(width: Self.columns(width), indent: 2).lines($0.words) }
            lines.append("")
            lines += Self.table(of: walk, style, width: width)
            lines.append("")
            lines += walk.conclusion.flatMap(wrapped.lines)
            lines += wrapped.lines("Assumed: " + walk.question.assumptions.joined(separator: "; ") + ".")
        }
        return lines + lossText(style)
    }

    private func title(of walk: PacketWalk, _ style: Style, _ wrapped: WrappedText) -> [String] {
        let state = walk.judgement.ctstate.name
        let service = service.map { " of \($0)" } ?? ""
        var lines = wrapped.lines("\(state): \(walk.question.words), method \(walk.question.method)\(service)")
        if let first = lines.first { lines[0] = style.paint(state, .bold) + first.dropFirst(state.count) }
        return lines
    }

    /// A row a step; below it the reason and the place in the kernel's sources.
    private static func table(of walk: PacketWalk, _ style: Style, width: Int?) -> [String] {
        var table = TextTable(columns: [
            .init(title: "HOOK"), .init(title: "PRIO", alignsRight: true), .init(title: "WHO"),
            .init(title: "CTSTATE"), .init(title: "WHAT"),
        ])
        table.rows = walk.steps.map { step in
            [
                .init(step.hook.rawValue), .init(step.priorityWord), .init(step.who.word),
                .init(step.ctstate.name, colour(of: step.ctstate)), .init(step.what),
            ]
        }
        let notes = WrappedText(width: columns(width), indent: 4)
        let rows = table.lines(style, width: width)
        return [rows[0]]
            + zip(rows.dropFirst(), walk.steps).flatMap { row, step in
                [row] + notes.lines(step.reason) + notes.lines("\(step.place.file) \(step.place.function)")
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
