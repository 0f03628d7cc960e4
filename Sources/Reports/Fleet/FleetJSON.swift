import Addresses
import IPVS
import Inspection
import Sockets

extension FleetReport {
    /// The document of `fleet --json`.
    package func writeJSON(to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.schema("fleet")
            json.member("complete", losses.isEmpty)
            json.losses(losses)
            json.member("hosts", array: Array(fleet.hosts.indices)) { json, place in
                json.object { self.write(host: place, to: &$0) }
            }
            json.member("servers_without_capture", strings: fleet.unseenServers.map(\.description))
            json.member("services", array: tally.rows) { json, row in json.object { self.write(row, to: &$0) } }
            json.key("connections")
            json.array { json in
                fleet.forEachConnection { connection in json.object { self.write(connection, to: &$0) } }
            }
            json.member("findings", array: findings) { json, found in
                json.object { json in
                    json.member("hosts", strings: found.hosts.map { self.fleet.hosts[$0].name })
                    json.members(of: found.finding)
                }
            }
            json.member("differences", array: differences) { json, difference in
                json.object { json in
                    json.member(
                        "hosts",
                        strings: [difference.pair.director, difference.pair.other].map { self.fleet.hosts[$0].name })
                    json.changes(of: difference.comparison)
                }
            }
        }
        json.finish()
    }

    private func write(host place: Int, to json: inout JSONWriter) {
        let host = fleet.hosts[place]
        json.member("name", host.name)
        json.member("roles", strings: fleet.roles(of: place))
        json.members(of: host.picture.origin)
        let clocks = fleet.clocks.filter { $0.key.other == place }.sorted { $0.key < $1.key }
        json.member("clocks", array: clocks) { json, clock in
            json.object { json in
                json.member("director", self.fleet.hosts[clock.key.director].name)
                json.member("milliseconds_ahead", clock.value.ahead)
                json.member("connections", clock.value.connections)
            }
        }
    }

    private func write(_ row: FleetTally.Row, to json: inout JSONWriter) {
        json.identity("service", row.service)
        json.member("director", fleet.hosts[row.director].name)
        json.member("connections", row.connections)
        json.member("verdicts") { json in
            for verdict in FleetVerdict.allCases {
                json.key(text: verdict.rawValue)
                json.number(row.count(verdict))
            }
        }
        json.member("missing_on_backup", row.missing)
    }

    private func write(_ connection: FleetConnection, to json: inout JSONWriter) {
        json.ends(
            connection.key.protocol, client: connection.key.client, virtual: connection.key.server,
            destination: connection.destination, connection.service)
        json.member("verdict", connection.verdict.rawValue)
        json.member("director", connection.director.map { fleet.hosts[$0].name })
        json.member("method", connection.method?.description)
        json.member("ipvs_state", connection.state)
        json.member("idle_seconds", connection.idle.map { $0 / 1000 })
        json.member("server", connection.server.map { fleet.hosts[$0].name })
        json.member("socket", connection.served?.socket?.state.description)
        json.member("ended_seconds_ago", connection.served?.socket?.ended.map { $0 / 1000 })
        json.member("entry_state", connection.served?.entryState)
        json.member("backups", strings: connection.backups.map { fleet.hosts[$0].name })
        json.member("missing_on", strings: connection.missing.map { fleet.hosts[$0].name })
    }
}
