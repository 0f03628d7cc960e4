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

    // MARK: Arranging

    private var arrangement: Arrangement?
    /// What is being arranged has changed meanwhile.
    private var isStale = false

    /// Fewer rows than this are arranged at once.
    private static let few = 20_000

    /// Selects and sorts the rows; if there are many, the order remains as it was until `goOnArranging` has done it.
    mutating func arrange(_ store: FlowStore, page: Int) {
        let isSorted = list.sort.flatMap(FlowColumn.init) != nil
        arrangement = Arrangement(keeping: isSorted ? order : [], isDescending: list.isDescending)
        isStale = false
        if store.slotCount > Self.few { return }
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
            store[slot].map { row in filter.allSatisfy { $0.accepts(row, store) } } ?? false
        } key: { slot in
            store[slot].flatMap { row in column?.sortKey(row, store) } ?? SortKey(.max)
        }
        guard let arranged = arrangement, arranged.isDone else { return }
        arrangement = nil
        show(arranged.order, store, page: page)
        if isStale { arrange(store, page: page) }
    }

    private mutating func show(_ arranged: [UInt32], _ store: FlowStore, page: Int) {
        let key = selectedRow(in: store).map(store.key(of:))
        order = arranged
        var position = list.selected
        if list.follows, let key, let slot = store.slot(of: key), let found = order.firstIndex(of: slot) {
            position = found
        }
        list.select(position, of: order.count, page: page)
    }
}
