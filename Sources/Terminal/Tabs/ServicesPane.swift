import Addresses
import Conntrack
import IPVS
import Inspection

/// The services with their real servers, and what is known about each.
struct ServicesPane: Sendable {
    var list = ListState()
    private(set) var services: [Service] = []
    private(set) var lines: [ServiceLine] = []
    var open: Set<Service.Identity> = []
    /// Packets per second of each service over time, the newest last.
    private var histories: [Service.Identity: [Double?]] = [:]
    /// When the services were read, and how many packets each had had; likewise for the previous reading.
    private var current: Census?
    private var previous: Census?

    private struct Census: Sendable {
        var time: Duration
        var packets: [Service.Identity: UInt64]
    }

    private var packetRates: [Service.Identity: Double] = [:]
    var filter: [ServiceCondition] = []

    static let mostHistory = 120

    mutating func take(_ services: [Service], at time: Duration) {
        self.services = services
        let packets = services.map { ($0.identity, $0.statistics?.packetsIn ?? 0) }
        current = Census(time: time, packets: Dictionary(packets) { first, _ in first })
    }

    /// Ends a reading. Rates use the elapsed time, not the requested interval.
    mutating func count() {
        defer { previous = current }
        guard let current, let previous, current.time > previous.time else { return }
        let seconds = (current.time - previous.time) / .seconds(1)
        packetRates = [:]
        for (identity, count) in current.packets {
            guard let before = previous.packets[identity], count >= before else { continue }
            packetRates[identity] = Double(count - before) / seconds
        }
        for identity in current.packets.keys {
            histories[identity] =
                Array((histories[identity] ?? []).suffix(Self.mostHistory - 1)) + [packetRates[identity]]
        }
        histories = histories.filter { current.packets[$0.key] != nil }
    }

    mutating func arrange(_ store: FlowStore, _ rates: ObservationRates, page: Int) {
        let sums = ServiceSums(store)
        let selected = lines.indices.contains(list.selected) ? lines[list.selected].identity : nil
        var chosen = services.filter { service in filter.allSatisfy { $0.accepts(service) } }
            .map { line(of: $0, sums, rates) }
        if let sort = list.sort, let column = ServiceColumn(rawValue: sort) {
            let isDescending = list.isDescending
            chosen.sort { one, other in
                let (first, second) = (column.sortKey(one), column.sortKey(other))
                return isDescending ? first > second : first < second
            }
        }
        if filter.isEmpty, let unknown = sums.unknownLine { chosen.append(unknown) }
        lines = chosen.flatMap { line in
            guard let service = line.service, open.contains(service.identity) else { return [line] }
            return [line] + service.destinations.map { ServiceLine($0, of: service, sums) }
        }
        let position = selected.flatMap { wanted in lines.firstIndex { $0.identity == wanted } }
        list.select(position ?? list.selected, of: lines.count, page: page)
    }

    private func line(of service: Service, _ sums: ServiceSums, _ rates: ObservationRates) -> ServiceLine {
        var line = ServiceLine(service, sums)
        line.packets = packetRates[service.identity]
        line.history = histories[service.identity] ?? []
        line.rates = rates[service.identity]
        line.isOpen = open.contains(service.identity)
        return line
    }
}
