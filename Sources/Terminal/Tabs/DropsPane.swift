import Conntrack
import Inspection

/// Which losses of packets are shown, in which order.
struct DropsPane: ListedPane, Sendable {
    var list: ListState
    var listed = ListedRows<ObservedDrop>()
    var filter: FilterExpression?

    init() {
        list = ListState(sort: DropColumn.packets.rawValue)
        list.isDescending = true
    }

    var rows: [ObservedDrop] { listed.all }

    mutating func arrange(_ director: DirectorState, page: Int) {
        let all = director.observation.drops
        let wanted = all.filter { drop in filter.map(drop.isWanted) ?? true }
        let fresh = list.sorted(wanted, by: list.sort.flatMap(DropColumn.init)?.sortKey)
        let missing = listed.show(fresh, in: &list, page: page)
        listed.hidden = missing.flatMap { missing in all.first { $0.identity == missing } }
    }
}

extension ObservedDrop: ListRow {
    func isWanted(_ filter: FilterExpression) -> Bool {
        filter.accepts(FilteredDrop(self, words: DropColumn.allCases.map { $0.text(self) }))
    }
}
