import Conntrack
import Inspection

/// Which losses of packets are shown, in which order.
struct DropsPane: Sendable {
    var list: ListState
    private(set) var rows: [ObservedDrop] = []
    var filter: FilterExpression?

    init() {
        list = ListState(sort: DropColumn.packets.rawValue)
        list.isDescending = true
    }

    mutating func arrange(_ director: DirectorState, page: Int) {
        let wanted = director.observation.drops.filter { drop in filter.map(drop.isWanted) ?? true }
        let fresh = list.sorted(wanted, by: list.sort.flatMap(DropColumn.init)?.sortKey)
        list.show(fresh, in: &rows, page: page, \.identity)
    }
}

extension ObservedDrop {
    func isWanted(_ filter: FilterExpression) -> Bool {
        filter.accepts(FilteredDrop(self, words: DropColumn.allCases.map { $0.text(self) }))
    }
}
