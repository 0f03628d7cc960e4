import Addresses
import Conntrack
import IPVS
import Inspection

/// Which real servers are shown, in which order.
struct ServersPane: ListedPane, Sendable {
    var list = ListState()
    var listed = ListedRows<ServerLine>()
    var filter: FilterExpression?
    /// Whether a server has one row, whatever services have it.
    private(set) var isGrouped = false

    var lines: [ServerLine] { listed.all }

    mutating func arrange(_ director: DirectorState, page: Int) {
        let facts = ServerFacts(director)
        let all = director.services.flatMap { service in
            service.destinations.map { ServerLine($0, of: service, facts) }
        }
        let wanted = grouped(filter.map { filter in all.filter { $0.isWanted(filter) } } ?? all)
        let fresh = list.sorted(wanted, by: list.sort.flatMap(ServerColumn.init)?.sortKey)
        let missing = listed.show(fresh, in: &list, page: page)
        listed.hidden = missing.flatMap { missing in grouped(all).first { $0.identity == missing } }
    }

    private func grouped(_ lines: [ServerLine]) -> [ServerLine] { isGrouped ? ServerLine.grouped(lines) : lines }

    /// Gives each server one row, or one for each service again. The cursor stays with the server.
    mutating func toggleGrouping(_ director: DirectorState, page: Int) {
        let address = list.hold == .place ? nil : selected?.endpoint.address
        isGrouped.toggle()
        arrange(director, page: page)
        guard let position = lines.firstIndex(where: { $0.endpoint.address == address }) else { return }
        list.point(at: position, of: lines.count, page: page)
        choose()
    }
}

extension ServerLine: ListRow {}
