import Addresses
import Conntrack
import Sockets

/// What a host that serves connections knows of them: its TCP sockets, and the entries of its own conntrack table, which sees both directions.
/// Of UDP and SCTP it has the entries alone.
package struct ServedConnections: Sendable {
    /// Why its sockets are not known; nil if all were read.
    package var socketsMissing: String?
    /// Why its entries are not known; nil if all were read.
    package var entriesMissing: String?
    /// When its sockets were read; nil if that is not known.
    package var readAt: Moment?
    /// Those of these addresses of its own are kept.
    private let addresses: Set<IPAddress>
    private var known: [FlowKey: ServedConnection] = [:]

    package init(of addresses: Set<IPAddress>) { self.addresses = addresses }

    package mutating func take(_ socket: TCPSocket) {
        guard socket.state != .listen, addresses.contains(socket.local.address) else { return }
        known[FlowKey(protocol: .tcp, client: socket.remote, server: socket.local), default: ServedConnection()]
            .socket = socket
    }

    /// Of entries those are kept whose packets come here.
    package mutating func take(_ entry: Entry) {
        guard let key = FlowKey.original(entry), Self.scheduled.contains(key.protocol),
            addresses.contains(key.server.address)
        else { return }
        known[key, default: ServedConnection()].take(entry)
    }

    /// What IPVS has connections of.
    private static let scheduled: Set<IPProtocol> = [.tcp, .udp, .sctp]

    package subscript(key: FlowKey) -> ServedConnection? { known[key] }

    /// Whether what is not among them does not exist.
    var isComplete: Bool { socketsMissing == nil }

    /// In the order of clients.
    var keys: [FlowKey] { known.keys.sorted() }

    package var isEmpty: Bool { known.isEmpty }
}

/// What the host that serves a connection knows of it.
package struct ServedConnection: Equatable, Sendable {
    package var socket: TCPSocket?
    /// The state of its entry, `entry` where the protocol has none; nil if there is none.
    package private(set) var entryState: String?
    /// Packets go on to another address from here, so that the socket is elsewhere.
    private var isForwarded = false

    package init() {}

    mutating func take(_ entry: Entry) {
        entryState = entry.state?.name ?? "entry"
        isForwarded = entry.status.contains(.destinationNAT)
    }

    /// How far a connection has come, for the host that serves it.
    package enum Progress: Sendable {
        case open
        /// The server has closed its side, and waits for the client's end.
        case halfClosed
        case ended
    }

    /// - Returns: nil if nothing of the host's says that it has the connection. An entry alone does so where its packets go on from here, or
    ///   sockets are not known.
    func progress(areSocketsKnown: Bool) -> Progress? {
        if let socket {
            switch socket.state {
            case .timeWait, .lastACK, .closing, .close: return .ended
            case .finWait1, .finWait2: return .halfClosed
            default: return .open
            }
        }
        guard let entryState, isForwarded || !areSocketsKnown else { return nil }
        return switch entryState {
        case "TIME_WAIT", "LAST_ACK", "CLOSE", "SHUTDOWN_ACK_SENT", "CLOSED": .ended
        case "FIN_WAIT", "CLOSE_WAIT", "SHUTDOWN_SENT", "SHUTDOWN_RECD": .halfClosed
        default: .open
        }
    }
}
