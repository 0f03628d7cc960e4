import Addresses
import IPVS

/// Where a sync daemon hears what another director tells, or tells others: a multicast group, on one interface.
package struct SyncGroup: Hashable, Sendable {
    package var interface: String
    package var endpoint: Endpoint
    /// Whether messages leave here, as a master sends them.
    package var isSender: Bool

    package init(interface: String, _ endpoint: Endpoint, isSender: Bool = false) {
        (self.interface, self.endpoint, self.isSender) = (interface, endpoint, isSender)
    }

    /// Each thread has a port of its own, from the daemon's on (`get_mcast_sockaddr`, net/netfilter/ipvs/ip_vs_sync.c); how many there are
    /// is asked when a daemon starts (`start_sync_thread`).
    ///
    /// - Parameter ports: `net.ipv4.vs.sync_ports`; nil if it is not known.
    package static func all(of daemons: [Daemon], ports: Int?) -> [SyncGroup] {
        daemons.flatMap { daemon -> [SyncGroup] in
            guard daemon.isBackup || daemon.isMaster, let group = daemon.group else { return [] }
            return (0..<UInt16(min(max(ports ?? 1, 1), mostPorts))).map { thread in
                SyncGroup(
                    interface: daemon.interface, Endpoint(group, daemon.port &+ thread), isSender: daemon.isMaster)
            }
        }
    }

    /// `IPVS_SYNC_PORTS_MAX` (include/net/ip_vs.h)
    private static let mostPorts = 64

    /// Whether both are ports of one daemon.
    package func isOfSameDaemon(as other: SyncGroup) -> Bool {
        interface == other.interface && endpoint.address == other.endpoint.address && isSender == other.isSender
    }
}

/// What became of another director's message to a sync daemon here, or of one that the daemon here sends.
package struct SyncTrial: Equatable, Sendable {
    package var group: SyncGroup
    package var outcome: ProbeOutcome

    package init(_ group: SyncGroup, _ outcome: ProbeOutcome) { (self.group, self.outcome) = (group, outcome) }
}
