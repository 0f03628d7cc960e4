import Addresses
import IPVS

/// A connection as the hosts of a fleet know it.
package struct FleetConnection: Sendable {
    package var key: FlowKey
    /// The host that forwards it; nil for one that only a real server has.
    package var director: Int?
    package var service: Service.Identity?
    /// Nil for one that only a real server has.
    package var destination: Endpoint?
    package var method: ForwardingMethod?
    /// IPVS's; nil as above.
    package var state: String?
    /// Milliseconds from its last packet at the director to that host's reading; nil if unknown.
    package var idle: Int64?
    /// The host that serves it; nil if it is not among the captures.
    package var server: Int?
    /// What that host knows of it; nil if nothing.
    package var served: ServedConnection?
    package var verdict: FleetVerdict
    /// Other directors of its service that have it.
    package var backups: [Int] = []
    /// Those that should have been told of it, and have not got it: it is lost when they take over.
    package var missing: [Int] = []
}

/// What hosts say together of a connection.
package enum FleetVerdict: String, CaseIterable, Sendable {
    /// Director and real server have it.
    case open
    /// The director has it as ESTABLISHED, and the real server has closed its side and waits for the client's end.
    case halfClosed = "half-closed"
    /// For the director it is ending.
    case closing
    /// The director has it as ESTABLISHED, and for the real server it has ended.
    case stuck
    /// The director waits for the client's ACK, and the real server does not know it.
    case unanswered
    /// The real server has it, and no director does.
    case lost
    /// The real server does not have it, but it may have begun or ended between the two captures.
    case unclear
    /// Nothing is known of the real server's side.
    case unknown

    /// Whether something is wrong with it.
    package var isTrouble: Bool { Self.trouble.contains(self) }

    package static let trouble: [FleetVerdict] = [.stuck, .lost, .unanswered]
}
