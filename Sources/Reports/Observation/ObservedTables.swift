import Conntrack
import Firewall
import IPVS
import Inspection

extension ShownTraffic {
    /// The path of packets to a subject through the director, a row per class.
    ///
    /// - Parameter methods: the service's; with `tun` there are packets that contain others.
    func entering(_ methods: [ForwardingMethod], _ style: Style, width: Int?) -> [String] {
        let columns: [TextTable.Column] = [
            .init(title: "CLASS"), .init(title: "PRE_ROUTING", expendable: 1),
            .init(title: "LOCAL_IN", alignsRight: true, expendable: 3), .init(title: "PASSED", alignsRight: true),
            .init(title: "DROPPED"), .init(title: "LEAVES AS", expendable: 2),
        ]
        let isMeant = { (loss: PacketLoss) in loss.side != .answering && !loss.isLocalRequest }
        let rows = rows(at: Self.way, isMeant, seenAt: Self.way).map { row in
            let late = whole.total(of: row, at: .localInMarked)
            let early = whole.total(of: row, at: .localIn)
            return [
                StateCell(title(of: row, methods)), states(row, .preRouting),
                total(row, early.packets >= late.packets ? .localIn : .localInMarked), total(row, .localInPassed),
                lost(row, isMeant), states(row, .postRouting),
            ]
        }
        return StateCell.table(columns, rows, style, width)
    }

    private static let way: [ObservationPoint] = [
        .arrived, .preRouting, .localIn, .localInMarked, .localInPassed, .localOut, .postRouting,
    ]

    /// The path of answers that come back through the director.
    func answers(_ style: Style, width: Int?) -> [String] {
        answers("ANSWERS", from: .answerIn, .forward, to: .forwardPassed, style, width) { $0.place != .localOut }
    }

    /// The path of the director's own answers: where a destination is local they are none of IPVS's, and worth showing if some are lost.
    func ownAnswers(_ style: Style, width: Int?) -> [String] {
        guard whole.losses.contains(where: { $0.side == .answering && $0.place == .localOut }) else { return [] }
        return answers("OWN ANSWERS", from: .answerOut, .answerOut, to: .answerOutPassed, style, width) {
            $0.place == .localOut
        }
    }

    /// The path of packets of the director's own clients, which IPVS takes at LOCAL_OUT; without IPVS they come in by lo, as all others do.
    func localRequests(_ style: Style, width: Int?) -> [String] {
        guard whole.taker != .host, whole.total(at: .localRequest).packets > 0 else { return [] }
        let columns: [TextTable.Column] = [
            .init(title: "OWN REQUESTS"), .init(title: "LOCAL_OUT", expendable: 1),
            .init(title: "PASSED", alignsRight: true), .init(title: "DROPPED"),
            .init(title: "LEAVES AS", expendable: 2),
        ]
        let points: [ObservationPoint] = [.localRequest, .localRequestPassed, .localRequestLeft]
        let rows = rows(at: points, \.isLocalRequest, seenAt: [.localRequest]).map { row in
            [
                StateCell(row.title), states(row, .localRequest), total(row, .localRequestPassed),
                lost(row, \.isLocalRequest), states(row, .localRequestLeft),
            ]
        }
        return StateCell.table(columns, rows, style, width)
    }

    /// - Parameters:
    ///   - first: where they are seen first.
    ///   - point: of the hook that they pass.
    private func answers(
        _ title: String, from first: ObservationPoint, _ point: ObservationPoint, to passed: ObservationPoint,
        _ style: Style, _ width: Int?, _ isMeant: @escaping (PacketLoss) -> Bool
    ) -> [String] {
        let columns: [TextTable.Column] = [
            .init(title: title), .init(title: point.hook.name, expendable: 1),
            .init(title: "IN", alignsRight: true, expendable: 2), .init(title: "PASSED", alignsRight: true),
            .init(title: "DROPPED"),
        ]
        let isAnswer = { (loss: PacketLoss) in loss.side == .answering && isMeant(loss) }
        let rows = rows(at: [point], isAnswer, seenAt: [first, point, passed]).map { row in
            [
                StateCell(row.title), states(row, point), total(row, point), total(row, passed), lost(row, isAnswer),
            ]
        }
        return StateCell.table(columns, rows, style, width)
    }

