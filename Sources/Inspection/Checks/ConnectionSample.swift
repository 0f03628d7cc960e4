import Addresses
import IPVS

/// The TCP connections of IPVS at one moment, as far as two such samples are compared.
package struct ConnectionSample: Equatable, Sendable {
    struct Key: Hashable, Sendable {
        var client: Endpoint
        var destination: Endpoint
    }

    struct State: Equatable, Sendable {
        var state: ConnectionState
        /// Seconds until it expires if no packet arrives.
        var expires: UInt32
    }

    /// By the service's address.
    private(set) var connections: [Endpoint: [Key: State]] = [:]

    package init() {}

    package mutating func take(_ connection: Connection) {
        guard connection.protocol == .tcp, !connection.isTemplate else { return }
        connections[connection.virtual, default: [:]][
            Key(client: connection.client, destination: connection.destination)] =
            State(state: connection.state, expires: connection.expires)
    }
}

/// What became of the connections of a service between two samples.
struct ConnectionChange {
    /// ESTABLISHED in both.
    private(set) var lasting = 0
    /// Of these, those that had no packet in between.
    private(set) var silent = 0
    /// ESTABLISHED in the second only.
    private(set) var arrived = 0
    /// In a state that follows a FIN or RST, in either.
    private(set) var ended = 0

    init(
        of service: Service.Identity, from before: ConnectionSample, to now: ConnectionSample, after seconds: UInt64
    ) {
        guard case .address(.tcp, let virtual) = service else { return }
        let (earlier, later) = (before.connections[virtual] ?? [:], now.connections[virtual] ?? [:])
        for (key, state) in later where state.state == Self.established {
            guard let old = earlier[key], old.state == Self.established else {
                arrived += 1
                continue
            }
            lasting += 1
            // A packet would have begun the timeout again. Both are whole seconds.
            if UInt64(old.expires) + 2 >= UInt64(state.expires) + seconds { silent += 1 }
        }
        ended = [earlier, later].reduce(0) { $0 + $1.values.count { Self.ends.contains($0.state) } }
    }

    /// A handful of idle connections is no sign of anything.
    private static let fewest = 10

    var isStuck: Bool {
        ended == 0 && arrived >= Self.fewest && lasting >= Self.fewest && silent * 10 >= lasting * 9
    }

    private static let established: ConnectionState = "ESTABLISHED"
    /// `tcp_state_name_table` (net/netfilter/ipvs/ip_vs_proto_tcp.c)
    private static let ends: Set<ConnectionState> = ["FIN_WAIT", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK"]
}
