import Conntrack

/// What an entry stores about an SCTP association (`struct ip_ct_sctp`).
package struct TrackedSCTP: Hashable, Sendable {
    package var state: State
    /// Those seen; 0 for one not seen.
    package var tags: SCTPTags
    /// The directions in which an accepted INIT was seen.
    package var initiators: Set<TupleDirection> = []
    /// The direction of a heartbeat whose tag is not the entry's.
    package var strayHeartbeat: TupleDirection?

    /// An association in a state, without a remembered INIT or stray heartbeat.
    package init(_ state: State, tags: SCTPTags) {
        self.state = state
        self.tags = tags
    }

    /// As created by traffic, with the tags that conntrack has seen by then: after an INIT only that of the replies, after a heartbeat only
    /// its own.
    package init(byTraffic state: State) {
        var tags = SCTPTags.usual
        switch state {
        case .none: tags = SCTPTags(original: 0, reply: 0)
        case .closed: tags.original = 0
        case .heartbeatSent: tags.reply = 0
        case .cookieWait, .cookieEchoed, .established, .shutdownSent, .shutdownReceived, .shutdownAckSent: break
        }
        self.init(state, tags: tags)
        if state == .closed { initiators = [.original] }
    }

    /// `enum sctp_conntrack`. CLOSED is also the state after an INIT.
    package enum State: UInt8, CaseIterable, Hashable, Sendable {
        case none, closed, cookieWait, cookieEchoed, established, shutdownSent, shutdownReceived, shutdownAckSent,
            heartbeatSent

        /// As named by the kernel and conntrack(8).
        package var name: String { ProtocolState.sctp(.init(state: rawValue)).name ?? "\(rawValue)" }
    }
}

extension TrackedSCTP.State {
    /// The state after a chunk; nil if there is none, which makes the packet INVALID.
    ///
    /// Source: the transitions of `nf_conntrack_sctp_packet` (net/netfilter/nf_conntrack_proto_sctp.c), Linux 6.1 and 6.12.
    func after(_ chunk: SCTPChunk, _ direction: TupleDirection) -> TrackedSCTP.State? {
        guard chunk.movesState else { return self }
        switch (self, direction) {
        case (.none, .original): return opened(by: chunk)
        case (.heartbeatSent, .original): return afterHeartbeat(chunk)
        case (.none, .reply): return nil
        case (.heartbeatSent, .reply):
            return chunk == .heartbeat ? self : chunk == .heartbeatAck ? .established : nil
        default: return within(chunk, direction)
        }
    }

    private func opened(by chunk: SCTPChunk) -> TrackedSCTP.State {
        switch chunk {
        case .shutdownAck: .shutdownAckSent
        case .heartbeat: .heartbeatSent
        default: .closed
        }
    }

    private func afterHeartbeat(_ chunk: SCTPChunk) -> TrackedSCTP.State {
        switch chunk {
        case .initiate: .cookieWait
        case .shutdownAck: .shutdownAckSent
        case .heartbeat, .heartbeatAck: self
        default: .closed
        }
    }

    private func within(_ chunk: SCTPChunk, _ direction: TupleDirection) -> TrackedSCTP.State {
        switch (chunk, self) {
        case (.abort, _): .closed
        case (.initiate, .shutdownSent), (.initiate, .shutdownReceived): direction == .original ? .closed : self
        case (.initiateAck, .closed): direction == .reply ? .cookieWait : self
        case (.cookieEcho, .cookieWait): .cookieEchoed
        case (.cookieAck, .cookieEchoed): .established
        case (.error, .cookieEchoed): direction == .reply ? .closed : self
        case (.shutdown, .established): direction == .original ? .shutdownSent : .shutdownReceived
        case (.shutdownAck, .shutdownSent), (.shutdownAck, .shutdownReceived): .shutdownAckSent
        case (.shutdownComplete, .shutdownAckSent): .closed
        default: self
        }
    }
}

extension SCTPChunk {
    /// Chunks such as DATA and SACK do not.
    var movesState: Bool {
        switch self {
        case .initiate, .initiateAck, .heartbeat, .heartbeatAck, .abort, .shutdown, .shutdownAck, .error, .cookieEcho,
            .cookieAck, .shutdownComplete:
            true
        default: false
        }
    }

    /// Chunks with special rules for the verification tag (RFC 9260, section 8.5.1).
    var hasOwnTagRule: Bool {
        switch self {
        case .initiate, .shutdownComplete, .cookieEcho, .abort, .shutdownAck, .heartbeat, .heartbeatAck: true
        default: false
        }
    }
}
