import Inspection

/// What fills a list: how many of its rows have which value, instead of the rows.
struct Talkers<Tally: RowTally>: Sendable {
    /// What rows are counted by; nil if they are shown.
    private(set) var subject: Tally.Subject?
    /// All that were counted; nil before.
    private(set) var tally: Tally?
    /// The greatest.
    private(set) var rows: [TallyRow] = []
    /// The time in which packets and bytes were added; nil if it is not known.
    private(set) var span: Duration?
    private var counting: (tally: Tally, next: Int)?
    /// What rows are sorted by when they are shown.
    private var rowOrder: (column: String?, isDescending: Bool) = (nil, false)

    static var most: Int { 1000 }

    var areShown: Bool { subject != nil }

    var total: TallyAmount { tally?.total ?? TallyAmount() }

    /// On to the next subject; after the last one, rows are shown again.
    mutating func goOn(_ list: inout ListState) {
        let all = Array(Tally.Subject.allCases)
        guard let subject else {
            rowOrder = (list.sort, list.isDescending)
            (list.sort, list.isDescending) = (TalkerColumn.count.rawValue, true)
            self.subject = all.first
            return
        }
        let next = all.firstIndex { $0.rawValue == subject.rawValue }.map { $0 + 1 } ?? all.count
        if all.indices.contains(next) { self.subject = all[next] } else { end(&list) }
    }

    /// Rows are shown, in their own order.
    mutating func end(_ list: inout ListState) {
        guard areShown else { return }
        list = rowList(list)
        self = Talkers()
    }

    /// The list as it is when rows are shown.
    func rowList(_ list: ListState) -> ListState {
        var list = list
        if areShown { (list.sort, list.isDescending) = rowOrder }
        return list
    }

    // MARK: Counting, in slices, as there may be a million rows

    static var slice: Int { 2048 }

    var isCounting: Bool { counting != nil }

    /// Begins to count the rows, if they are to be counted.
    mutating func beginCounting() { counting = subject.map { (Tally(by: $0), 0) } }

    mutating func stopCounting() { counting = nil }

    /// Counts some rows, in about a millisecond, and shows the greatest values in the order of `list` when all are counted.
    ///
    /// - Parameter span: in which time the tally says that something was added; nil if it does not.
    mutating func goOnCounting(
        _ order: [UInt32], in list: ListState, over span: Duration?, _ count: (inout Tally, UInt32) -> Void
    ) {
        guard var (tally, next) = counting else { return }
        counting = nil
        let end = min(next + Self.slice, order.count)
        for row in order[min(next, end)..<end] { count(&tally, row) }
        next = end
        if next < order.count { return counting = (tally, next) }
        (self.tally, self.span) = (tally, span)
        let column = list.sort.flatMap(TalkerColumn.init)
        rows = tally.top(Self.most, by: column?.measure ?? .count)
        if column == .value { rows.sort { $0.value < $1.value } }
        if list.isDescending == (column == .value) { rows.reverse() }
    }
}

/// The columns of what fills a list, by their command line names.
enum TalkerColumn: String, CaseIterable {
    case count, share, packets
    case packetRate = "packet-rate"
    case bytes
    case byteRate = "byte-rate"
    case value

    /// What cells are made from, besides the row.
    struct Context {
        var total: TallyAmount
        var span: Duration?
        var measure: TallyMeasure
        var glyphs: Glyphs
    }

    /// What is greatest at the top.
    var measure: TallyMeasure {
        switch self {
        case .packets: .packets
        case .bytes: .bytes
        case .packetRate: .addedPackets
        case .byteRate: .addedBytes
        case .count, .share, .value: .count
        }
    }

    /// - Parameters:
    ///   - talkers: what they do not count has no column.
    ///   - counted: what rows are.
    static func columns<Tally>(_ talkers: Talkers<Tally>, _ counted: String) -> [Column<TallyRow, Context>] {
        let subject = talkers.subject?.rawValue.uppercased() ?? ""
        return allCases.filter { $0.isCounted(in: talkers.total, over: talkers.span) }.map { column in
            Column(
                name: column.rawValue, title: column.title(counted, by: subject), alignsRight: column != .value,
                expendable: [.packets: 4, .bytes: 3, .packetRate: 2, .byteRate: 1][column] ?? 0,
                beginsDescending: column != .value
            ) { column.cell($0, $1) }
        }
    }

    private func isCounted(in total: TallyAmount, over span: Duration?) -> Bool {
        switch self {
        case .packets: total.packets > 0
        case .bytes: total.bytes > 0
        case .packetRate: total.packets > 0 && span != nil
        case .byteRate: total.bytes > 0 && span != nil
        case .count, .share, .value: true
        }
    }

    private func title(_ counted: String, by subject: String) -> String {
        switch self {
        case .count: counted
        case .value: subject
        case .packetRate: "PKT/S"
        case .byteRate: "BYTES/S"
        case .share, .packets, .bytes: rawValue.uppercased()
        }
    }

    private func cell(_ row: TallyRow, _ context: borrowing Context) -> Cell {
        switch self {
        case .count: return Cell("\(row.amount.count)")
        case .share:
            let share = Double(row.amount[context.measure]) / Double(max(1, context.total[context.measure]))
            return Cell("\(Figures.percent(share))  \(context.glyphs.gauge(share, width: 10))")
        case .packets: return Cell(Figures.count(row.amount.packets))
        case .bytes: return Cell(Figures.count(row.amount.bytes))
        case .packetRate, .byteRate:
            guard let seconds = context.span.map({ $0 / .seconds(1) }), seconds > 0 else { return Cell("-") }
            return Cell(Figures.rate(Double(row.amount[measure]) / seconds))
        case .value: return Cell(row.value.safe)
        }
    }
}
