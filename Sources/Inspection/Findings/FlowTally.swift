import Addresses
import Conntrack
import IPVS

/// The number of flows of each kind: all that findings about flows need, however the flows are stored.
package struct FlowTally: Equatable, Sendable {
    /// What findings distinguish.
    package struct Kind: Hashable, Sendable {
        /// Nil if no service, or more than one, matches the flow.
        package var service: Service.Identity?
        package var `protocol`: IPProtocol
        /// Nil if unknown: for an orphan, or a connection whose destination is no longer in the service. No finding claims anything about
        /// the answers of such a flow.
        package var method: ForwardingMethod?
        package var verdict: FlowVerdict
        /// The entry is in the TCP state SYN_SENT: it has seen no SYN+ACK.
        package var isSynSent = false
        /// IPVS's state is SYN_RECV: it has seen no ACK.
        package var isHalfOpen = false
        /// IPVS waits for the first packet, and there is no entry.
        package var isExpected = false
        /// An orphan of a service that schedules each packet separately.
        package var isOnePacket = false

        package init(
            _ service: Service.Identity?, _ protocol: IPProtocol, _ method: ForwardingMethod?, _ verdict: FlowVerdict
        ) {
            self.service = service
            self.protocol = `protocol`
            self.method = method
            self.verdict = verdict
        }
    }

    /// The basis for `never`: for how long every NEW event was seen, and how many there were.
    package struct Proof: Equatable, Sendable {
        package var seconds: UInt64
        package var events: Int

        package init(seconds: UInt64, events: Int) {
            self.seconds = seconds
            self.events = events
        }
    }

    package private(set) var counts: [Kind: Int] = [:]
    /// The total number of connections, if a filter selected some by service or client.
    package var chosenFrom: Int?
    /// The verdicts that a filter asked for; empty for all. Flows with other verdicts are counted anyway.
    package var asked: Set<FlowVerdict> = []
    /// Nil without a watch, or if it lost events.
    package var proof: Proof?

    /// No flows.
    package init() {}

    package mutating func add(_ kind: Kind, _ count: Int = 1) {
        if count > 0 { counts[kind, default: 0] += count }
    }

    /// How many there are of the matching kinds.
    package func count(_ isMeant: (Kind) -> Bool = { _ in true }) -> Int {
        counts.reduce(0) { isMeant($1.key) ? $0 + $1.value : $0 }
    }

    package var connections: Int { count { $0.verdict != .orphan } }
}
