import Addresses
import Conntrack
import IPVS

/// One IPVS connection and its conntrack entry, joined; or an entry that should have a connection and has none.
package struct Flow: Sendable {
    /// Of the connection, or of an orphan's entry.
    package var `protocol`: IPProtocol
    package var client: Endpoint
    /// The VIP and its port.
    package var virtual: Endpoint
    /// Nil for an orphan.
    package var connection: Connection?
    /// Nil if no service, or more than one, matches the connection.
    package var service: Service.Identity?
    /// The connection's own, or else the destination's; nil if the destination is not (or no longer) in the service.
    package var method: ForwardingMethod?
    /// Its destination is an address of this host's, which answers itself, whatever the method is.
    package var isLocal = false
    /// The state of the entry: the protocol's state, or `entry` if the protocol has none; nil if there is no entry.
    package var entryState: String?
    /// The whole entry; nil if there is none, or entries were not kept.
    package var entry: Entry?
    /// Whether it is in the conntrack table, and how.
    package var verdict: FlowVerdict
    package var reason: VerdictReason
    /// Why the above is uncertain.
    package var doubts: [String]
    /// The rules that may have rewritten its packets; nil if nothing did, or no rules were read.
    package var translation: FlowTranslation?

    /// The doubt of every flow whose reading was incomplete.
    package static let incompleteReading = "not all that its verdict depends on was read"

    /// The doubt of one that was learned from another director, where its packets cannot be told from those counted there.
    static let unknownPackets =
        "another director told of it, and whether packets of it have come here since is not known: that shows only in the kernel's own table, "
        + "beside net.ipv4.vs.sync_threshold"
}

/// Whether a flow is in the conntrack table.
package enum FlowVerdict: String, CaseIterable, Sendable {
    /// No entry for the connection in the table now.
    case absent
    /// Absent, and no NEW event since before the connection began, with no loss in between: only watching NEW events can prove it.
    case never
    /// There is an entry, but it has seen only one direction.
    case unreplied
    /// There is an entry that has seen both directions.
    case tracked
    /// An entry for a service's VIP and port with no connection.
    case orphan
    /// No entry, and none is needed: the connection was learned from another director's sync daemon, and no packet of it has come here.
    case synced
}
