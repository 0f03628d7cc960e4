import Conntrack
import Inspection

/// The flows: the store, and which of its rows are shown in which order.
struct FlowsPane: Sendable {
    var store = FlowStore()
    var list = ListState(sort: "verdict")
    /// Slots of the rows shown.
    private(set) var order: [UInt32] = []
    var filter: [FlowCondition] = []
    var isDetailed = false
    /// The entry of the selected flow, when last looked up.
    var examined: (key: FlowKey, entry: Entry?)?
    private(set) var timeline = Timeline()
    /// Packets of unknown flows: the next reading may show them.
    private var strays: [SeenPacket] = []
    private static let mostStrays = 1000

    var selectedRow: FlowRow? {
        order.indices.contains(list.selected) ? store[order[list.selected]] : nil
    }

    var selectedKey: FlowKey? { selectedRow.map(store.key(of:)) }

    /// Takes a packet seen by an observation.
    mutating func take(_ packet: SeenPacket) {
        if !note(packet), strays.count < Self.mostStrays { strays.append(packet) }
    }

    /// Tries again to assign packets that had no flow before this reading.
    mutating func takeStrays() {
        for packet in strays { _ = note(packet) }
        strays = []
    }

    private mutating func note(_ packet: SeenPacket) -> Bool {
        guard let key = store.note(packet.headers, packet.ctstate) else { return false }
        if let mark = packet.mark { timeline.add(mark, to: key) }
        return true
    }

    /// Selects and sorts the rows.
    mutating func arrange(page: Int) {
        let key = selectedKey
        chooseRows()
        if let sort = list.sort, let column = FlowColumn(rawValue: sort) {
            order.sort(isDescending: list.isDescending) { slot in
                store[slot].map { column.sortKey($0, store) } ?? SortKey(.max)
            }
        }
        var position = list.selected
        if list.follows, let key, let slot = store.slot(of: key), let found = order.firstIndex(of: slot) {
            position = found
        }
        list.select(position, of: order.count, page: page)
    }

    /// Previous rows that still match keep their order, which makes sorting cheap; new ones are appended.
    private mutating func chooseRows() {
        var isWanted = store.marks { row in filter.allSatisfy { $0.accepts(row, store) } }
        if list.sort == nil { order = [] }
        order.removeAll { slot in
            guard isWanted.indices.contains(Int(slot)), isWanted[Int(slot)] else { return true }
            isWanted[Int(slot)] = false
            return false
        }
        for slot in isWanted.indices where isWanted[slot] { order.append(UInt32(slot)) }
    }
}
