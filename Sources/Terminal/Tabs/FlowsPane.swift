import Conntrack
import Inspection

/// Which flows are shown, in which order.
struct FlowsPane: Sendable {
    var list = ListState(sort: "verdict")
    /// Slots of the rows shown.
    private(set) var order: [UInt32] = []
    var filter: FilterExpression?
    var isDetailed = false
    /// The chosen flow, with which the cursor stays.
    private(set) var chosen: FlowKey?
    /// The entry of the selected flow, when last looked up.
    var examined: (key: FlowKey, entry: Entry?)?

    /// The flow that the cursor is on; nil if there is none, or it has gone. The chosen one, whatever is in its place meanwhile.
    func selectedRow(in store: FlowStore) -> FlowRow? {
        if list.hold != .place { return chosen.flatMap(store.slot(of:)).flatMap { store[$0] } }
        return order.indices.contains(list.selected) ? store[order[list.selected]] : nil
    }

    /// The cursor was put on a row.
    mutating func choose(in store: FlowStore) {
        guard list.hold == .row else { return }
        let row = order.indices.contains(list.selected) ? store[order[list.selected]] : nil
        chosen = row.map(store.key(of:))
    }

    /// Other flows are to be shown, from the first on.
    mutating func begin() {
        list.startOver()
        (isDetailed, chosen) = (false, nil)
    }

    // MARK: Arranging

    private var arrangement: Arrangement?
    /// What is being arranged has changed meanwhile.
    private var isStale = false

    /// Selects and sorts the rows; if there are many, the order remains as it was until `goOnArranging` has done it.
    mutating func arrange(_ store: FlowStore, page: Int) {
        let isSorted = list.sort.flatMap(FlowColumn.init) != nil
        arrangement = Arrangement(keeping: isSorted ? order : [], isDescending: list.isDescending)
        isStale = false
        if store.slotCount > Arrangement.few { return }
        while isArranging { goOnArranging(store, page: page) }
    }

    var isArranging: Bool { arrangement != nil }

    /// There are other rows: arranges them, now or once it has done with the earlier ones.
    mutating func renew(_ store: FlowStore, page: Int) {
        if isArranging { isStale = true } else { arrange(store, page: page) }
    }

    /// Does some of it, in about a millisecond.
    mutating func goOnArranging(_ store: FlowStore, page: Int) {
        let (filter, column) = (filter, list.sort.flatMap(FlowColumn.init))
        arrangement?.goOn(store.slotCount) { slot in
            guard let row = store[slot] else { return false }
            return filter?.accepts(FilteredFlow(row, store)) ?? true
        } key: { slot in
            store[slot].flatMap { row in column?.sortKey(row, store) } ?? SortKey(.max)
        }
        guard let arranged = arrangement, arranged.isDone else { return }
        arrangement = nil
        show(arranged.order, store, page: page)
        if isStale { arrange(store, page: page) }
    }

    private mutating func show(_ arranged: [UInt32], _ store: FlowStore, page: Int) {
        order = arranged
        let position = chosen.flatMap(store.slot(of:)).flatMap { order.firstIndex(of: $0) }
        list.follow(position, of: order.count, page: page, isPinned: list.follows || isDetailed)
        // Unless the cursor stays with the one that has gone, another one takes its place.
        if position == nil { choose(in: store) }
    }
}
