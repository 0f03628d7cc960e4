import Conntrack
import IPVS
import Inspection

/// Which services and real servers are shown, in which order.
struct ServicesPane: Sendable {
    var list = ListState()
    private(set) var lines: [ServiceLine] = []
    var open: Set<Service.Identity> = []
    var filter: FilterExpression?

    mutating func arrange(_ director: DirectorState, page: Int) {
        let sums = ServiceSums(director.store)
        // Until a row is chosen, the cursor is at the top, whoever is there.
        let selected =
            list.hold != .place && lines.indices.contains(list.selected) ? lines[list.selected].identity : nil
        var chosen = director.services.filter { filter?.accepts(FilteredService($0)) ?? true }
            .map { line(of: $0, sums, director) }
        if let sort = list.sort, let column = ServiceColumn(rawValue: sort) {
            let isDescending = list.isDescending
            chosen.sort { one, other in
                let (first, second) = (column.sortKey(one), column.sortKey(other))
                return isDescending ? first > second : first < second
            }
        }
        if filter == nil, let unknown = sums.unknownLine { chosen.append(unknown) }
        lines = chosen.flatMap { line in
            guard let service = line.service, open.contains(service.identity) else { return [line] }
            return [line] + service.destinations.map { ServiceLine($0, of: service, sums, director.sysctls) }
        }
        let position = selected.flatMap { wanted in lines.firstIndex { $0.identity == wanted } }
        list.select(position ?? list.selected, of: lines.count, page: page)
    }

    private func line(of service: Service, _ sums: ServiceSums, _ director: DirectorState) -> ServiceLine {
        var line = ServiceLine(service, sums, director.sysctls)
        line.history = director.traffic[service.identity]
        line.observed = director.observation.rates[service.identity]
        line.isOpen = open.contains(service.identity)
        return line
    }
}
