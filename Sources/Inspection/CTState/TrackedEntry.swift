import Conntrack

/// What conntrack remembers of earlier packets, in the entry that a packet belongs to: by its tuple, or for an ICMP error by the tuple of
/// the packet it is about.
package struct TrackedEntry: Hashable, Sendable {
    package var memory: Memory
    /// Status SEEN_REPLY.
    package var hasSeenReply: Bool
    /// Status ASSURED.
    package var isAssured = false
    /// Status EXPECTED: created by an expectation, e.g. an FTP data connection.
    package var isExpected = false

    package enum Memory: Hashable, Sendable {
        case tcp(TrackedTCP)
        case sctp(TrackedSCTP)
        case dccp(TrackedDCCP)
        /// UDP, ICMP queries, and protocols without their own tracker.
        case stateless
    }

    /// An entry not created by an expectation.
    package init(_ memory: Memory, hasSeenReply: Bool, isAssured: Bool = false) {
        self.memory = memory
        self.hasSeenReply = hasSeenReply
        self.isAssured = isAssured
    }

    /// The state as named by conntrack(8); nil for a protocol without states.
    package var state: String? {
        switch memory {
        case .tcp(let tcp): tcp.state.name
        case .sctp(let sctp): sctp.state.name
        case .dccp(let dccp): dccp.state.name
        case .stateless: nil
        }
    }
}

/// What an entry stores about a TCP connection, without the windows (`struct ip_ct_tcp`).
package struct TrackedTCP: Hashable, Sendable {
    package var state: State
    /// It was first closed by a FIN (`IP_CT_TCP_FLAG_CLOSE_INIT` in either direction).
    package var endedByFIN = false
    /// Both sides have sent a SYN (`IP_CT_TCP_SIMULTANEOUS_OPEN`).
    package var isSimultaneousOpen = false
    /// It began with an ACK, midway, so that its windows are unknown and not enforced (`IP_CT_TCP_FLAG_BE_LIBERAL`).
    package var isPickedUp = false
    /// The previous packet, if it matters: a RST, or a SYN that conntrack let pass without trusting it.
    package var last: Last?

    /// What the tracker keeps of a packet.
    package struct Last: Hashable, Sendable {
        package var kind: TCPKind
        package var direction: TupleDirection

        package init(_ kind: TCPKind, _ direction: TupleDirection) {
            self.kind = kind
            self.direction = direction
        }
    }

    /// As created by ctnetlink: without history.
    package init(_ state: State) { self.state = state }

    /// As created by traffic: TIME_WAIT after FINs, and CLOSE after a RST, assumed to be in the original direction.
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

        /// As named by the kernel and conntrack(8).
        package var name: String { ProtocolState.tcp(.init(state: rawValue)).name ?? "\(rawValue)" }

        /// `tcp_can_early_drop`
        var isClosing: Bool {
            switch self {
            case .finWait, .closeWait, .lastAck, .timeWait, .close: true
            case .none, .synSent, .synReceived, .established, .synSent2: false
            }
        }
    }
}
