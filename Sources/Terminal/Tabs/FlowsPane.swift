import Conntrack
import Inspection

/// Which flows are shown, in which order.
struct FlowsPane: Sendable {
    var list = ListState(sort: "verdict")
    /// Slots of the rows shown.
    private(set) var order: [UInt32] = []
    var filter: FilterExpression?
    /// The chosen flow, with which the cursor stays.
    private(set) var chosen: FlowKey?
    /// Who has the connections.
    var talkers = Talkers<FlowTalkers>()
    /// What they have had since the reading before, while they are counted.
    private var growth = FlowGrowth()
    /// The entry of the selected flow, when last looked up.
    var examined: (key: FlowKey, entry: Entry?)?

    /// The flow that the cursor is on; nil if there is none, or it has gone. The chosen one, whatever is in its place meanwhile.
    func selectedRow(in store: FlowStore) -> FlowRow? {
        if talkers.areShown { return nil }
        if list.hold != .place { return chosen.flatMap(store.slot(of:)).flatMap { store[$0] } }
        return order.indices.contains(list.selected) ? store[order[list.selected]] : nil
    }

    /// The cursor was put on a row.
    mutating func choose(in store: FlowStore) {
        guard list.hold == .row, !talkers.areShown else { return }
        let row = order.indices.contains(list.selected) ? store[order[list.selected]] : nil
        chosen = row.map(store.key(of:))
    }

    /// Other flows are to be shown, from the first on.
    mutating func begin() {
        talkers.end(&list)
        list.startOver()
        chosen = nil
    }

    // MARK: Arranging

    private var arrangement: Arrangement?
    /// What is being arranged has changed meanwhile.
    private var isStale = false

    /// Selects and sorts the rows; if there are many, the order remains as it was until `goOnArranging` has done it.
    mutating func arrange(_ store: FlowStore, page: Int) {
        let isSorted = sortColumn != nil
        talkers.stopCounting()
        arrangement = Arrangement(
            keeping: isSorted ? order : [], isSorted: isSorted, isDescending: list.isDescending)
        isStale = false
        if store.slotCount > Arrangement.few { return }
        while isArranging { goOnArranging(store, page: page) }
    }

    var isArranging: Bool { arrangement != nil || talkers.isCounting }

    private var sortColumn: FlowColumn? { talkers.areShown ? nil : list.sort.flatMap(FlowColumn.init) }

    /// There are other rows, read at `time`: arranges them, now or once it has done with the earlier ones.
    mutating func renew(_ store: FlowStore, at time: Duration, page: Int) {
        if talkers.areShown { growth.begin(store, at: time) } else { growth = FlowGrowth() }
        if isArranging { isStale = true } else { arrange(store, page: page) }
    }

    /// Does some of it, in about a millisecond.
    mutating func goOnArranging(_ store: FlowStore, page: Int) {
        if talkers.isCounting { return count(store, page: page) }
        let (filter, column) = (filter, sortColumn)
        arrangement?.goOn(store.slotCount) { slot in
            guard let row = store[slot] else { return false }
            return filter?.accepts(FilteredFlow(row, store)) ?? true
        } key: { slot in
            store[slot].flatMap { row in column?.sortKey(row, store) } ?? SortKey(.max)
        }
        guard let arranged = arrangement, arranged.isDone else { return }
        arrangement = nil
        order = arranged.order
        talkers.beginCounting()
        if !talkers.isCounting { place(store, page: page) }
    }

    private mutating func place(_ store: FlowStore, page: Int) {
        let found = talkers.areShown ? nil : chosen
        let position = found.flatMap(store.slot(of:)).flatMap { order.firstIndex(of: $0) }
        list.follow(
            position, of: shownCount, page: page, isPinned: !talkers.areShown && (list.follows || list.isDetailed))
        // Unless the cursor stays with the one that has gone, another one takes its place.
        if position == nil { choose(in: store) }
        if isStale { arrange(store, page: page) }
    }

    // MARK: Talkers

    var shownCount: Int { talkers.areShown ? talkers.rows.count : order.count }

    private mutating func count(_ store: FlowStore, page: Int) {
        // Taken out for the while, as a copy would be one of all slots.
        var growth = FlowGrowth()
        swap(&growth, &self.growth)
        talkers.goOnCounting(order, in: list, over: growth.span) { tally, slot in
            guard let row = store[slot] else { return }
            tally.count(row, in: store, added: growth.added(row, at: slot))
        }
        swap(&growth, &self.growth)
        if !talkers.isCounting { place(store, page: page) }
    }
}
