import Conntrack
import Firewall
import IPVS
import Inspection

extension ObservedTraffic {
    /// The path of packets to a subject through the director, a row per class.
    ///
    /// - Parameter methods: the service's; with `tun` there are packets that contain others.
    func entering(_ methods: [ForwardingMethod], _ style: Style, width: Int?) -> [String] {
        let columns: [TextTable.Column] = [
            .init(title: "CLASS"), .init(title: "PRE_ROUTING", expendable: 1),
            .init(title: "LOCAL_IN", alignsRight: true, expendable: 3), .init(title: "PASSED", alignsRight: true),
            .init(title: "DROPPED"), .init(title: "LEAVES AS", expendable: 2),
        ]
        let rows = classes(at: [.preRouting, .localIn, .localInPassed, .localOut, .postRouting]).map { row in
            [
                StateCell(title(of: row, methods)), StateCell(states(of: row, at: .preRouting)),
                StateCell(total(of: row, at: .localIn)), StateCell(total(of: row, at: .localInPassed)),
                dropped(row, at: .localIn), StateCell(states(of: row, at: .postRouting)),
            ]
        }
        return StateCell.table(columns, rows, style, width)
    }

    /// The path of answers that come back through the director.
    func answers(_ style: Style, width: Int?) -> [String] {
        let columns: [TextTable.Column] = [
            .init(title: "ANSWERS"), .init(title: "FORWARD", expendable: 1),
            .init(title: "IN", alignsRight: true, expendable: 2), .init(title: "PASSED", alignsRight: true),
            .init(title: "DROPPED"),
        ]
        let rows = classes(at: [.forward, .forwardPassed]).map { row in
            [
                StateCell(row.title), StateCell(states(of: row, at: .forward)), StateCell(total(of: row, at: .forward)),
                StateCell(total(of: row, at: .forwardPassed)), dropped(row, at: .forward),
            ]
        }
        return StateCell.table(columns, rows, style, width)
    }

    /// Encapsulated packets come in as one class and leave as another.
    private func title(of row: PacketClass, _ methods: [ForwardingMethod]) -> String {
        let isWrapper =
            methods.contains(.tun) && [.other, .udp].contains(row)
            && !classes(at: [.preRouting, .localIn, .localInPassed]).contains(row)
        return isWrapper ? "\(row.title) (tunnel)" : row.title
    }

    private func dropped(_ row: PacketClass, at point: ObservationPoint) -> StateCell {
        let drops = dropped(at: point).filter { $0.cell.packetClass == row }
        var cell = StateCell(drops.map { (ctstate: $0.cell.ctstate, volume: $0.volume) })
        cell.colour = drops.isEmpty ? nil : .red
        return cell
    }
}

/// A cell with several values: `3 ESTABLISHED, 8 NEW`; on separate lines if there is not enough space.
private struct StateCell {
    private var parts: [String]
    var colour: Style.Colour?

    init(_ text: String) { parts = [text] }

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
