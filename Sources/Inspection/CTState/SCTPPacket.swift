/// An SCTP packet: its chunks, and the tags that identify the association.
package struct SCTPPacket: Hashable, Sendable {
    /// In order; at least one unless the packet is invalid.
    package var chunks: [SCTPChunk]
    /// The verification tag of the common header.
    package var tag: UInt32
    /// The tag that an INIT or INIT_ACK among the chunks requests from the other side.
    package var initiateTag: UInt32

    /// `initiateTag` only matters with INIT or INIT_ACK.
    package init(_ chunks: [SCTPChunk], tag: UInt32, initiateTag: UInt32 = 0) {
        self.chunks = chunks
        self.tag = tag
        self.initiateTag = initiateTag
    }

    /// A packet as required by RFC 9260, of the association with the tags `SCTPTags.usual`: INIT has tag 0, all others that of the receiver.
    package init(usual chunks: [SCTPChunk], _ direction: TupleDirection) {
        let tags = SCTPTags.usual
        let tag = chunks.contains(.initiate) ? 0 : tags[direction]
        self.init(chunks, tag: tag, initiateTag: tags[direction.opposite])
    }
}

/// The verification tags of an association, as carried by packets in each direction. 0 means unknown.
package struct SCTPTags: Hashable, Sendable {
    /// Of packets in the original direction.
    package var original: UInt32
    /// Of packets in the reply direction.
    package var reply: UInt32

    package init(original: UInt32, reply: UInt32) {
        self.original = original
        self.reply = reply
    }

    /// Any two different ones, for packets of which only the chunks matter.
    package static let usual = SCTPTags(original: 0x5E17, reply: 0xC11E)

    subscript(_ direction: TupleDirection) -> UInt32 {
        get { direction == .original ? original : reply }
        set { if direction == .original { original = newValue } else { reply = newValue } }
    }
}

/// A chunk type. An open set: a chunk without a name is shown as its number.
package struct SCTPChunk: RawRepresentable, Hashable, Sendable {
    /// The number in the chunk's header (RFC 9260, section 3.2).
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// User data.
    package static let data = SCTPChunk(rawValue: 0)
    /// INIT: opens an association.
    package static let initiate = SCTPChunk(rawValue: 1)
    /// Answers INIT, with a cookie.
    package static let initiateAck = SCTPChunk(rawValue: 2)
    /// SACK: acknowledges data.
    package static let sack = SCTPChunk(rawValue: 3)
    /// Checks whether a path is alive.
    package static let heartbeat = SCTPChunk(rawValue: 4)
    /// Answers a heartbeat.
    package static let heartbeatAck = SCTPChunk(rawValue: 5)
    /// Ends the association at once.
    package static let abort = SCTPChunk(rawValue: 6)
    /// The sender has no more data.
    package static let shutdown = SCTPChunk(rawValue: 7)
    /// Answers SHUTDOWN.
    package static let shutdownAck = SCTPChunk(rawValue: 8)
    /// Reports an error; the association may continue.
    package static let error = SCTPChunk(rawValue: 9)
    /// Returns the cookie.
    package static let cookieEcho = SCTPChunk(rawValue: 10)
    /// Answers COOKIE ECHO: the association is established.
    package static let cookieAck = SCTPChunk(rawValue: 11)
    /// Answers SHUTDOWN ACK: the association has ended.
    package static let shutdownComplete = SCTPChunk(rawValue: 14)
}

extension SCTPChunk: CustomStringConvertible {
    /// As in nftables.
    package static let names: [(chunk: SCTPChunk, name: String)] = [
        (.data, "data"), (.initiate, "init"), (.initiateAck, "init-ack"), (.sack, "sack"),
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
