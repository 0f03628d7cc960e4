import Addresses
import Conntrack
import IPVS

/// One IPVS connection and its conntrack entry, joined; or an entry that should have a connection and has none.
package struct Flow: Equatable, Sendable {
    /// Of the connection, or of an orphan's entry.
    package var `protocol`: IPProtocol
    /// Who began it.
    package var client: Endpoint
    /// The VIP and its port.
    package var virtual: Endpoint
    /// Nil for an orphan.
    package var connection: Connection?
    /// Nil when no service, or more than one, can be the connection's.
    package var service: Service.Identity?
    /// The destination's; nil when the destination is not (or no longer) one of the service's.
    package var method: ForwardingMethod?
    /// The entry that was found for the connection; nil when there is none.
    package var entry: Entry? { boxedEntry.value }
    private var boxedEntry: Boxed<Entry>
    /// Whether it is in the conntrack table, and how.
    package var verdict: Verdict
    /// Why the verdict is as it is.
    package var reason: VerdictReason
    /// What makes the above less than certain.
    package var doubts: [String]

    init(
        _ key: FlowKey, _ connection: Connection?, _ match: ServiceIndex.Match, entry: Entry?, verdict: Verdict,
        reason: VerdictReason, doubts: [String]
    ) {
        (`protocol`, client, virtual) = (key.protocol, key.client, key.server)
        self.connection = connection
        (service, method) = (match.service, match.method)
        boxedEntry = Boxed(entry)
        self.verdict = verdict
        self.reason = reason
        self.doubts = match.doubts + doubts
    }
}

/// Whether a flow is in the conntrack table.
package enum Verdict: String, CaseIterable, Sendable {
    /// No entry for the connection in the table now.
    case absent
    /// Absent, and no NEW event since before the connection began, with no loss in between: only a watch can tell.
    case never
    /// There is an entry, and it has seen one direction only.
    case unreplied
    /// There is an entry that has seen both directions.
    case tracked
    /// An entry for a service's VIP and port with no connection.
    case orphan

    init(of entry: Entry?) {
        guard let entry else {
            self = .absent
            return
        }
        self = entry.status.contains(.seenReply) ? .tracked : .unreplied
    }
}
