import Conntrack

extension ConntrackModel {
    private static let place = KernelPlace.tcp("nf_conntrack_tcp_packet")

    func tcp(
        _ flags: TCPFlags, isInWindow: Bool, _ entry: TrackedEntry?, _ direction: TupleDirection
    ) -> TrackingOutcome {
        guard flags.isSentByTCP else {
            let reason =
                flags.contains(.fin) && flags.isDisjoint(with: [.syn, .rst, .ack])
                ? "\(flags.names.joined(separator: ",")) without ACK: no TCP sends that; did you mean \(flags.union(.ack).names.joined(separator: ","))?"
                : "no TCP sends a segment with \(flags.isEmpty ? "no flags" : flags.names.joined(separator: ","))"
            return Self.invalid(entry, reason, .tcp("tcp_error"))
        }
        let kind = TCPKind(flags)
        guard let entry else { return opening(kind) }
        guard case .tcp(let tcp) = entry.memory else { return part(of: entry, direction, Self.place) }
        if !isInWindow, isWindowChecked(kind, flags, tcp, direction) {
            return Self.invalid(
                entry, "it is outside the window of its entry, which \(Sysctls.tcpBeLiberal)=0 enforces",
                .tcp("tcp_in_window"))
        }
        if !isInWindow, kind == .rst, tcp.state == .established, entry.isAssured {
            return unsettled(entry, direction)
        }
        return following(kind, entry, tcp, direction)
    }

    /// A RST that is let pass, but whose number is not the expected one: the answer may be a challenge ACK (RFC 5961).
    private func unsettled(_ entry: TrackedEntry, _ direction: TupleDirection) -> TrackingOutcome {
        var outcome = part(of: entry, direction, Self.place)
        outcome.reason += "; its sequence number is not the expected one, so the state stays"
        return outcome
    }

    /// Whether a segment beyond the window is rejected for that. Not checked are segments that conntrack lets pass without a change of state, a
    /// SYN that starts over, a RST to a connection that is closing, and connections picked up midway. Of a side that has not spoken yet,
    /// only what it acknowledges is checked.
    private func isWindowChecked(
        _ kind: TCPKind, _ flags: TCPFlags, _ tcp: TrackedTCP, _ direction: TupleDirection
    ) -> Bool {
        guard !conditions.isLiberal, !tcp.isPickedUp else { return false }
        guard case .to(let next) = TCPMove(kind, direction, in: tcp.state) else { return false }
        if next == .timeWait, Self.isChallenge(kind, tcp, direction) { return false }
        switch kind {
        case .rst where tcp.state == .synSent && direction == .reply: return flags.contains(.ack)
        case .rst: return !tcp.state.isClosing
        case .syn: return tcp.state == .synSent2
        case .synAck, .fin, .ack, .none: return true
        }
    }

    /// A segment without an entry (`tcp_new`).
    private func opening(_ kind: TCPKind) -> TrackingOutcome {
        let place = KernelPlace.tcp("tcp_new")
        switch kind {
        case .syn:
            let entry = TrackedEntry(.tcp(TrackedTCP(.synSent)), hasSeenReply: false)
            return TrackingOutcome(.new, .fresh, entry, "there is no entry, and a SYN opens one", place)
        case .ack where conditions.tcpLoose:
            var picked = TrackedTCP(.established)
            picked.isPickedUp = true
            let entry = TrackedEntry(.tcp(picked), hasSeenReply: false)
            let reason = "there is no entry, and \(Sysctls.tcpLoose)=1 picks up a connection from an ACK"
            return TrackingOutcome(.new, .fresh, entry, reason, place)
        case .ack:
            return Self.invalid(
                nil, "there is no entry, and \(Sysctls.tcpLoose)=0 picks up no connection midway", place)
        case .synAck: return Self.invalid(nil, "there is no entry with a SYN to answer", place)
        case .fin, .rst, .none:
            return Self.invalid(nil, "there is no entry for \(kind.phrase) to end, and it opens none", place)
        }
    }

