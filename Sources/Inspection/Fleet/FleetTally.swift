import Addresses
import IPVS

/// The connections of a fleet, counted.
package struct FleetTally: Sendable {
    /// By director and service, in the order of ipvsadm(8).
    package private(set) var rows: [Row] = []
    /// How many connections of a director another one has, or lacks and should have.
    private(set) var told: [Fleet.Pair: (has: Int, lacks: Int)] = [:]

    package struct Row: Sendable {
        /// The place of the director.
        package let director: Int
        /// Nil for connections whose service is unknown.
        package let service: Service.Identity?
        package fileprivate(set) var counts: [FleetVerdict: Int] = [:]
        /// How many another director should have and lacks.
        package fileprivate(set) var missing = 0
        /// The real servers of those that call for action, in the order of hosts.
        package fileprivate(set) var servers: [FleetVerdict: Set<Int>] = [:]

        package func count(_ verdict: FleetVerdict) -> Int { counts[verdict] ?? 0 }

        package var connections: Int { counts.reduce(0) { $0 + ($1.key == .lost ? 0 : $1.value) } }
    }

    package init(_ fleet: Fleet) {
        for director in fleet.directors {
            rows += fleet.hosts[director].services.map { Row(director: director, service: $0.identity) }
        }
        var places: [Int: [Service.Identity?: Int]] = [:]
        for (place, row) in rows.enumerated() { places[row.director, default: [:]][row.service] = place }
        fleet.forEachConnection { connection in
            guard let director = connection.director ?? fleet.mainDirector(of: connection.service) else { return }
            let place = places[director]?[connection.service] ?? rows.count
            if place == rows.count {
                rows.append(Row(director: director, service: connection.service))
                places[director, default: [:]][connection.service] = place
            }
            take(connection, director, at: place)
        }
    }

    private mutating func take(_ connection: FleetConnection, _ director: Int, at place: Int) {
        rows[place].counts[connection.verdict, default: 0] += 1
        if !connection.missing.isEmpty { rows[place].missing += 1 }
        if connection.verdict.isTrouble, let server = connection.server {
            rows[place].servers[connection.verdict, default: []].insert(server)
        }
        for partner in connection.backups { told[.init(director: director, other: partner), default: (0, 0)].has += 1 }
        for partner in connection.missing {
            told[.init(director: director, other: partner), default: (0, 0)].lacks += 1
        }
    }
}

extension Fleet {
    /// The one that has the traffic of a service.
    func mainDirector(of service: Service.Identity?) -> Int? {
        let having = directors.filter { index in hosts[index].services.contains { $0.identity == service } }
        return having.first { !hosts[$0].isBackup } ?? having.first
    }
}
