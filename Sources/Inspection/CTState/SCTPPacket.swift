/// An SCTP packet: the chunks in it, and the tags by which the hosts know their association.
public struct SCTPPacket: Hashable, Sendable {
    public var chunks: [SCTPChunk]
    /// The verification tag of the common header.
    public var tag: UInt32
    /// The tag that an INIT or INIT_ACK among the chunks asks the other side to use.
    public var initiateTag: UInt32

    public init(_ chunks: [SCTPChunk], tag: UInt32, initiateTag: UInt32 = 0) {
        self.chunks = chunks
        self.tag = tag
        self.initiateTag = initiateTag
    }

    /// A packet as RFC 9260 wants it, of the association whose tags `SCTPTags.usual` has: INIT has the tag 0, all others that of
    /// the receiver.
    public init(usual chunks: [SCTPChunk], _ direction: TupleDirection) {
        let tags = SCTPTags.usual
        let tag = chunks.contains(.initiate) ? 0 : tags[direction]
        self.init(chunks, tag: tag, initiateTag: tags[direction.opposite])
    }
}

/// The verification tags of an association: what packets in each direction carry. 0 is one that is not known.
public struct SCTPTags: Hashable, Sendable {
    public var original: UInt32
    public var reply: UInt32

    public init(original: UInt32, reply: UInt32) {
        self.original = original
        self.reply = reply
    }

    public static let usual = SCTPTags(original: 0x5E17, reply: 0xC11E)

    subscript(_ direction: TupleDirection) -> UInt32 {
        get { direction == .original ? original : reply }
        set { if direction == .original { original = newValue } else { reply = newValue } }
    }
}

/// A chunk's type. An open set: those without a name are shown as the number.
public struct SCTPChunk: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let data = SCTPChunk(rawValue: 0)
    public static let initiate = SCTPChunk(rawValue: 1)
    public static let initiateAck = SCTPChunk(rawValue: 2)
    public static let heartbeat = SCTPChunk(rawValue: 4)
    public static let heartbeatAck = SCTPChunk(rawValue: 5)
    public static let abort = SCTPChunk(rawValue: 6)
    public static let shutdown = SCTPChunk(rawValue: 7)
    public static let shutdownAck = SCTPChunk(rawValue: 8)
    public static let error = SCTPChunk(rawValue: 9)
    public static let cookieEcho = SCTPChunk(rawValue: 10)
    public static let cookieAck = SCTPChunk(rawValue: 11)
    public static let shutdownComplete = SCTPChunk(rawValue: 14)
}

extension SCTPChunk: CustomStringConvertible {
    /// As nftables names them.
    public static let names: [(chunk: SCTPChunk, name: String)] = [
        (.data, "data"), (.initiate, "init"), (.initiateAck, "init-ack"), (SCTPChunk(rawValue: 3), "sack"),
        (.heartbeat, "heartbeat"), (.heartbeatAck, "heartbeat-ack"), (.abort, "abort"), (.shutdown, "shutdown"),
        (.shutdownAck, "shutdown-ack"), (.error, "error"), (.cookieEcho, "cookie-echo"), (.cookieAck, "cookie-ack"),
        (SCTPChunk(rawValue: 12), "ecne"), (SCTPChunk(rawValue: 13), "cwr"), (.shutdownComplete, "shutdown-complete"),
        (SCTPChunk(rawValue: 15), "auth"), (SCTPChunk(rawValue: 128), "asconf-ack"),
        (SCTPChunk(rawValue: 130), "re-config"), (SCTPChunk(rawValue: 192), "forward-tsn"),
        (SCTPChunk(rawValue: 193), "asconf"),
    ]

    public var description: String { Self.names.first { $0.chunk == self }?.name ?? "\(rawValue)" }
}
