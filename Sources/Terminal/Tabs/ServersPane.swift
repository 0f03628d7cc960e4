import Conntrack
import IPVS
import Inspection

/// Which real servers are shown, in which order.
struct ServersPane: Sendable {
    var list = ListState()
    private(set) var lines: [ServerLine] = []
    var filter: FilterExpression?
    /// Whether a server has one row, whatever services have it.
    var isGrouped = false

    mutating func arrange(_ director: DirectorState, page: Int) {
        let facts = ServerFacts(director)
        var wanted = director.services.flatMap { service in
            service.destinations.map { ServerLine($0, of: service, facts) }
        }
        if let filter { wanted = wanted.filter { line in line.isWanted(filter) } }
        if isGrouped { wanted = ServerLine.grouped(wanted) }
        let fresh = list.sorted(wanted, by: list.sort.flatMap(ServerColumn.init)?.sortKey)
        list.show(fresh, in: &lines, page: page, \.identity)
    }
}
