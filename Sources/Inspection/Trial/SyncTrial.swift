import Addresses
import IPVS

/// Where a backup sync daemon hears what another director tells: a multicast group, on one interface.
package struct SyncGroup: Hashable, Sendable {
    package var interface: String
    package var endpoint: Endpoint

    package init(interface: String, _ endpoint: Endpoint) { (self.interface, self.endpoint) = (interface, endpoint) }

    /// Of a backup daemon; nil for a master, which hears nothing.
    package init?(_ daemon: Daemon) {
        guard daemon.isBackup, let group = daemon.group else { return nil }
        self.init(interface: daemon.interface, Endpoint(group, daemon.port))
    }
}

/// What became of another director's message to a sync daemon here.
package struct SyncTrial: Equatable, Sendable {
    package var group: SyncGroup
    package var outcome: ProbeOutcome

    package init(_ group: SyncGroup, _ outcome: ProbeOutcome) { (self.group, self.outcome) = (group, outcome) }
}
