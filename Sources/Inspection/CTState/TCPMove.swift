/// The effect of a segment on a TCP entry's state.
///
/// Source: the transitions of `nf_conntrack_tcp_packet` (net/netfilter/nf_conntrack_proto_tcp.c), read in Linux 6.1 and 6.12, where they
/// are identical, and compared with 6.18.
enum TCPMove: Equatable {
    /// To a state, possibly the same.
    case to(TrackedTCP.State)
    /// Conntrack lets it pass, and waits for the answer to learn who is right: its own state or the hosts.
    case ignored
    case invalid(String)
    /// A SYN to a closed connection: a new one may begin.
    case reopens

    init(_ kind: TCPKind, _ direction: TupleDirection, in state: TrackedTCP.State) {
        switch (kind, direction) {
        case (.syn, .original): self = Self.clientSYN(state)
        case (.syn, .reply): self = Self.serverSYN(state)
        case (.synAck, .original): self = Self.clientSYNACK(state)
        case (.synAck, .reply): self = Self.serverSYNACK(state)
        case (.fin, _): self = Self.fin(state)
        case (.ack, .original): self = Self.clientACK(state)
        case (.ack, .reply): self = Self.serverACK(state)
        case (.rst, _): self = state == .none ? .invalid("there is no connection for a RST to end") : .to(.close)
        case (.none, _): self = .invalid("a segment without FIN, SYN, RST or ACK belongs to no connection")
        }
    }

    private static func clientSYN(_ state: TrackedTCP.State) -> TCPMove {
        switch state {
        case .none, .synSent: .to(.synSent)
        case .synSent2: .to(.synSent2)
        case .timeWait, .close: .reopens
        case .synReceived, .established, .finWait, .closeWait, .lastAck: .ignored
        }
    }

    private static func serverSYN(_ state: TrackedTCP.State) -> TCPMove {
        switch state {
        case .synSent, .synSent2: .to(.synSent2)
        case .timeWait: .reopens
        case .none, .synReceived, .established, .finWait, .closeWait, .lastAck, .close:
            .invalid("a SYN in reply direction opens nothing in state \(state.name)")
        }
    }

    private static func clientSYNACK(_ state: TrackedTCP.State) -> TCPMove {
        switch state {
        case .synReceived, .synSent2: .to(.synReceived)
        case .none, .synSent, .established, .finWait, .closeWait, .lastAck, .timeWait, .close:
            .invalid("the sender of the SYN does not send a SYN+ACK in state \(state.name)")
        }
    }

    private static func serverSYNACK(_ state: TrackedTCP.State) -> TCPMove {
        switch state {
        case .synSent, .synSent2: .to(.synReceived)
        case .none: .invalid("no SYN was seen for a SYN+ACK to answer")
        case .synReceived, .established, .finWait, .closeWait, .lastAck, .timeWait, .close: .ignored
        }
    }

    private static func fin(_ state: TrackedTCP.State) -> TCPMove {
        switch state {
        case .synReceived, .established: .to(.finWait)
        case .finWait, .closeWait, .lastAck: .to(.lastAck)
        case .timeWait, .close: .to(state)
        case .none, .synSent, .synSent2:
            .invalid("in state \(state.name) the connection is not open, so a FIN cannot end it")
        }
    }

    private static func clientACK(_ state: TrackedTCP.State) -> TCPMove {
        switch state {
        case .synSent, .synSent2:
            .invalid("in state \(state.name) no SYN+ACK was seen, so the client has nothing to acknowledge yet")
        default: ack(state)
        }
    }

    private static func serverACK(_ state: TrackedTCP.State) -> TCPMove {
        switch state {
        case .none: .invalid("there is no connection for an ACK in reply direction")
        case .synSent, .synSent2: .ignored
        case .synReceived: .to(.synReceived)
        default: ack(state)
        }
    }

    /// In the states where both directions behave alike.
    private static func ack(_ state: TrackedTCP.State) -> TCPMove {
        switch state {
        case .none, .synReceived, .established: .to(.established)
        case .finWait, .closeWait: .to(.closeWait)
        case .lastAck, .timeWait: .to(.timeWait)
        case .close, .synSent, .synSent2: .to(state)
        }
    }
}
