import Conntrack

/// What conntrack remembers of the packets before, in the entry that a packet belongs to: by its tuple, or an ICMP error by the
/// tuple of the packet that it is about.
package struct TrackedEntry: Hashable, Sendable {
    /// What the protocol's tracker holds.
    package var memory: Memory
    /// Status SEEN_REPLY.
    package var hasSeenReply: Bool
    /// Status ASSURED.
    package var isAssured = false
    /// Status EXPECTED: made by an expectation, as FTP's data.
    package var isExpected = false

    /// What a tracker holds of a connection.
    package enum Memory: Hashable, Sendable {
        case tcp(TrackedTCP)
        case sctp(TrackedSCTP)
        /// UDP, queries by ICMP, and protocols without a tracker of their own.
        case stateless
    }

    /// An entry that no expectation made.
    package init(_ memory: Memory, hasSeenReply: Bool, isAssured: Bool = false) {
        self.memory = memory
        self.hasSeenReply = hasSeenReply
        self.isAssured = isAssured
    }

    /// The state as conntrack(8) names it; nil of a protocol without states.
    package var state: String? {
        switch memory {
        case .tcp(let tcp): tcp.state.name
        case .sctp(let sctp): sctp.state.name
        case .stateless: nil
        }
    }
}

/// What an entry holds of a TCP connection, without the windows (`struct ip_ct_tcp`).
package struct TrackedTCP: Hashable, Sendable {
    /// The tracker's state.
    package var state: State
    /// A FIN was the first to end it (`IP_CT_TCP_FLAG_CLOSE_INIT` in either direction).
    package var endedByFIN = false
    /// Both sides have sent a SYN (`IP_CT_TCP_SIMULTANEOUS_OPEN`).
    package var isSimultaneousOpen = false
    /// The packet before, when it matters: a RST, or a SYN that conntrack let pass without believing it.
    package var last: Last?

    /// A packet, by what the tracker keeps of it.
    package struct Last: Hashable, Sendable {
        /// What kind of segment it was.
        package var kind: TCPKind
        /// Which way it went.
        package var direction: TupleDirection

        /// A segment by its kind and direction.
        package init(_ kind: TCPKind, _ direction: TupleDirection) {
            self.kind = kind
            self.direction = direction
        }
    }

    /// As ctnetlink makes one: without a history.
    package init(_ state: State) { self.state = state }

    /// As traffic makes one: TIME_WAIT comes after FINs, and CLOSE after a RST, which is taken to be the original direction's.
    package init(byTraffic state: State) {
        self.state = state
        switch state {
        case .finWait, .closeWait, .lastAck, .timeWait: endedByFIN = true
        case .close: last = Last(.rst, .original)
        case .synSent2: isSimultaneousOpen = true
        case .none, .synSent, .synReceived, .established: break
        }
    }

    /// `enum tcp_conntrack`
    package enum State: UInt8, CaseIterable, Hashable, Sendable {
        case none, synSent, synReceived, established, finWait, closeWait, lastAck, timeWait, close, synSent2

        /// As the kernel and conntrack(8) name it.
        package var name: String { ProtocolState.tcp(.init(state: rawValue)).name ?? "\(rawValue)" }
    }
}
