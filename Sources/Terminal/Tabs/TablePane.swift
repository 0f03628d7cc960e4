import Conntrack
import Inspection

/// The conntrack table as last read, and which of its entries are shown in which order.
struct TablePane: Sendable {
    /// What a reading has found, and what it was asked for.
    private struct Reading {
        var entries = EntryList()
        var filter = EntryFilter()
        /// When it began, since the start; nil for none.
        var time: Duration?
    }

    /// What is shown.
    private var shown = Reading()
    /// What is newer, and is being arranged.
    private var fresh: Reading?
    /// What is newer still: it is its turn when that is done.
    private var waiting: Reading?
    /// What the running reading has found; without a time if it is not kept. Not an optional: each of a million entries would copy its
    /// filter.
    private var next = Reading()
    /// What was shown before: the next reading takes its memory, unless what was added since then is counted.
    private var spare = Reading()

    var list = ListState()
    private(set) var order: [UInt32] = []
    /// Which entries are shown.
    var filter = EntryFilter()
    /// Which entries are read: not each letter of a filter is a reason for reading.
    private(set) var asked = EntryFilter()
    /// The chosen entry, with which the cursor stays.
    private(set) var chosen: EntryIdentity?
    /// What fills the table.
    var talkers = Talkers<EntryTally>()
    /// What entries have carried since the reading before; nil if that is not known.
    private var growth: EntryGrowth?
    /// Whether the table has been read since it was viewed.
    private(set) var isRead = false

    var entries: EntryList { shown.entries }

    /// Readings are of what is shown from now on.
    mutating func ask() { asked = filter }

    // MARK: Readings

    /// Starts from scratch for the running reading.
    ///
    /// - Parameters:
    ///   - isShown: whether the table is viewed. If not, nothing is stored.
    ///   - time: since the start.
    mutating func begin(isShown: Bool, at time: Duration) {
        if isShown {
            next = Reading()
            if !talkers.areShown { swap(&next, &spare) }
            next.time = time
            next.entries.restart(for: entries.count)
            next.filter = asked
        } else {
            (next, spare, shown, order) = (Reading(), Reading(), Reading(), [])
            (fresh, waiting, arrangement, growth) = (nil, nil, nil, nil)
            talkers.stopCounting()
            isRead = false
        }
    }

    mutating func take(_ entry: Entry) {
        if next.time != nil { next.entries.take(entry, isWanted: next.filter.matches(entry)) }
    }

    /// Arranges what was read, now or once it has done with the reading before.
    mutating func end(isWhole: Bool, page: Int) {
        guard next.time != nil else { return }
        var ended = next
        next = Reading()
        ended.entries.isWhole = isWhole
        isRead = true
        if isArranging {
            waiting = ended
        } else {
            fresh = ended
            arrange(page: page)
        }
    }

    // MARK: The cursor

    var selectedEntry: Entry? {
        if list.hold != .place { return chosen.flatMap(entries.position(of:)).flatMap(entries.entry) }
        return order.indices.contains(list.selected) ? entries.entry(Int(order[list.selected])) : nil
    }

    /// The cursor was put on a row.
    mutating func choose() {
        guard list.hold == .row, !talkers.areShown else { return }
        chosen = order.indices.contains(list.selected) ? entries.identity(Int(order[list.selected])) : nil
    }

    /// What is shown of the entries, apart from what they are.
    struct Choice: Sendable {
        fileprivate var list: ListState
        fileprivate var filter: EntryFilter
        fileprivate var chosen: EntryIdentity?
        fileprivate var talkers: Talkers<EntryTally>

        /// The list as it is when entries are shown.
        var rowList: ListState { talkers.rowList(list) }
    }

    var choice: Choice {
        Choice(list: list, filter: filter, chosen: chosen, talkers: talkers)
    }

    mutating func restore(_ choice: Choice) {
        (list, filter, chosen, talkers) = (choice.list, choice.filter, choice.chosen, choice.talkers)
    }

    /// Other entries are to be shown, from the first on.
    mutating func begin() {
        talkers.end(&list)
        list.startOver()
        chosen = nil
    }

    // MARK: Arranging

    private var arrangement: Arrangement?

    var isArranging: Bool { arrangement != nil || talkers.isCounting }

    private var sortColumn: EntryColumn? { talkers.areShown ? nil : list.sort.flatMap(EntryColumn.init) }

    /// Selects and sorts the entries; if there are many, what is shown remains as it was until `goOnArranging` has done it.
    mutating func arrange(page: Int) {
        let (count, isFilterNew) = ((fresh ?? shown).entries.count, filter != (fresh ?? shown).filter)
        talkers.stopCounting()
        if sortColumn == nil, !isFilterNew {
            // All of them, as they are: nothing is to be asked of each.
            arrangement = nil
            show(Array(0..<UInt32(clamping: count)), page: page)
        } else {
            arrangement = Arrangement(isSorted: sortColumn != nil, isDescending: list.isDescending)
        }
        if count > Arrangement.few { return }
        while isArranging { goOnArranging(page: page) }
    }

    /// Does some of it, in about a millisecond.
    mutating func goOnArranging(page: Int) {
        if talkers.isCounting { return count(page: page) }
        let (filter, column) = (filter, sortColumn)
        let (entries, isFilterNew) = ((fresh ?? shown).entries, filter != (fresh ?? shown).filter)
        arrangement?.goOn(entries.count) { position in
            !isFilterNew || entries.entry(Int(position)).map(filter.matches) ?? false
        } key: { position in
            guard let column, let row = entries.row(Int(position)) else { return SortKey(0) }
            return column.sortKey(row, entries.entry(Int(position)))
        }
        guard let arranged = arrangement, arranged.isDone else { return }
        arrangement = nil
        show(arranged.order, page: page)
    }

    private mutating func show(_ arranged: [UInt32], page: Int) {
        if let fresh { (spare, shown) = (shown, fresh) }
        (fresh, order) = (nil, arranged)
        talkers.beginCounting()
        growth = talkers.isCounting && span != nil ? EntryGrowth(since: spare.entries) : nil
        if !talkers.isCounting { place(page: page) }
    }

    /// Between the beginnings of two whole readings of the same entries; nil if there are none.
    private var span: Duration? {
        guard let (before, now) = spare.time.flatMap({ before in shown.time.map { (before, $0) } }), now > before,
            spare.entries.isWhole, spare.filter == shown.filter
        else { return nil }
        return now - before
    }

    private mutating func place(page: Int) {
        let found = !talkers.areShown ? chosen.flatMap(entries.position(of:)) : nil
        let position = found.flatMap { order.firstIndex(of: UInt32($0)) }
        list.follow(
            position, of: shownCount, page: page, isPinned: !talkers.areShown && (list.follows || list.isDetailed))
        // Unless the cursor stays with the one that has gone, another one takes its place.
        if position == nil { choose() }
        if let waiting {
            (fresh, self.waiting) = (waiting, nil)
            arrange(page: page)
        }
    }

    // MARK: Talkers

    var shownCount: Int { talkers.areShown ? talkers.rows.count : order.count }

    private mutating func count(page: Int) {
        guard growth?.isIndexed ?? true else {
            growth?.goOnIndexing(Talkers<EntryTally>.slice)
            return
        }
        let (entries, growth) = (entries, growth)
        talkers.goOnCounting(order, in: list, over: growth == nil ? nil : span) { tally, position in
            guard let row = entries.row(Int(position)), let entry = entries.entry(Int(position)) else { return }
            tally.count(entry, added: growth?.added(row))
        }
        if talkers.isCounting { return }
        self.growth = nil
        place(page: page)
    }
}