    /// Encapsulated packets come in as one class and leave as another.
    private func title(of row: PacketClass, _ methods: [ForwardingMethod]) -> String {
        let isWrapper =
            methods.contains(.tun) && [.other, .udp].contains(row)
            && !whole.classes(at: [.preRouting, .localIn, .localInMarked, .localInPassed]).contains(row)
        return isWrapper ? "\(row.title) (tunnel)" : row.title
    }

    /// The classes with a row: of those seen at all, the ones of which counts at some points are shown, or losses.
    private func rows(
        at points: [ObservationPoint], _ isMeant: (PacketLoss) -> Bool, seenAt all: [ObservationPoint]
    ) -> [PacketClass] {
        let counted = classes(at: points)
        let lost = Set(losses.filter(isMeant).map(\.packetClass))
        return whole.classes(at: all).filter { counted.contains($0) || lost.contains($0) }
    }

    private func states(_ row: PacketClass, _ point: ObservationPoint) -> StateCell {
        hides(row, at: point) ? .hidden : StateCell(states(of: row, at: point))
    }

    private func total(_ row: PacketClass, _ point: ObservationPoint) -> StateCell {
        hides(row, at: point) ? .hidden : StateCell(total(of: row, at: point))
    }

    /// What was lost of a class on its way, by ctstate.
    private func lost(_ row: PacketClass, _ isMeant: (PacketLoss) -> Bool) -> StateCell {
        let lost = losses.filter { $0.packetClass == row && isMeant($0) }
        if lost.isEmpty, whole.losses.contains(where: { $0.packetClass == row && isMeant($0) }) { return .hidden }
        let reasons = lost.map(\.reason).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let parts = reasons.map { reason in "\(lost.filter { $0.reason == reason }.packets) \(reason)" }
        var cell = StateCell(parts)
        cell.colour = lost.isEmpty ? nil : .red
        return cell
    }
}

extension PacketLoss {
    /// Behind its number: the ctstate by which a rule may have dropped it, or else where it was lost.
    fileprivate var reason: String {
        switch place {
        case .ipvs: "in IPVS"
        case .routing: "\(ctstate.name) in routing"
        case .beforeConntrack: "before conntrack"
        case .preRouting, .localIn, .forward, .localOut, .postRouting: ctstate.name
        }
    }
}

/// A cell with several values: `3 ESTABLISHED, 8 NEW`; on separate lines if there is not enough space.
private struct StateCell {
    private var parts: [String]
    var colour: Style.Colour?

    /// Of packets that were counted and are not shown.
    static let hidden = StateCell("…")

    init(_ text: String) { parts = [text] }

    init(_ texts: [String]) { parts = texts.isEmpty ? ["-"] : texts }

    init(_ volume: Volume) { parts = [volume.packets == 0 ? "-" : String(volume.packets)] }

    init(_ states: [(ctstate: CTState, volume: Volume)]) {
        parts = states.isEmpty ? ["-"] : states.map { "\($0.volume.packets) \($0.ctstate.name)" }
    }

    static func table(_ columns: [TextTable.Column], _ rows: [[StateCell]], _ style: Style, _ width: Int?) -> [String] {
        guard !rows.isEmpty else { return [] }
        var table = TextTable(columns: columns)
        table.rows = rows.map { row in row.map { .init($0.parts.joined(separator: ", "), $0.colour) } }
        if let width, table.lines(.plain, width: nil).contains(where: { $0.count > width }) {
            table.rows = rows.flatMap(stacked)
        }
        return table.lines(style, width: width).map(\.withoutBlanksBehind)
    }

    private static func stacked(_ row: [StateCell]) -> [[TextTable.Cell]] {
        let height = row.map(\.parts.count).max() ?? 0
        return (0..<height).map { line in
            row.map { cell in
                let isLast = line == cell.parts.count - 1
                return line < cell.parts.count ? .init(cell.parts[line] + (isLast ? "" : ","), cell.colour) : .init("")
            }
        }
    }
}

extension String {
    fileprivate var withoutBlanksBehind: String {
        var rest = self[...]
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}
