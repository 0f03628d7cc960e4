import Conntrack
import Inspection

/// The flows: the board, and which of its rows are shown in which order.
struct FlowsPane: Sendable {
    var board = FlowBoard()
    var list = ListState(sort: "verdict")
    /// Slots of the rows that are shown.
    private(set) var order: [UInt32] = []
    var filter: [FlowCondition] = []
    var isDetailed = false
    /// The entry of the flow that is looked at, when it was asked for last.
    var examined: (key: FlowKey, entry: Entry?)?
    private(set) var timeline = Timeline()
    /// Packets of flows that are not there yet: the next reading may show them.
    private var strays: [SeenPacket] = []
    private static let mostStrays = 1000

    var selectedRow: FlowRow? {
        order.indices.contains(list.selected) ? board[order[list.selected]] : nil
    }

    var selectedKey: FlowKey? { selectedRow.map(board.key(of:)) }

    /// Takes a packet that an observation has shown.
    mutating func take(_ packet: SeenPacket) {
        if !note(packet), strays.count < Self.mostStrays { strays.append(packet) }
    }

    /// Looks once more whose the packets are that were nobody's before this reading.
    mutating func takeStrays() {
        for packet in strays { _ = note(packet) }
        strays = []
    }

    private mutating func note(_ packet: SeenPacket) -> Bool {
        guard let key = board.note(packet.headers, packet.ctstate) else { return false }
        if let mark = packet.mark { timeline.add(mark, to: key) }
        return true
    }

    /// Chooses and sorts the rows anew.
    mutating func arrange(page: Int) {
        let key = selectedKey
        chooseRows()
        if let sort = list.sort, let column = FlowColumn(rawValue: sort) {
            order.sort(isDescending: list.isDescending) { slot in
                board[slot].map { column.sortKey($0, board) } ?? SortKey(.max)
            }
        }
        var position = list.selected
        if list.follows, let key, let slot = board.slot(of: key), let found = order.firstIndex(of: slot) {
            position = found
        }
        list.select(position, of: order.count, page: page)
    }

    /// Those of before that are still wanted keep their order, which makes sorting cheap; those that are new come behind.
    private mutating func chooseRows() {
        var isWanted = board.marks { row in filter.allSatisfy { $0.accepts(row, board) } }
        if list.sort == nil { order = [] }
        order.removeAll { slot in
            guard isWanted.indices.contains(Int(slot)), isWanted[Int(slot)] else { return true }
            isWanted[Int(slot)] = false
            return false
        }
        for slot in isWanted.indices where isWanted[slot] { order.append(UInt32(slot)) }
    }
}
