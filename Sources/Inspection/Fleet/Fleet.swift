import Addresses
import IPVS
import Sockets

/// Directors, their backups and real servers, as one capture of each shows them: what they say together of each connection, and what
/// differs between them.
package struct Fleet: Sendable {
    package let hosts: [FleetHost]
    /// By director and real server, where connections of both show it.
    package private(set) var clocks: [Pair: FleetClock] = [:]
    /// The host that has an address.
    private let owners: [IPAddress: Int]

    /// A director, and another host, by their places.
    package struct Pair: Hashable, Comparable, Sendable {
        package let director: Int
        package let other: Int

        package static func < (left: Pair, right: Pair) -> Bool {
            (left.director, left.other) < (right.director, right.other)
        }
    }

    package init(_ hosts: [FleetHost]) {
        self.hosts = hosts
        var owners: [IPAddress: Int] = [:]
        for (index, host) in hosts.enumerated() {
            for address in host.addresses.keys where owners[address] == nil { owners[address] = index }
        }
        self.owners = owners
        for director in directors { estimateClocks(of: director) }
    }

    package var directors: [Int] { hosts.indices.filter { hosts[$0].isDirector } }

    /// Those that have a director's destinations.
    package func servers(of director: Int) -> [Int] {
        let addresses = hosts[director].services.flatMap(\.destinations).map(\.endpoint.address)
        return Set(addresses.compactMap { owners[$0] }).sorted()
    }

    /// Real servers of which no capture is here.
    package var unseenServers: [IPAddress] {
        let addresses = directors.flatMap { hosts[$0].services.flatMap(\.destinations) }.map(\.endpoint.address)
        return Set(addresses).filter { owners[$0] == nil }.sorted()
    }

    /// Directors that have a service in common, each two once, the one with the traffic first.
    package var pairs: [Pair] {
        let all = directors.flatMap { one in
            directors.filter { $0 > one && share(one, $0) }.map { Pair(director: one, other: $0) }
        }
        return all.map {
            hosts[$0.director].isBackup && !hosts[$0.other].isBackup ? Pair(director: $0.other, other: $0.director) : $0
        }
    }

    private func share(_ one: Int, _ other: Int) -> Bool {
        !Set(hosts[one].services.map(\.identity)).isDisjoint(with: hosts[other].services.map(\.identity))
    }

    // MARK: Time

    private mutating func estimateClocks(of director: Int) {
        var differences: [Int: [Int64]] = [:]
        hosts[director].forEachRow { found in
            guard found.kind == .established, let idle = found.idle, let server = owner(of: found.route),
                let socket = hosts[server].served[servedKey(found)]?.socket, socket.state == .established,
                let received = socket.lastReceived
            else { return }
            let there = hosts[server].servedAt - Int64(received)
            differences[server, default: []].append(there - (hosts[director].connectionsAt - idle))
        }
        for (server, found) in differences {
            clocks[Pair(director: director, other: server)] = server == director ? nil : FleetClock(found)
        }
    }

    /// How much later the sockets of a real server were read than a director's connections, in milliseconds; negative if they were read
    /// earlier.
    func gap(_ director: Int, _ server: Int) -> Int64 {
        let ahead = clocks[Pair(director: director, other: server)]?.ahead ?? 0
        return hosts[server].servedAt - ahead - hosts[director].connectionsAt
    }

    /// How long a reading may have taken, and how far clocks may be wrong, in milliseconds.
    func slack(_ director: Int, _ other: Int) -> Int64 {
        clocks[Pair(director: director, other: other)] == nil ? 10_000 : 4_000
    }

    // MARK: Whose a connection is

    private func owner(of route: Route) -> Int? { route.destination.flatMap { owners[$0.address] } }

    /// NAT is the one method that changes what the real server sees.
    func servedKey(_ found: DirectorRow) -> FlowKey {
        let route = found.route
        let server = route.method == .nat ? route.destination ?? route.virtual : route.virtual
        return FlowKey(protocol: route.protocol, client: found.row.client, server: server)
    }

    /// Each connection once: of directors the one counts that has its traffic. Then those that only a real server has.
    package func forEachConnection(_ body: (FleetConnection) -> Void) {
        for director in directors {
            let partners = directors.filter { $0 != director && share(director, $0) }
            hosts[director].forEachRow { found in
                let key = FlowKey(protocol: found.route.protocol, client: found.row.client, server: found.route.virtual)
                let others = partners.map { ($0, hosts[$0].row(of: key)) }
                let hasBetter = others.contains { partner, other in
                    other.map { rank(partner, $0) < rank(director, found) } ?? false
                }
                if !hasBetter { body(connection(key, director, found, others)) }
            }
        }
        forEachLost(body)
    }

    /// Which of two directors that know a connection has its traffic: lower is likelier. One that was only told of it may yet get it, when it
    /// has taken over from one that is not here.
    private func rank(_ director: Int, _ found: DirectorRow) -> (Int, Int, Int64, Int) {
        (found.isLearned ? 1 : 0, hosts[director].isBackup ? 1 : 0, found.idle ?? .max, director)
    }

    private func connection(
        _ key: FlowKey, _ director: Int, _ found: DirectorRow, _ others: [(Int, DirectorRow?)]
    ) -> FleetConnection {
        let server = owner(of: found.route)
        let served = server.flatMap { hosts[$0].served[servedKey(found)] }
        return FleetConnection(
            key: key, director: director, service: found.route.service, destination: found.route.destination,
            method: found.route.method, state: found.state, idle: found.idle, server: server, served: served,
            verdict: verdict(found, director, server, served), backups: others.filter { $0.1 != nil }.map(\.0),
            missing: others.filter { $0.1 == nil && shouldKnow($0.0, found, director) }.map(\.0))
    }

    // MARK: What only a real server has

    private func forEachLost(_ body: (FleetConnection) -> Void) {
        for (server, host) in hosts.enumerated() {
            let directors = directors.filter { $0 != server && servers(of: $0).contains(server) }
            if directors.isEmpty { continue }
            for key in host.served.keys {
                let serving = directors.filter { hosts[$0].forwards(key.server) }
                guard let main = serving.first(where: { !hosts[$0].isBackup }) ?? serving.first,
                    let served = host.served[key], isOpen(served),
                    serving.allSatisfy({ hosts[$0].hasAllConnections && hosts[$0].row(of: key) == nil }),
                    serving.allSatisfy({ wasOpen(served, $0, server) })
                else { continue }
                body(
                    FleetConnection(
                        key: key, service: hosts[main].service(at: key.server), server: server, served: served,
                        verdict: .lost))
            }
        }
    }

    private func isOpen(_ served: ServedConnection) -> Bool {
        served.socket != nil && served.progress(areSocketsKnown: true) == .open
    }

    /// Whether a packet of it had come to the real server before the director was read, and the director was not read much later: IPVS forgets
    /// a connection that has ended after ten seconds at the earliest (`tcp_timeouts`, net/netfilter/ipvs/ip_vs_proto_tcp.c).
    private func wasOpen(_ served: ServedConnection, _ director: Int, _ server: Int) -> Bool {
        guard let received = served.socket?.lastReceived else { return false }
        let (gap, slack) = (gap(director, server), slack(director, server))
        return Int64(received) > gap + slack && gap >= -slack
    }
}
