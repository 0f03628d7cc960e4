import Conntrack
import IPVS
import Inspection

/// Which services and real servers are shown, in which order.
struct ServicesPane: ListedPane, Sendable {
    var list = ListState()
    var listed = ListedRows<ServiceLine>()
    private(set) var open: Set<Service.Identity> = []
    var filter: FilterExpression?

    var lines: [ServiceLine] { listed.all }

    // MARK: Real servers

    mutating func expand(_ service: Service.Identity) { open.insert(service) }

    /// On one of its real servers, the cursor goes to the service.
    mutating func collapse(_ service: Service.Identity) {
        open.remove(service)
        if case .server(service, _)? = selected?.identity { listed.choose(.service(service), in: &list) }
    }

    // MARK: Arranging

    mutating func arrange(_ director: DirectorState, page: Int) {
        let sums = ServiceSums(director.store)
        let wanted = director.services.filter { filter?.accepts(FilteredService($0)) ?? true }
        var shown = list.sorted(
            wanted.map { line(of: $0, sums, director) }, by: list.sort.flatMap(ServiceColumn.init)?.sortKey)
        if filter == nil, let unknown = sums.unknownLine { shown.append(unknown) }
        let fresh = shown.flatMap { line in
            guard let service = line.service, open.contains(service.identity) else { return [line] }
            return [line] + service.destinations.map { ServiceLine($0, of: service, sums, director.sysctls) }
        }
        let missing = listed.show(fresh, in: &list, page: page)
        listed.hidden = missing.flatMap { line($0, sums, director) }
    }

    private func line(of service: Service, _ sums: ServiceSums, _ director: DirectorState) -> ServiceLine {
        var line = ServiceLine(service, sums, director.sysctls)
        line.history = director.traffic[service.identity]
        line.observed = director.observation.rates[service.identity]
        line.isOpen = open.contains(service.identity)
        return line
    }

    /// A row that is not shown; nil if it has gone.
    private func line(
        _ identity: ServiceLine.Identity, _ sums: ServiceSums, _ director: DirectorState
    ) -> ServiceLine? {
        func service(_ wanted: Service.Identity) -> Service? { director.services.first { $0.identity == wanted } }
        switch identity {
        case .service(let wanted): return service(wanted).map { line(of: $0, sums, director) }
        case .server(let wanted, let endpoint):
            guard let service = service(wanted),
                let destination = service.destinations.first(where: { $0.endpoint == endpoint })
            else { return nil }
            return ServiceLine(destination, of: service, sums, director.sysctls)
        case .unknown: return sums.unknownLine
        }
    }
}

extension ServiceLine: ListRow {}
