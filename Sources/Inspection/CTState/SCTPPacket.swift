/// An SCTP packet: the chunks in it, and the tags by which the hosts know their association.
package struct SCTPPacket: Hashable, Sendable {
    /// In their order; at least one in any that is no error.
    package var chunks: [SCTPChunk]
    /// The verification tag of the common header.
    package var tag: UInt32
    /// The tag that an INIT or INIT_ACK among the chunks asks the other side to use.
    package var initiateTag: UInt32

    /// A packet by what the tracker looks at; `initiateTag` counts with an INIT or INIT_ACK alone.
    package init(_ chunks: [SCTPChunk], tag: UInt32, initiateTag: UInt32 = 0) {
        self.chunks = chunks
        self.tag = tag
        self.initiateTag = initiateTag
    }

    /// A packet as RFC 9260 wants it, of the association whose tags `SCTPTags.usual` has: INIT has the tag 0, all others that of
    /// the receiver.
    package init(usual chunks: [SCTPChunk], _ direction: TupleDirection) {
        let tags = SCTPTags.usual
        let tag = chunks.contains(.initiate) ? 0 : tags[direction]
        self.init(chunks, tag: tag, initiateTag: tags[direction.opposite])
    }
}

/// The verification tags of an association: what packets in each direction carry. 0 is one that is not known.
package struct SCTPTags: Hashable, Sendable {
    /// Of packets in original direction.
    package var original: UInt32
    /// Of packets in reply direction.
    package var reply: UInt32

    /// Both tags of an association.
    package init(original: UInt32, reply: UInt32) {
        self.original = original
        self.reply = reply
    }

    /// Any two that differ, for packets of which only the chunks matter.
    package static let usual = SCTPTags(original: 0x5E17, reply: 0xC11E)

    subscript(_ direction: TupleDirection) -> UInt32 {
        get { direction == .original ? original : reply }
        set { if direction == .original { original = newValue } else { reply = newValue } }
    }
}

/// A chunk's type. An open set: those without a name are shown as the number.
package struct SCTPChunk: RawRepresentable, Hashable, Sendable {
    /// The number in the chunk's header (RFC 9260, section 3.2).
    package let rawValue: UInt8

    /// Any number, known here or not.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// User data.
    package static let data = SCTPChunk(rawValue: 0)
    /// INIT: opens an association.
    package static let initiate = SCTPChunk(rawValue: 1)
    /// Answers INIT, with a cookie.
    package static let initiateAck = SCTPChunk(rawValue: 2)
    /// Asks whether a path is alive.
    package static let heartbeat = SCTPChunk(rawValue: 4)
    /// Answers a heartbeat.
    package static let heartbeatAck = SCTPChunk(rawValue: 5)
    /// Ends the association at once.
    package static let abort = SCTPChunk(rawValue: 6)
    /// Its sender has no more data.
    package static let shutdown = SCTPChunk(rawValue: 7)
    /// Answers SHUTDOWN.
    package static let shutdownAck = SCTPChunk(rawValue: 8)
    /// Reports what is wrong; the association may go on.
    package static let error = SCTPChunk(rawValue: 9)
    /// Brings the cookie back.
    package static let cookieEcho = SCTPChunk(rawValue: 10)
    /// Answers COOKIE ECHO: the association stands.
    package static let cookieAck = SCTPChunk(rawValue: 11)
    /// Answers SHUTDOWN ACK: the association is gone.
    package static let shutdownComplete = SCTPChunk(rawValue: 14)
}

extension SCTPChunk: CustomStringConvertible {
    /// As nftables names them.
    package static let names: [(chunk: SCTPChunk, name: String)] = [
        (.data, "data"), (.initiate, "init"), (.initiateAck, "init-ack"), (SCTPChunk(rawValue: 3), "sack"),
        (.heartbeat, "heartbeat"), (.heartbeatAck, "heartbeat-ack"), (.abort, "abort"), (.shutdown, "shutdown"),
        (.shutdownAck, "shutdown-ack"), (.error, "error"), (.cookieEcho, "cookie-echo"), (.cookieAck, "cookie-ack"),
        (SCTPChunk(rawValue: 12), "ecne"), (SCTPChunk(rawValue: 13), "cwr"), (.shutdownComplete, "shutdown-complete"),
        (SCTPChunk(rawValue: 15), "auth"), (SCTPChunk(rawValue: 128), "asconf-ack"),
        (SCTPChunk(rawValue: 130), "re-config"), (SCTPChunk(rawValue: 192), "forward-tsn"),
        (SCTPChunk(rawValue: 193), "asconf"),
    ]

    /// The name, or the number.
    package var description: String { Self.names.first { $0.chunk == self }?.name ?? "\(rawValue)" }
}
