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
        let wanted = director.services.filter { filter?.accepts(FilteredService($0)) ?? true }
        var chosen = list.sorted(
            wanted.map { line(of: $0, sums, director) }, by: list.sort.flatMap(ServiceColumn.init)?.sortKey)
        if filter == nil, let unknown = sums.unknownLine { chosen.append(unknown) }
        let fresh = chosen.flatMap { line in
            guard let service = line.service, open.contains(service.identity) else { return [line] }
            return [line] + service.destinations.map { ServiceLine($0, of: service, sums, director.sysctls) }
        }
        list.show(fresh, in: &lines, page: page, \.identity)
    }

    private func line(of service: Service, _ sums: ServiceSums, _ director: DirectorState) -> ServiceLine {
        var line = ServiceLine(service, sums, director.sysctls)
        line.history = director.traffic[service.identity]
        line.observed = director.observation.rates[service.identity]
        line.isOpen = open.contains(service.identity)
        return line
    }
}
