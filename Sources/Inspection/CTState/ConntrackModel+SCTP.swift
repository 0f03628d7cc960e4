import Conntrack

/// Assumed, in addition to what applies to all packets: chunk lengths are not 0, and ABORT and SHUTDOWN COMPLETE have no T flag.
extension ConntrackModel {
    private static let place = KernelPlace.sctp("nf_conntrack_sctp_packet")

    func sctp(_ packet: SCTPPacket, _ entry: TrackedEntry?, _ direction: TupleDirection) -> TrackingOutcome {
        if let reason = packet.disorder { return Self.invalid(entry, reason, .sctp("do_basic_checks")) }
        guard let entry else { return opening(packet) }
        guard case .sctp(let memory) = entry.memory else { return part(of: entry, direction, Self.place) }
        var association = Association(memory, direction, packet)
        if let reason = association.take() { return Self.invalid(entry, reason, Self.place) }
        return part(of: entry, direction, association)
    }

    /// A packet without an entry (`sctp_new`, and what precedes it).
    private func opening(_ packet: SCTPPacket) -> TrackingOutcome {
        let place = KernelPlace.sctp("sctp_new")
        let ending: Set<SCTPChunk> = [.abort, .shutdownComplete, .cookieAck]
        if let chunk = packet.chunks.first(where: ending.contains) {
            return Self.invalid(
                nil, "there is no entry for \(chunk), and it opens none", Self.place)
        }
        var tags = SCTPTags(original: 0, reply: 0)
        for chunk in packet.chunks {
            guard chunk.movesState else {
                return Self.invalid(nil, "there is no entry, and \(chunk) opens none", place)
            }
            switch chunk {
            case .initiate: tags.reply = packet.initiateTag
            case .heartbeat: tags.original = packet.tag
            case .shutdownAck: tags.reply = packet.tag
            default: break
            }
        }
        var association = Association(TrackedSCTP(.none, tags: tags), .original, packet)
        if let reason = association.take() { return Self.invalid(nil, "there is no entry, and \(reason)", Self.place) }
        let chunks = packet.chunks.map(\.description).joined(separator: "+")
        return TrackingOutcome(
            .new, .fresh, TrackedEntry(.sctp(association.memory), hasSeenReply: false),
            "there is no entry, and \(chunks) opens one", place)
    }

    private func part(
        of entry: TrackedEntry, _ direction: TupleDirection, _ association: Association
    ) -> TrackingOutcome {
        var after = entry
        after.memory = .sctp(association.memory)
        if association.becameEstablished { after.isAssured = true }
        if direction == .reply { after.hasSeenReply = true }
        let isMoved = after.state != entry.state
        let move = isMoved ? "; its state goes from \(entry.state ?? "") to \(after.state ?? "")" : ""
        let isVisible = isMoved || after.hasSeenReply != entry.hasSeenReply || after.isAssured != entry.isAssured
        return TrackingOutcome(
            Self.ctstate(entry, direction), isVisible ? .updated : .kept, after, Self.why(entry, direction) + move,
            Self.place)
    }
}

extension SCTPPacket {
    /// What is wrong with the order of the chunks, if anything.
    fileprivate var disorder: String? {
        guard let first = chunks.first else { return "it has no chunk" }
        let lonely: Set<SCTPChunk> = [.initiate, .initiateAck, .shutdownComplete]
        if chunks.count > 1, let chunk = chunks.first(where: lonely.contains) {
            return "\(chunk) must be alone in a packet"
        }
        let leading: Set<SCTPChunk> = [.cookieEcho, .cookieAck]
        if let chunk = chunks.dropFirst().first(where: leading.contains) {
            return "\(chunk) must be the first chunk of a packet, not follow \(first)"
        }
        return nil
    }
}

/// An association that processes a packet's chunks in order.
private struct Association {
    var memory: TrackedSCTP
    let direction: TupleDirection
    let packet: SCTPPacket
    var becameEstablished = false
    private var sawStrayHeartbeat = false

    init(_ memory: TrackedSCTP, _ direction: TupleDirection, _ packet: SCTPPacket) {
        self.memory = memory
        self.direction = direction
        self.packet = packet
    }

    private var isTagRight: Bool { packet.tag == memory.tags[direction] }

    private func foreignTag(_ chunk: String) -> String {
        memory.tags[direction] == 0
            ? "the verification tag of \(chunk) cannot match, as conntrack has not seen it negotiated"
            : "the verification tag of \(chunk) is not the negotiated one"
    }

    /// Processes the packet; returns what is wrong with it, if anything.
    mutating func take() -> String? {
        if !packet.chunks.contains(where: \.hasOwnTagRule), !isTagRight {
            return foreignTag("\(packet.chunks.first?.description ?? "the packet")")
        }
        for chunk in packet.chunks {
            if let reason = take(chunk) { return reason }
        }
        return nil
    }

    private mutating func take(_ chunk: SCTPChunk) -> String? {
        switch chunk {
        case .initiate where packet.tag != 0: return "the verification tag of init is not 0"
        case .abort where !isTagRight, .shutdownComplete where !isTagRight, .cookieEcho where !isTagRight:
            return foreignTag("\(chunk)")
        case .cookieAck: memory.initiators = []
        case .heartbeat where !isTagRight && memory.tags[direction] != 0: return takeStrayHeartbeat()
        case .heartbeatAck where !isTagRight && memory.tags[direction] != 0:
            if let reason = takeStrayHeartbeatAck() { return reason }
        case .heartbeat, .heartbeatAck:
            if memory.tags[direction] == 0 { memory.tags[direction] = packet.tag } else { memory.strayHeartbeat = nil }
        default: break
        }
        return move(chunk)
    }

    private mutating func move(_ chunk: SCTPChunk) -> String? {
        let old = memory.state
        guard let new = old.after(chunk, direction) else {
            return "\(chunk) in \(direction) direction is not valid in state \(old.name)"
        }
        if chunk == .initiate { noteInitiate(old) }
        if chunk == .initiateAck, let reason = noteInitiateAck() { return reason }
        memory.state = new
        if new != old, new == .established { becameEstablished = true }
        return nil
    }

    /// It may belong to a path whose tags are not known yet; on its own it is let pass without a change.
    private mutating func takeStrayHeartbeat() -> String? {
        if packet.chunks.contains(.data) || sawStrayHeartbeat { return foreignTag("heartbeat") }
        memory.strayHeartbeat = direction
        sawStrayHeartbeat = true
        return nil
    }

    private mutating func takeStrayHeartbeatAck() -> String? {
        if packet.chunks.contains(.data) || sawStrayHeartbeat || memory.strayHeartbeat != direction.opposite {
            return foreignTag("heartbeat-ack")
        }
        memory.strayHeartbeat = nil
        memory.tags[direction] = packet.tag
        memory.tags[direction.opposite] = 0
        return nil
    }

    private mutating func noteInitiate(_ old: TrackedSCTP.State) {
        if old == .none || memory.tags[direction.opposite] != packet.initiateTag {
            if memory.initiators.count == 2 { memory.initiators = [] }
            memory.initiators.insert(direction)
        }
        memory.tags[direction.opposite] = packet.initiateTag
    }

    private mutating func noteInitiateAck() -> String? {
        let known = memory.tags[direction.opposite]
        let isSettled = known != 0 && !memory.initiators.contains(direction.opposite)
        if known != packet.initiateTag, isSettled || memory.initiators.count == 2 {
            return "the tag in init-ack is not the negotiated one"
        }
        memory.tags[direction.opposite] = packet.initiateTag
        return nil
    }
}
