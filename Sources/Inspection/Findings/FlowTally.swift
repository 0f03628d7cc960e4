import Addresses
import Conntrack
import IPVS

/// How many flows there are of each kind: all that findings about flows need, however the flows are held.
package struct FlowTally: Equatable, Sendable {
    /// What a finding tells apart.
    package struct Kind: Hashable, Sendable {
        /// Nil where no service, or more than one, can be the flow's.
        package var service: Service.Identity?
        package var `protocol`: IPProtocol
        /// Nil where it is not known: of an orphan, or of a connection whose destination is no longer one of the service's. No finding
        /// claims anything of the answers of such a flow.
        package var method: ForwardingMethod?
        package var verdict: FlowVerdict
        /// The entry is in the TCP state SYN_SENT: it has seen no SYN+ACK.
        package var isSynSent = false
        /// IPVS's state is SYN_RECV: it has seen no ACK.
        package var isHalfOpen = false
        /// IPVS waits for the first packet, and there is no entry.
        package var isExpected = false
        /// An orphan of a service that schedules each packet by itself.
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

    /// What `never` rests on: for how long every NEW event was seen, and how many there were.
    package struct Proof: Equatable, Sendable {
        package var seconds: UInt64
        package var events: Int

        package init(seconds: UInt64, events: Int) {
            self.seconds = seconds
            self.events = events
        }
    }

    package private(set) var counts: [Kind: Int] = [:]
    /// How many connections there are in all, where a filter chose among them by service or client.
    package var chosenFrom: Int?
    /// The verdicts that a filter asked for; empty for all. Flows with other verdicts are counted all the same.
    package var asked: Set<FlowVerdict> = []
    /// Nil without a watch, or when it lost events.
    package var proof: Proof?

    /// No flows.
    package init() {}

    package mutating func add(_ kind: Kind, _ count: Int = 1) {
        if count > 0 { counts[kind, default: 0] += count }
    }

    /// How many there are of the kinds that are meant.
    package func count(_ isMeant: (Kind) -> Bool = { _ in true }) -> Int {
        counts.reduce(0) { isMeant($1.key) ? $0 + $1.value : $0 }
    }

    package var connections: Int { count { $0.verdict != .orphan } }
}
