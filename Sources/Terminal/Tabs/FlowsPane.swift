import Conntrack
import Inspection

/// Which flows are shown, in which order.
struct FlowsPane: Sendable {
    var list = ListState(sort: "verdict")
    /// Slots of the rows shown.
    private(set) var order: [UInt32] = []
    var filter: [FlowCondition] = []
    var isDetailed = false
    /// The entry of the selected flow, when last looked up.
    var examined: (key: FlowKey, entry: Entry?)?

    func selectedRow(in store: FlowStore) -> FlowRow? {
        order.indices.contains(list.selected) ? store[order[list.selected]] : nil
    }

    /// Selects and sorts the rows.
    mutating func arrange(_ store: FlowStore, page: Int) {
        let key = selectedRow(in: store).map(store.key(of:))
        chooseRows(store)
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
    private mutating func chooseRows(_ store: FlowStore) {
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
