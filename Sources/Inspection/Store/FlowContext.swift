import Addresses
import IPVS

/// What of a host, besides its services, decides the verdicts of its flows.
package struct FlowContext: Equatable, Sendable {
    /// The packets that a connection counts when another director's message made or updated it: the first number of
    /// `net.ipv4.vs.sync_threshold` (`ip_vs_proc_conn`, net/netfilter/ipvs/ip_vs_sync.c). Nil if that was not read.
    var syncThreshold: UInt32?

    /// This host's own: a destination of such an address is local, however it is configured (`__ip_vs_get_out_rt`,
    /// net/netfilter/ipvs/ip_vs_xmit.c, sees it by the route).
    package private(set) var localAddresses: Set<IPAddress> = []

    /// Whether this host learns connections from another director now. One that does not any more, as after a failover, has probably had
    /// packets of what it learned before.
    package var isBackup = true
    /// How long IPVS keeps connections without packets; nil if that was not read.
    package var timeouts: Director.Timeouts?

    /// Nothing is known.
    package init() {}

    package init(_ sysctls: Sysctls, localAddresses: Set<IPAddress> = []) {
        self.localAddresses = localAddresses
        syncThreshold = sysctls.values[Sysctls.syncThreshold]?.split(whereSeparator: \.isWhitespace).first
            .flatMap { UInt32($0) }
    }
}
