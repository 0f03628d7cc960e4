import Inspection

/// What fills a list: how many of its rows have which value, instead of the rows.
struct Talkers<Subject: CaseIterable & Equatable & Sendable>: Sendable {
    /// What rows are counted by; nil if they are shown.
    private(set) var subject: Subject?
    /// The greatest.
    private(set) var rows: [TallyRow] = []
    private(set) var total = TallyAmount()
    /// What rows are sorted by when they are shown.
    private var rowOrder: (column: String?, isDescending: Bool) = (nil, false)

    static var most: Int { 1000 }

    var areShown: Bool { subject != nil }

    /// On to the next subject; after the last one, rows are shown again.
    mutating func goOn(_ list: inout ListState) {
        let all = Array(Subject.allCases)
        guard let subject else {
            rowOrder = (list.sort, list.isDescending)
            (list.sort, list.isDescending) = (TalkerColumn.count.rawValue, true)
            self.subject = all.first
            return
        }
        let next = all.firstIndex(of: subject).map { $0 + 1 } ?? all.count
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

    mutating func show(_ rows: [TallyRow], of total: TallyAmount, sortedBy column: TalkerColumn?, isDescending: Bool) {
        self.total = total
        self.rows = column == .value ? rows.sorted { $0.value < $1.value } : rows
        if isDescending == (column == .value) { self.rows.reverse() }
    }
}

/// Counts rows in slices, as there may be a million.
struct SlicedCount<Tally: Sendable>: Sendable {
    private(set) var tally: Tally
    private var next = 0

    private static var slice: Int { 2048 }

    init(_ tally: Tally) { self.tally = tally }

    /// Does some of it, in about a millisecond.
    mutating func goOn(_ order: [UInt32], _ count: (inout Tally, UInt32) -> Void) {
        let end = min(next + Self.slice, order.count)
        for row in order[next..<end] { count(&tally, row) }
        next = end
    }

    func isDone(_ order: [UInt32]) -> Bool { next >= order.count }
}

/// The columns of what fills a list, by their command line names.
enum TalkerColumn: String, CaseIterable {
    case count, share, packets, bytes, value

    /// What cells are made from, besides the row.
    struct Context {
        var total: TallyAmount
        var measure: TallyMeasure
        var glyphs: Glyphs
    }

    /// What is greatest at the top.
    var measure: TallyMeasure {
        switch self {
        case .packets: .packets
        case .bytes: .bytes
        case .count, .share, .value: .count
        }
    }

    /// - Parameters:
    ///   - total: what is not counted has no column.
    ///   - counted: what rows are.
    ///   - subject: what they are counted by.
    static func columns(_ total: TallyAmount, _ counted: String, by subject: String) -> [Column<TallyRow, Context>] {
        allCases.filter { ($0 != .packets || total.packets > 0) && ($0 != .bytes || total.bytes > 0) }.map { column in
            Column(
                name: column.rawValue,
                title: column == .count ? counted : column == .value ? subject : column.rawValue.uppercased(),
                alignsRight: column != .value, expendable: [.packets: 2, .bytes: 1][column] ?? 0,
                beginsDescending: column != .value
            ) { column.cell($0, $1) }
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
        case .value: return Cell(row.value.safe)
        }
    }
}
