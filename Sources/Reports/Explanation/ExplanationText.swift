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
            lines += Self.table(of: walk, rules?.value?.chains ?? [], style, width: width)
            lines.append("")
            lines += (rules?.sentences ?? []).flatMap { $0.printable.wrapped(columns) }
            lines += findings.flatMap(\.sentences).flatMap { $0.printable.wrapped(columns) }
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
    ///
    /// - Parameter chains: those that it meets, each below its hook.
    private static func table(
        of walk: PacketWalk, _ chains: [RuleWalk.Chain], _ style: Style, width: Int?
    ) -> [String] {
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
        var lines = [rows[0]]
        for (position, step) in walk.steps.enumerated() {
            lines.append(rows[position + 1])
            lines += step.reason.wrapped(columns, indent: 4)
            lines += "\(step.place.file) \(step.place.function)".wrapped(columns, indent: 4)
            for chain in chains where walk.place(of: chain.hook) == position {
                for line in chain.lines { lines += line.printable.wrapped(columns, indent: 4) }
            }
        }
        return lines
    }

    private static func colour(of state: CTState) -> Style.Colour? {
        switch state {
        case .invalid: .red
        case .untracked: .yellow
        default: nil
        }
    }
}

extension PacketWalk {
    /// The step below which the rules of a hook are: that of the filter, or else the hook's last one, or else the last of all.
    fileprivate func place(of hook: NetfilterHook) -> Int? {
        steps.firstIndex { $0.hook == hook && $0.who == .filter } ?? steps.lastIndex { $0.hook == hook }
            ?? steps.indices.last
    }
}