    private func following(
        _ kind: TCPKind, _ entry: TrackedEntry, _ tcp: TrackedTCP, _ direction: TupleDirection
    ) -> TrackingOutcome {
        switch TCPMove(kind, direction, in: tcp.state) {
        case .invalid(let reason): return Self.invalid(entry, reason, Self.place)
        case .ignored: return ignored(kind, entry, tcp, direction)
        case .reopens where tcp.endedByFIN || tcp.last == .init(.rst, direction): return reopened(tcp.state)
        case .reopens: return ignored(kind, entry, tcp, direction)
        case .to(.timeWait) where Self.isChallenge(kind, tcp, direction):
            var after = entry
            if direction == .reply { after.hasSeenReply = true }
            return TrackingOutcome(
                Self.ctstate(entry, direction), after == entry ? .kept : .updated, after,
                "it may answer the preceding SYN (a challenge ACK), so it does not count as the last ACK", Self.place)
        case .to(let state): return moved(kind, entry, tcp, direction, to: state)
        }
    }

    /// The deleted entry is replaced by one that the SYN opens.
    private func reopened(_ state: TrackedTCP.State) -> TrackingOutcome {
        let entry = TrackedEntry(.tcp(TrackedTCP(.synSent)), hasSeenReply: false)
        return TrackingOutcome(
            .new, .recreated, entry,
            "the connection had ended (\(state.name)): its entry is discarded, and the SYN opens a new one", Self.place)
    }

    /// Conntrack and the hosts may disagree; the packet passes with what its entry gives it.
    private func ignored(
        _ kind: TCPKind, _ entry: TrackedEntry, _ tcp: TrackedTCP, _ direction: TupleDirection
    ) -> TrackingOutcome {
        var (after, memory) = (entry, tcp)
        let answersIgnoredSYN = kind == .synAck && tcp.last == .init(.syn, direction.opposite)
        if answersIgnoredSYN {
            memory.state = .synReceived
            memory.endedByFIN = false
        }
        // The SYN's options replace it, in case it is answered.
        if kind == .syn, direction == .original { memory.isSimultaneousOpen = false }
        memory.last = .init(kind, direction)
        after.memory = .tcp(memory)
        if direction == .reply { after.hasSeenReply = true }
        let isVisible = after.hasSeenReply != entry.hasSeenReply || memory.state != tcp.state
        let reason =
            answersIgnoredSYN
            ? "it answers the preceding SYN, which was let pass: the connection restarts"
            : "\(Self.why(entry, direction)); in state \(tcp.state.name) \(kind.phrase) is let pass and changes nothing"
        return TrackingOutcome(
            Self.ctstate(entry, direction), isVisible ? .updated : .kept, after, reason, Self.place)
    }

    /// An ACK to a SYN that was let pass in LAST_ACK (RFC 5961).
    private static func isChallenge(_ kind: TCPKind, _ tcp: TrackedTCP, _ direction: TupleDirection) -> Bool {
        kind == .ack && direction == .reply && tcp.state == .lastAck && tcp.last == .init(.syn, .original)
    }

    private func moved(
        _ kind: TCPKind, _ entry: TrackedEntry, _ tcp: TrackedTCP, _ direction: TupleDirection,
        to next: TrackedTCP.State
    ) -> TrackingOutcome {
        let ctstate = Self.ctstate(entry, direction)
        if kind == .rst, !entry.hasSeenReply {
            return TrackingOutcome(
                ctstate, .destroyed, nil,
                "\(Self.why(entry, direction)); a RST to an entry that has seen no reply destroys it", Self.place)
        }
        var (after, memory) = (entry, tcp)
        memory.state = next
        if next == .synSent2 { memory.isSimultaneousOpen = true }
        if next == .synReceived, kind == .ack, tcp.isSimultaneousOpen { memory.state = .established }
        if next == .finWait, tcp.state != .finWait { memory.endedByFIN = true }
        memory.last = .init(kind, direction)
        after.memory = .tcp(memory)
        let wasOpen = tcp.state == .synReceived || tcp.state == .established
        if entry.hasSeenReply, wasOpen, memory.state == .established { after.isAssured = true }
        if direction == .reply { after.hasSeenReply = true }
        let isVisible =
            memory.state != tcp.state || after.hasSeenReply != entry.hasSeenReply || after.isAssured != entry.isAssured
        let move = memory.state == tcp.state ? "" : "; its state goes from \(tcp.state.name) to \(memory.state.name)"
        return TrackingOutcome(
            ctstate, isVisible ? .updated : .kept, after, Self.why(entry, direction) + move, Self.place)
    }
}
