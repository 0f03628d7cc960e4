import Conntrack
import Firewall
import IPVS
import Inspection

extension ObservedTraffic {
    /// The way of the packets to a subject through the director, a row a class.
    ///
    /// - Parameter methods: the service's; with `tun` there are packets that hold others.
    func entering(_ methods: [ForwardingMethod], _ style: Style, width: Int?) -> [String] {
        let rows = classes(at: [.preRouting, .localIn, .localInPassed, .localOut, .postRouting])
        guard !rows.isEmpty else { return [] }
        var table = TextTable(columns: [
            .init(title: "CLASS"), .init(title: "PRE_ROUTING", expendable: 1),
            .init(title: "LOCAL_IN", alignsRight: true, expendable: 3), .init(title: "PASSED", alignsRight: true),
            .init(title: "DROPPED"), .init(title: "LEAVES AS", expendable: 2),
        ])
        table.rows = rows.map { row in
            [
                .init(title(of: row, methods)), .init(words(row, at: .preRouting)), .init(count(row, at: .localIn)),
                .init(count(row, at: .localInPassed)), dropped(row, at: .localIn), .init(words(row, at: .postRouting)),
            ]
        }
        return table.lines(style, width: width)
    }

    /// The way of the answers that come back through the director.
    func answers(_ style: Style, width: Int?) -> [String] {
        let rows = classes(at: [.forward, .forwardPassed])
        guard !rows.isEmpty else { return [] }
        var table = TextTable(columns: [
            .init(title: "ANSWERS"), .init(title: "FORWARD", expendable: 1),
            .init(title: "IN", alignsRight: true, expendable: 2), .init(title: "PASSED", alignsRight: true),
            .init(title: "DROPPED"),
        ])
        table.rows = rows.map { row in
            [
                .init(row.title), .init(words(row, at: .forward)), .init(count(row, at: .forward)),
                .init(count(row, at: .forwardPassed)), dropped(row, at: .forward),
            ]
        }
        return table.lines(style, width: width)
    }

    /// What a tunnel wraps comes in as one class and leaves as another.
    private func title(of row: PacketClass, _ methods: [ForwardingMethod]) -> String {
        let isWrapper =
            methods.contains(.tun) && [.other, .udp].contains(row)
            && !classes(at: [.preRouting, .localIn, .localInPassed]).contains(row)
        return isWrapper ? "\(row.title) (tunnel)" : row.title
    }

    /// `8 NEW, 7 INVALID`
    private func words(_ row: PacketClass, at point: ObservationPoint) -> String {
        Self.words(states(of: row, at: point))
    }

    private static func words(_ states: [(ctstate: CTState, volume: Volume)]) -> String {
        guard !states.isEmpty else { return "-" }
        return states.map { "\($0.volume.packets) \($0.ctstate.name)" }.joined(separator: ", ")
    }

    private func count(_ row: PacketClass, at point: ObservationPoint) -> String {
        let packets = total(of: row, at: point).packets
        return packets == 0 ? "-" : String(packets)
    }

    private func dropped(_ row: PacketClass, at point: ObservationPoint) -> TextTable.Cell {
        let drops = dropped(at: point).filter { $0.cell.packetClass == row }
        let text = Self.words(drops.map { (ctstate: $0.cell.ctstate, volume: $0.volume) })
        return TextTable.Cell(text, drops.isEmpty ? nil : .red)
    }
}
