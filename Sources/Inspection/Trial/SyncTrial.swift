import Addresses
import IPVS

/// Where a backup sync daemon hears what another director tells: a multicast group, on one interface.
package struct SyncGroup: Hashable, Sendable {
    package var interface: String
    package var endpoint: Endpoint

    package init(interface: String, _ endpoint: Endpoint) { (self.interface, self.endpoint) = (interface, endpoint) }

    /// Of backup daemons; masters hear nothing. Each thread has a port of its own, from the daemon's on (`get_mcast_sockaddr`,
    /// net/netfilter/ipvs/ip_vs_sync.c); how many there are is asked when a daemon starts (`start_sync_thread`).
    ///
    /// - Parameter ports: `net.ipv4.vs.sync_ports`; nil if it is not known.
    package static func all(of daemons: [Daemon], ports: Int?) -> [SyncGroup] {
        daemons.flatMap { daemon -> [SyncGroup] in
            guard daemon.isBackup, let group = daemon.group else { return [] }
            return (0..<UInt16(min(max(ports ?? 1, 1), mostPorts))).map { thread in
                SyncGroup(interface: daemon.interface, Endpoint(group, daemon.port &+ thread))
            }
        }
    }

    /// `IPVS_SYNC_PORTS_MAX` (include/net/ip_vs.h)
    private static let mostPorts = 64

    /// Whether both are ports of one daemon.
    package func isOfSameDaemon(as other: SyncGroup) -> Bool {
        interface == other.interface && endpoint.address == other.endpoint.address
    }
}

/// What became of another director's message to a sync daemon here.
package struct SyncTrial: Equatable, Sendable {
    package var group: SyncGroup
    package var outcome: ProbeOutcome

    package init(_ group: SyncGroup, _ outcome: ProbeOutcome) { (self.group, self.outcome) = (group, outcome) }
}
