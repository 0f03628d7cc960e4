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
    private var shown: [Column]

    private enum Column: Int, CaseIterable {
        case proto, client, virtual, destination, method, ipvs, expires, packets, fwmark, flags, conntrack, verdict

        var layout: TextTable.Column {
            switch self {
            case .proto: .init(title: "PROTO")
            case .client: .init(title: "CLIENT")
            case .virtual: .init(title: "VIRTUAL")
            case .destination: .init(title: "DESTINATION", expendable: 2)
            case .method: .init(title: "METHOD", expendable: 4)
            case .ipvs: .init(title: "IPVS", expendable: 1)
            case .expires: .init(title: "EXPIRES", alignsRight: true, expendable: 5)
            case .packets: .init(title: "PACKETS", alignsRight: true, expendable: 6)
            case .fwmark: .init(title: "FWMARK", alignsRight: true, expendable: 8)
            case .flags: .init(title: "FLAGS", expendable: 7)
            case .conntrack: .init(title: "CONNTRACK", expendable: 3)
            case .verdict: .init(title: "VERDICT")
            }
        }
    }

    private static let columns = Column.allCases.map(\.layout)

    /// What flows to one route have in common.
    private struct RouteCells {
        var cells: [SizedText]
        var hasDoubts: Bool

        init(_ route: Route) {
            cells = [
                SizedText(route.protocol.description), SizedText(route.virtual.description),
                SizedText(route.destination?.description ?? "-"),
                SizedText((route.method?.description ?? "-") + (route.isLocal ? ",local" : "")),
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
        // What no flow has, or is only in the kernel's own table, has no column.
        var isIdle: (packets: Bool, fwmark: Bool, flags: Bool) = (true, true, true)
        func widen(_ column: Column, _ size: Int) {
            if size > widths[column.rawValue] { widths[column.rawValue] = size }
        }
        list.forEachRow { _, row in
            let route = routes[Int(row.route)]
            for (column, cell) in zip([Column.proto, .virtual, .destination, .method], route.cells) {
                widen(column, cell.size)
            }
            widen(.client, row.client.textSize)
            widen(.ipvs, states.learn(list.store.state(of: row)).size)
            widen(.expires, row.isOrphan ? 1 : ByteBuffer.digitCount(row.expires))
            if let packets = row.packets {
                isIdle.packets = false
                widen(.packets, ByteBuffer.digitCount(packets))
            }
            if let mark = row.firewallMark, mark != 0 {
                isIdle.fwmark = false
                widen(.fwmark, ByteBuffer.digitCount(mark))
            }
            if let flags = row.flags, !flags.isEmpty {
                isIdle.flags = false
                widen(.flags, flags.text.count)
            }
            widen(.conntrack, states.learn(list.store.entryState(of: row)).size)
            widen(.verdict, row.verdict.rawValue.count + (row.isDoubtful || route.hasDoubts ? 2 : 0))
        }
        (self.routes, self.states, self.widths) = (routes, states, widths)
        let idle: [(Column, Bool)] = [(.packets, isIdle.packets), (.fwmark, isIdle.fwmark), (.flags, isIdle.flags)]
        let useful = Column.allCases.filter { column in !idle.contains { $0 == (column, true) } }
        shown = TextTable.fitting(useful.map(\.layout), useful.map { widths[$0.rawValue] }, width).map { useful[$0] }
    }

    func write(to text: inout ByteBuffer) {
        writeLine(to: &text) { column, text in
            let title = column.layout.title
            _ = text.append(style, .bold) { $0.append(text: title) }
        } size: {
            $0.layout.title.count
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
        to text: inout ByteBuffer, _ write: (Column, inout ByteBuffer) -> Void, size: (Column) -> Int
    ) {
        for (position, column) in shown.enumerated() {
            let isLast = position == shown.count - 1
            let padding = widths[column.rawValue] - size(column)
            let alignsRight = Self.columns[column.rawValue].alignsRight
            if alignsRight { text.append(blanks: padding) }
            write(column, &text)
            if !isLast { text.append(blanks: TextTable.gap + (alignsRight ? 0 : padding)) }
        }
        text.append("\n")
    }

    private func size(_ column: Column, _ row: FlowRow, _ route: RouteCells) -> Int {
        switch column {
        case .proto: route.cells[0].size
        case .client: row.client.textSize
        case .virtual: route.cells[1].size
        case .destination: route.cells[2].size
        case .method: route.cells[3].size
        case .ipvs: states.cell(list.store.state(of: row)).size
        case .expires: row.isOrphan ? 1 : ByteBuffer.digitCount(row.expires)
        case .packets: row.packets.map(ByteBuffer.digitCount) ?? 1
        case .fwmark: row.firewallMark.map(ByteBuffer.digitCount) ?? 1
        case .flags: row.flags?.text.count ?? 1
        case .conntrack: states.cell(list.store.entryState(of: row)).size
        case .verdict: 0
        }
    }

    private func write(_ column: Column, _ row: FlowRow, _ route: RouteCells, to text: inout ByteBuffer) {
        switch column {
        case .proto: text.append(text: route.cells[0].text)
        case .client: text.append(row.client)
        case .virtual: text.append(text: route.cells[1].text)
        case .destination: text.append(text: route.cells[2].text)
        case .method: text.append(text: route.cells[3].text)
        case .ipvs: text.append(text: states.cell(list.store.state(of: row)).text)
        case .expires: text.append(orDash: row.isOrphan ? nil : row.expires)
        case .packets: text.append(orDash: row.packets)
        case .fwmark: text.append(orDash: row.firewallMark)
        case .flags: text.append(text: row.flags?.text ?? "-")
        case .conntrack: text.append(text: states.cell(list.store.entryState(of: row)).text)
        case .verdict:
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

    fileprivate mutating func append(orDash number: UInt32?) {
        if let number { append(decimal: number) } else { append("-") }
    }
}
