import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

/// Real servers and lost packets.
extension WatchDocument {
    package struct ServerRow: Sendable {
        /// Those that have it; several if servers are listed alone.
        package var services: [Service.Identity]
        package var address: IPAddress
        /// Nil if servers are listed alone.
        package var port: UInt16?
        package var destinations: [Destination]
        package var counts: VerdictCounts
        package var rates: EstimatedRates?
        package var seenDropped: Int?
        package var path: NetworkFacts.Path?

        package init(
            services: [Service.Identity], address: IPAddress, port: UInt16?, destinations: [Destination],
            counts: VerdictCounts, rates: EstimatedRates?, seenDropped: Int?, path: NetworkFacts.Path?
        ) {
            (self.services, self.address, self.port) = (services, address, port)
            (self.destinations, self.counts, self.rates) = (destinations, counts, rates)
            (self.seenDropped, self.path) = (seenDropped, path)
        }
    }

    /// - Parameter rows: in the order of the screen.
    package func write(servers rows: [ServerRow], to sink: @escaping (RawSpan) -> Void) {
        write("servers", to: sink) { json in json.member("servers", array: rows) { $0.watched($1) } }
    }

    /// - Parameter rows: in the order of the screen.
    package func write(drops rows: [ObservedDrop], to sink: @escaping (RawSpan) -> Void) {
        write("drops", to: sink) { json in json.member("drops", array: rows) { $0.watched($1) } }
    }
}

extension JSONWriter {
    fileprivate mutating func watched(_ row: WatchDocument.ServerRow) {
        object { json in
            json.member("address", row.address.description)
            json.member("port", row.port)
            json.member("services", array: row.services) { json, identity in json.object { $0.identity(identity) } }
            json.member("methods", strings: Set(row.destinations.map(\.method.description)).sorted())
            json.member("weights", array: row.destinations.map(\.weight)) { $0.number($1) }
            json.member("active", row.destinations.reduce(0) { $0 + UInt64($1.activeConnections) })
            json.member("inactive", row.destinations.reduce(0) { $0 + UInt64($1.inactiveConnections) })
            json.verdicts(row.counts)
            json.rates(row.rates)
            if let seenDropped = row.seenDropped { json.member("drops_seen", seenDropped) }
            json.member("neighbour", row.path?.neighbour?.state)
            json.member("interface", row.path?.interface)
            json.member("link_down", row.path?.down.map(\.name))
        }
    }

    fileprivate mutating func watched(_ drop: ObservedDrop) {
        object { json in
            switch drop.identity.owner {
            case .service(let identity): json.identity(identity)
            case .address(let address, let port):
                json.member("protocol", nothing: ())
                json.member("address", address.description)
                json.member("port", port)
                json.member("fwmark", nothing: ())
            }
            json.member("point", drop.identity.point?.name)
            json.member("class", drop.identity.packetClass.name)
            json.member("ctstate", drop.identity.ctstate.name)
            json.member("where", drop.identity.place.rawValue)
            json.member("packets", drop.volume.packets)
            json.member("bytes", drop.identity.point == nil ? nil : drop.volume.bytes)
            json.member("packets_per_second", drop.rate.map(Self.whole))
            json.member("rules", strings: drop.rules.known.map(\.rule.place))
            if case .possible = drop.rules { json.member("rules_certain", false) }
        }
    }
}
