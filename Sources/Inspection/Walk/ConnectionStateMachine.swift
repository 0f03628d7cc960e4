import Conntrack
import IPVS

/// IPVS's own state of a TCP connection, independent of conntrack.
///
/// Source: the state tables of net/netfilter/ipvs/ip_vs_proto_tcp.c (`set_tcp_state`, without `secure_tcp`).
package struct ConnectionStateMachine: Hashable, Sendable {
    var state: State
    /// With the service's method no answers pass the director (`IP_VS_CONN_F_NOOUTPUT`).
    var seesOneDirection: Bool

    package enum State: Hashable, CaseIterable, Sendable {
        case none, synSent, synReceived, established, finWait, timeWait, close, closeWait

        /// As shown by `ipvsadm -Lc`.
        package var name: String {
            switch self {
            case .none: "NONE"
            case .synSent: "SYN_SENT"
            case .synReceived: "SYN_RECV"
            case .established: "ESTABLISHED"
            case .finWait: "FIN_WAIT"
            case .timeWait: "TIME_WAIT"
            case .close: "CLOSE"
            case .closeWait: "CLOSE_WAIT"
            }
        }

        /// For how many seconds a connection stays in it without a packet, by default.
        package var timeout: Int {
            switch self {
            case .none: 2
            case .established: 900
            case .synSent, .finWait, .timeWait: 120
            case .synReceived, .closeWait: 60
            case .close: 10
            }
        }
    }

    /// The connection that such a packet usually has, by the state of its conntrack entry; without an entry a SYN starts one, a SYN in reply
    /// direction answers that, and any other segment belongs to an established connection. Nil if the packet is not a TCP segment.
    init?(before question: WalkQuestion) {
        guard case .tcp(let flags) = question.packet else { return nil }
        seesOneDirection = !question.repliesPassHere
        switch question.scheduling.connection {
        case .tcp(let state)?:
            self.state = state
            return
        case .none?:
            state = .none
            return
        case .present?, nil: break
        }
        guard case .tcp(let tcp)? = question.entry?.memory else {
            let opening: State = question.direction == .original ? .none : .synReceived
            state = flags.contains(.syn) ? opening : .established
            return
        }
        switch tcp.state {
        case .none, .synSent, .synReceived, .synSent2: state = .synReceived
        case .established: state = .established
        case .finWait, .closeWait, .lastAck: state = .finWait
        case .timeWait: state = .timeWait
        case .close: state = .close
        }
    }

    func after(_ flags: TCPFlags, _ direction: TupleDirection) -> State {
        switch TCPKind(flags) {
        case .rst: afterRST(direction)
        case .syn, .synAck: afterSYN(direction)
        case .fin: afterFIN(direction)
        case .ack: state == .none || state == .synReceived ? .established : state
        case .none: .close
        }
    }

    private func afterSYN(_ direction: TupleDirection) -> State {
        switch (state, direction) {
        case (.established, _): .established
        case (.synSent, .original): .established
        case (_, .original), (.synReceived, .reply): .synReceived
        default: .synSent
        }
    }

    private func afterFIN(_ direction: TupleDirection) -> State {
        switch state {
        case .synReceived: .timeWait
        case .established: direction == .reply || seesOneDirection ? .finWait : .closeWait
        case .finWait: direction == .reply || seesOneDirection ? .finWait : .timeWait
        case .closeWait: direction == .reply ? .timeWait : .closeWait
        case .none: direction == .reply ? .timeWait : .close
        case .synSent, .timeWait, .close: state
        }
    }

    private func afterRST(_ direction: TupleDirection) -> State {
        switch (state, direction) {
        case (.synReceived, .original): .synReceived
        case (.timeWait, .reply), (.synSent, .reply): state
        default: .close
        }
    }
}
