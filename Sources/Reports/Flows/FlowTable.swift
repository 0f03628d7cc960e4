import Addresses
import IPVS
import Inspection

/// The table of `flows`, one line per flow. The flows are traversed twice, for the widths of the columns and for writing, so that a million
/// of them take no extra memory; text that many share (VIP, real server, state) is created once.
struct FlowTable {
    private let list: FlowList
    private let style: Style
    private let routes: [RouteCells]
    private let states: StateCells
    private var widths: [Int]
    private var shown: [Int]

    private static let columns: [TextTable.Column] = [
        .init(title: "PROTO"), .init(title: "CLIENT"), .init(title: "VIRTUAL"),
        .init(title: "DESTINATION", expendable: 2), .init(title: "METHOD", expendable: 4),
        .init(title: "IPVS", expendable: 1), .init(title: "EXPIRES", alignsRight: true, expendable: 5),
        .init(title: "CONNTRACK", expendable: 3), .init(title: "VERDICT"),
    ]

    /// What flows to one route have in common.
    private struct RouteCells {
        var cells: [SizedText]
        var hasDoubts: Bool

        init(_ route: Route) {
            cells = [
                SizedText(route.protocol.description), SizedText(route.virtual.description),
                SizedText(route.destination?.description ?? "-"), SizedText(route.method?.description ?? "-"),
            ]
            hasDoubts = !route.doubts.isEmpty
        }
    }

    private struct SizedText {
        var text: String
        var size: Int

        init(_ text: String) {
            self.text = text.printable
            size = self.text.count
        }
    }

    /// State names: in practice a dozen at most.
    private struct StateCells {
        private var known: [String: SizedText] = [:]
        static let none = SizedText("-")

        mutating func learn(_ name: String?) -> SizedText {
            guard let name else { return Self.none }
            if let cell = known[name] { return cell }
            let cell = SizedText(name)
            known[name] = cell
            return cell
        }

        func cell(_ name: String?) -> SizedText { name.flatMap { known[$0] } ?? Self.none }
    }

    /// - Parameter width: columns of the terminal; nil if there is none.
    init(_ list: FlowList, _ style: Style, width: Int?) {
        self.list = list
        self.style = style
        let routes = list.store.routes.map(RouteCells.init)
        var states = StateCells()
        var widths = Self.columns.map { $0.title.count }
        func widen(_ column: Int, _ size: Int) { if size > widths[column] { widths[column] = size } }
        list.forEachRow { _, row in
            let route = routes[Int(row.route)]
            for (column, cell) in zip([0, 2, 3, 4], route.cells) { widen(column, cell.size) }
            widen(1, row.client.textSize)
            widen(5, states.learn(list.store.state(of: row)).size)
            widen(6, row.isOrphan ? 1 : ByteBuffer.digitCount(row.expires))
            widen(7, states.learn(list.store.entryState(of: row)).size)
            widen(8, row.verdict.rawValue.count + (row.isDoubtful || route.hasDoubts ? 2 : 0))
        }
        (self.routes, self.states, self.widths) = (routes, states, widths)
        shown = TextTable.fitting(Self.columns, widths, width)
    }

    func write(to text: inout ByteBuffer) {
        writeLine(to: &text) { column, text in
            let title = Self.columns[column].title
            _ = text.append(style, .bold) { $0.append(text: title) }
        } size: {
            Self.columns[$0].title.count
        }
        list.forEachRow { _, row in
            let route = routes[Int(row.route)]
            writeLine(to: &text) { column, text in
                write(column, row, route, to: &text)
            } size: {
                size($0, row, route)
            }
        }
    }

    private func writeLine(
        to text: inout ByteBuffer, _ write: (Int, inout ByteBuffer) -> Void, size: (Int) -> Int
    ) {
        for (position, column) in shown.enumerated() {
            let isLast = position == shown.count - 1
            let padding = widths[column] - size(column)
            let alignsRight = Self.columns[column].alignsRight
            if alignsRight { text.append(blanks: padding) }
            write(column, &text)
            if !isLast { text.append(blanks: TextTable.gap + (alignsRight ? 0 : padding)) }
        }
        text.append("\n")
    }

    private func size(_ column: Int, _ row: FlowRow, _ route: RouteCells) -> Int {
        switch column {
        case 0: route.cells[0].size
        case 1: row.client.textSize
        case 2, 3, 4: route.cells[column - 1].size
        case 5: states.cell(list.store.state(of: row)).size
        case 6: row.isOrphan ? 1 : ByteBuffer.digitCount(row.expires)
        case 7: states.cell(list.store.entryState(of: row)).size
        default: 0
        }
    }

    private func write(_ column: Int, _ row: FlowRow, _ route: RouteCells, to text: inout ByteBuffer) {
        switch column {
        case 0: text.append(text: route.cells[0].text)
        case 1: text.append(row.client)
        case 2, 3, 4: text.append(text: route.cells[column - 1].text)
        case 5: text.append(text: states.cell(list.store.state(of: row)).text)
        case 6: if row.isOrphan { text.append("-") } else { text.append(decimal: row.expires) }
        case 7: text.append(text: states.cell(list.store.entryState(of: row)).text)
        default:
            let doubt = row.isDoubtful || route.hasDoubts ? " ?" : ""
            _ = text.append(style, row.verdict.colour) { $0.append(text: row.verdict.rawValue + doubt) }
        }
    }
}

extension Endpoint {
    /// The number of characters in its text.
    fileprivate var textSize: Int {
        guard address.family == .ipv4 else { return description.count }
        var size = 4 + ByteBuffer.digitCount(UInt32(port))
        for shift: UInt64 in [0, 8, 16, 24] {
            let octet = address.low >> shift & 0xFF
            size += octet < 10 ? 1 : octet < 100 ? 2 : 3
        }
        return size
    }
}

extension ByteBuffer {
    fileprivate mutating func append(_ endpoint: Endpoint) {
        guard endpoint.address.family == .ipv4 else { return append(text: endpoint.description) }
        append(endpoint.address)
        append(":")
        append(decimal: endpoint.port)
    }

    fileprivate mutating func append(blanks count: Int) {
        for _ in 0..<max(0, count) { append(byte: UInt8(ascii: " ")) }
    }
}
