import Addresses
import Conntrack
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

    /// How long conntrack keeps an entry without packets, by the settings: established TCP, and UDP whatever it has seen. Nil if that was not read.
    private var entryTimeoutTCP: UInt32?
    private var entryTimeoutUDP: UInt32?

    /// Nothing is known.
    package init() {}

    package init(_ sysctls: Sysctls, localAddresses: Set<IPAddress> = []) {
        self.localAddresses = localAddresses
        syncThreshold = sysctls.values[Sysctls.syncThreshold]?.split(whereSeparator: \.isWhitespace).first
            .flatMap { UInt32($0) }
        let datagrams = [Sysctls.udpTimeout, Sysctls.udpStreamTimeout].map(sysctls.number)
        let most = datagrams.contains(nil) ? nil : datagrams.compactMap(\.self).max()
        entryTimeoutTCP = sysctls.number(Sysctls.establishedTimeout).map { UInt32(clamping: $0) }
        entryTimeoutUDP = most.map { UInt32(clamping: $0) }
    }

    /// Whether an entry certainly lives by another timeout than that of the settings, as they are now: packets do not refresh it, or it has more
    /// time left than they give. A policy gave it that (`nf_ct_timeout_lookup`, include/net/netfilter/nf_conntrack_timeout.h; xt_CT's
    /// `--timeout`, nft's `ct timeout`), conntrack(8), a flowtable, or settings that were changed since. No message tells the policy itself, so one
    /// that gives less time does not show.
    // Inlined, as a call from a mutating function would copy all of this.
    @inline(__always)
    func hasOwnTimeout(_ entry: Entry) -> Bool {
        if entry.status.contains(.fixedTimeout) { return true }
        let usual: UInt32?
        switch entry.original.protocol {
        case .tcp: usual = entryTimeoutTCP
        case .udp: usual = entryTimeoutUDP
        default: return false
        }
        guard let usual, let left = entry.timeout else { return false }
        return left > usual
    }
}
