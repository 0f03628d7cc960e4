import Addresses
import CNetlink
import Netlink

/// What the kernel says of its own accord about one thing that it keeps: an entry or an expectation.
package struct Event<Subject: Sendable>: Sendable {
    /// What happened to it.
    package var kind: EventKind
    /// The thing as the message has it, which need not be all of it.
    package var subject: Subject
    /// When the kernel made the event if it says so, else when we received it.
    package var time: Moment
    /// The netlink port of the program that caused it; 0 when packets or a timer did.
    package var port: UInt32

    /// An event as decoded; `port` 0 for one that no program caused.
    package init(_ kind: EventKind, _ subject: Subject, time: Moment, port: UInt32 = 0) {
        self.kind = kind
        self.subject = subject
        self.time = time
        self.port = port
    }
}

/// What happened to the subject of an event (`NFCT_T_*` of libnetfilter_conntrack).
package enum EventKind: String, CaseIterable, Sendable {
    case new, update, destroy
}

extension EventKind {
    /// The multicast group of nfnetlink that carries the events of entries of this kind.
    package var entryGroup: UInt32 {
        switch self {
        case .new: NFNLGRP_CONNTRACK_NEW.rawValue
        case .update: NFNLGRP_CONNTRACK_UPDATE.rawValue
        case .destroy: NFNLGRP_CONNTRACK_DESTROY.rawValue
        }
    }

    /// The group that carries the events of expectations of this kind.
    package var expectationGroup: UInt32 {
        switch self {
        case .new: NFNLGRP_CONNTRACK_EXP_NEW.rawValue
        case .update: NFNLGRP_CONNTRACK_EXP_UPDATE.rawValue
        case .destroy: NFNLGRP_CONNTRACK_EXP_DESTROY.rawValue
        }
    }

    /// The kernel tells NEW from UPDATE by the flags alone (ctnetlink_conntrack_event). Nil when the message is none of
    /// ctnetlink's about an entry.
    init?(entryMessage message: Message) {
        switch (UInt32(message.type) >> 8, UInt32(message.type) & 0xFF) {
        case (UInt32(NFNL_SUBSYS_CTNETLINK), IPCTNL_MSG_CT_NEW.rawValue):
            self = message.flags & UInt16(NLM_F_CREATE) != 0 ? .new : .update
        case (UInt32(NFNL_SUBSYS_CTNETLINK), IPCTNL_MSG_CT_DELETE.rawValue): self = .destroy
        default: return nil
        }
    }
}

extension Event<Entry> {
    /// Decodes an event of ctnetlink. Of an entry it holds the tuples, id, zone and status always; a mark that is not 0; a helper; and of
    /// protocol state, labels and sequence adjustment only what changed. What a NEW or UPDATE leaves out is therefore unknown, not absent,
    /// but for the mark, the helper and the security context. Counters come with DESTROY alone.
    ///
    /// - Returns: nil when the message is none of ctnetlink's about an entry.
    /// - Throws: when the attributes are not framed as netlink frames them.
    package init?(_ message: Message, in datagram: RawSpan, receivedAt received: Moment) throws(DecodeError) {
        guard let kind = EventKind(entryMessage: message) else { return nil }
        var entry = try Entry(message, in: datagram)
        let stamp = entry.takeEventTime()
        self.init(kind, entry, time: stamp ?? received, port: message.port)
    }
}

extension Event<Expectation> {
    /// Decodes an event of ctnetlink about an expectation; it holds all of it.
    ///
    /// - Returns: nil when the message is none of those.
    /// - Throws: when the attributes are not framed as netlink frames them.
    package init?(_ message: Message, in datagram: RawSpan, receivedAt received: Moment) throws(DecodeError) {
        let kind: EventKind
        switch (UInt32(message.type) >> 8, UInt32(message.type) & 0xFF) {
        case (UInt32(NFNL_SUBSYS_CTNETLINK_EXP), IPCTNL_MSG_EXP_NEW.rawValue):
            kind = message.flags & UInt16(NLM_F_CREATE) != 0 ? .new : .update
        case (UInt32(NFNL_SUBSYS_CTNETLINK_EXP), IPCTNL_MSG_EXP_DELETE.rawValue): kind = .destroy
        default: return nil
        }
        self.init(kind, try Expectation(message, in: datagram), time: received, port: message.port)
    }
}

extension Entry {
    /// `CTA_TIMESTAMP_EVENT` (Linux 6.14, with `net.netfilter.nf_conntrack_timestamp`): nanoseconds since 1970. Headers that are older lack it.
    private static let eventTimeAttribute: UInt16 = 27

    fileprivate mutating func takeEventTime() -> Moment? {
        guard hasExtensions,
            let position = unknown.firstIndex(where: { $0.path == [Self.eventTimeAttribute] && $0.bytes.count == 8 })
        else { return nil }
        return Moment(nanoseconds: unknown.remove(at: position).bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }
}

/// What the kernel sends events about.
package protocol EventDecodable: Sendable {
    /// Decodes an event; nil when the message is about something else.
    static func event(
        _ message: Message, in datagram: RawSpan, receivedAt received: Moment
    ) throws(DecodeError) -> Event<Self>?

    /// The multicast group of nfnetlink that carries the events of a kind.
    static func group(of kind: EventKind) -> UInt32
}

extension EventDecodable {
    /// Hands over each event of a datagram; messages about something else are passed over.
    ///
    /// - Throws: when a message is not framed as netlink frames it; what came before it was handed over.
    package static func events(
        in datagram: RawSpan, receivedAt received: Moment, _ each: (Event<Self>) -> Void
    ) throws(DecodeError) {
        var cursor = MessageCursor()
        while let message = try cursor.next(in: datagram) {
            if let event = try event(message, in: datagram, receivedAt: received) { each(event) }
        }
    }
}

extension Entry: EventDecodable {
    /// As the initializer of `Event<Entry>` decodes it.
    package static func event(
        _ message: Message, in datagram: RawSpan, receivedAt received: Moment
    ) throws(DecodeError) -> Event<Entry>? {
        try Event<Entry>(message, in: datagram, receivedAt: received)
    }

    /// `EventKind.entryGroup`
    package static func group(of kind: EventKind) -> UInt32 { kind.entryGroup }
}

extension Expectation: EventDecodable {
    /// As the initializer of `Event<Expectation>` decodes it.
    package static func event(
        _ message: Message, in datagram: RawSpan, receivedAt received: Moment
    ) throws(DecodeError) -> Event<Expectation>? {
        try Event<Expectation>(message, in: datagram, receivedAt: received)
    }

    /// `EventKind.expectationGroup`
    package static func group(of kind: EventKind) -> UInt32 { kind.expectationGroup }
}
