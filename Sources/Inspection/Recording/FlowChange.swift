import Addresses
import Conntrack
import IPVS

/// Something that has happened to a flow, for a record.
package struct FlowChange: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// It was there already when recording began, or may have been: its beginning is not known.
        case found
        case began
        /// Its verdict is another one.
        case verdict
        /// It has ended, or is ending, and one of the tables has it as ESTABLISHED.
        case stuck
        /// It is stuck no longer, and goes on.
        case loose
        case ended
    }

    package var kind: Kind
    package var `protocol`: IPProtocol
    package var client: Endpoint
    /// The VIP and its port.
    package var virtual: Endpoint
    /// Nil for an entry without a connection.
    package var destination: Endpoint?
    /// Nil if it is not known.
    package var service: Service.Identity?
    package var verdict: FlowVerdict
    /// With `verdict`: what it was.
    package var before: FlowVerdict?
    /// IPVS's name for the state of the connection; nil for an entry without one.
    package var state: String?
    /// The protocol's state in the conntrack entry, or `entry` where the protocol has none; nil without an entry.
    package var entryState: String?
    /// With `stuck`: why.
    package var reason: StuckReason?
    /// How old it is, in seconds, as far as it was seen.
    package var age: UInt32
    /// For how many of them it has been stuck.
    package var stuckFor: UInt32
}
