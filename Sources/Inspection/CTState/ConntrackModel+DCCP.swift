import Conntrack

/// Assumed, in addition to what applies to all packets: sequence numbers are the expected ones.
extension ConntrackModel {
    private static let place = KernelPlace.dccp("nf_conntrack_dccp_packet")

    func dccp(_ type: DCCPType, _ entry: TrackedEntry?, _ direction: TupleDirection) -> TrackingOutcome {
        guard conditions.tracksDCCP else {
            return stateless("dccp", .core("generic_packet"), entry, direction)
        }
        guard type.rawValue <= DCCPType.syncAck.rawValue else {
            return Self.invalid(entry, "DCCP has no packets of type \(type)", .dccp("dccp_error"))
        }
        guard let entry else { return opening(type) }
        guard case .dccp(let memory) = entry.memory else { return part(of: entry, direction, Self.place) }
        return following(type, entry, memory, direction)
    }

    /// A packet without an entry (`dccp_new`). No other type opens one, whatever `nf_conntrack_dccp_loose` is: its table has no such state.
    private func opening(_ type: DCCPType) -> TrackingOutcome {
        let place = KernelPlace.dccp("dccp_new")
        guard type == .request else {
            return Self.invalid(nil, "there is no entry, and \(type) opens none", place)
        }
        let entry = TrackedEntry(.dccp(TrackedDCCP(.request)), hasSeenReply: false)
        return TrackingOutcome(.new, .fresh, entry, "there is no entry, and \(type) opens one", place)
    }

    private func following(
        _ type: DCCPType, _ entry: TrackedEntry, _ dccp: TrackedDCCP, _ direction: TupleDirection
    ) -> TrackingOutcome {
        if type == .reset, !entry.hasSeenReply {
            return TrackingOutcome(
                Self.ctstate(entry, direction), .destroyed, nil,
                "\(Self.why(entry, direction)); a reset to an entry that has seen no reply destroys it", Self.place)
        }
        var memory = dccp
        var after = entry
        if direction == .reply { after.hasSeenReply = true }
        switch DCCPMove(type, isFromClient: direction == dccp.client, in: dccp.state) {
        case .invalid:
            return Self.invalid(
                entry, "\(type) in \(direction) direction is not valid in state \(dccp.state.name)", Self.place)
        case .ignored where type == .response && dccp.last == .init(type: .request, direction: direction.opposite):
            (memory.client, memory.state) = (direction.opposite, .respond)
        case .ignored: break
        case .to(let state):
            if state == .request, dccp.state == .timeWait { memory.client = direction }
            if state == .partOpen, dccp.state == .respond, type == .ack { after.isAssured = true }
            memory.state = state
        }
        memory.last = .init(type: type, direction: direction)
        after.memory = .dccp(memory)
        let isMoved = memory.state != dccp.state
        let isVisible =
            isMoved || after.hasSeenReply != entry.hasSeenReply || after.isAssured != entry.isAssured
        let move = isMoved ? "; its state goes from \(dccp.state.name) to \(memory.state.name)" : ""
        return TrackingOutcome(
            Self.ctstate(entry, direction), isVisible ? .updated : .kept, after, Self.why(entry, direction) + move,
            Self.place)
    }
}
