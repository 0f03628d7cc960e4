import Addresses
import CNetlink
import Netlink

/// An unsolicited message of the kernel about an object: an entry or an expectation.
package struct Event<Subject: Sendable>: Sendable {
    package var kind: EventKind
    /// The object as contained in the message, which may be incomplete.
    package var subject: Subject
    /// When the kernel created the event, if reported, else when we received it.
    package var time: Moment
    /// When we received it.
    package var received: Moment
    /// The netlink port of the program that caused it; 0 if packets or a timer did.
    package var port: UInt32

    /// - Parameter received: nil if that is the event's time.
    package init(_ kind: EventKind, _ subject: Subject, time: Moment, received: Moment? = nil, port: UInt32 = 0) {
        self.kind = kind
        self.subject = subject
        self.time = time
        self.received = received ?? time
        self.port = port
    }
}

/// What happened to the event's subject (`NFCT_T_*` of libnetfilter_conntrack).
package enum EventKind: String, CaseIterable, Sendable {
    case new, update, destroy
}

extension EventKind {
    /// The nfnetlink multicast group for entry events of this kind.
    package var entryGroup: UInt32 {
        switch self {
        case .new: NFNLGRP_CONNTRACK_NEW.rawValue
        case .update: NFNLGRP_CONNTRACK_UPDATE.rawValue
        case .destroy: NFNLGRP_CONNTRACK_DESTROY.rawValue
        }
    }

    /// The nfnetlink multicast group for expectation events of this kind.
    package var expectationGroup: UInt32 {
        switch self {
        case .new: NFNLGRP_CONNTRACK_EXP_NEW.rawValue
        case .update: NFNLGRP_CONNTRACK_EXP_UPDATE.rawValue
        case .destroy: NFNLGRP_CONNTRACK_EXP_DESTROY.rawValue
        }
    }

    /// The kernel distinguishes NEW from UPDATE by the flags only (ctnetlink_conntrack_event). Nil if the message is not a ctnetlink message
    /// about an entry.
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
    /// Decodes a ctnetlink event. It always contains the entry's tuples, id, zone and status; also a non-zero mark; a helper; and of
    /// protocol state, labels and sequence adjustment only what changed. Whatever NEW or UPDATE omit is therefore unknown, not absent,
    /// except for mark, helper and security context. Only DESTROY has counters.
    ///
    /// - Returns: nil if the message is not a ctnetlink message about an entry.
    /// - Throws: if the attributes are not framed as netlink requires, or do not say which entry it is.
    package init?(_ message: Message, in datagram: RawSpan, receivedAt received: Moment) throws(DecodeError) {
        guard let kind = EventKind(entryMessage: message) else { return nil }
        var entry = try Entry(message, in: datagram)
        try entry.expectIdentity(of: message)
        let stamp = entry.takeEventTime()
        self.init(kind, entry, time: stamp ?? received, received: received, port: message.port)
    }
}

extension Event<Expectation> {
    /// Decodes a ctnetlink event about an expectation; it is complete.
    ///
    /// - Returns: nil if the message is not such an event.
    /// - Throws: if the attributes are not framed as netlink requires, or do not say what is expected.
    package init?(_ message: Message, in datagram: RawSpan, receivedAt received: Moment) throws(DecodeError) {
        let kind: EventKind
        switch (UInt32(message.type) >> 8, UInt32(message.type) & 0xFF) {
        case (UInt32(NFNL_SUBSYS_CTNETLINK_EXP), IPCTNL_MSG_EXP_NEW.rawValue):
            kind = message.flags & UInt16(NLM_F_CREATE) != 0 ? .new : .update
        case (UInt32(NFNL_SUBSYS_CTNETLINK_EXP), IPCTNL_MSG_EXP_DELETE.rawValue): kind = .destroy
        default: return nil
        }
        let expectation = try Expectation(message, in: datagram)
        try expectation.expectIdentity(of: message)
        self.init(kind, expectation, time: received, port: message.port)
    }
}

extension Entry {
    /// `CTA_TIMESTAMP_EVENT` (Linux 6.14, with `net.netfilter.nf_conntrack_timestamp`): nanoseconds since 1970. Older headers lack it.
    private static let eventTimeAttribute: UInt16 = 27

    fileprivate mutating func takeEventTime() -> Moment? {
        guard hasExtensions,
            let position = unknown.firstIndex(where: { $0.path == [Self.eventTimeAttribute] && $0.bytes.count == 8 })
        else { return nil }
        return Moment(nanoseconds: unknown.remove(at: position).bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }
}

/// Objects that the kernel sends events about.
package protocol EventDecodable: Sendable {
    /// Decodes an event; nil if the message is about something else.
    static func event(
        _ message: Message, in datagram: RawSpan, receivedAt received: Moment
    ) throws(DecodeError) -> Event<Self>?

    /// The nfnetlink multicast group for events of a kind.
    static func group(of kind: EventKind) -> UInt32
}

extension EventDecodable {
    /// Delivers each event of a datagram.
    ///
    /// The socket is subscribed to events of this kind alone, so that every other message is one that cannot be used; but what netlink itself
    /// says, as that a command was done, is no event.
    ///
    /// - Parameter unusable: gets why a message is no event that can be used; the others are delivered all the same.
    /// - Throws: if a message is not framed as netlink requires; those before it have been delivered.
    package static func events(
        in datagram: RawSpan, receivedAt received: Moment, _ each: (Event<Self>) -> Void,
        unusable: (DecodeError) -> Void
    ) throws(DecodeError) {
        var cursor = MessageCursor()
        while let message = try cursor.next(in: datagram) {
            do throws(DecodeError) {
                if let event = try event(message, in: datagram, receivedAt: received) {
                    each(event)
                } else if message.type >= NLMSG_MIN_TYPE {
                    throw .unusable("message", "its type is \(message.type)", at: message.whole.lowerBound)
                }
            } catch {
                guard error.isOfMessageAlone else { throw error }
                unusable(error)
            }
        }
    }
}

extension Entry: EventDecodable {
    package static func event(
        _ message: Message, in datagram: RawSpan, receivedAt received: Moment
    ) throws(DecodeError) -> Event<Entry>? {
        try Event<Entry>(message, in: datagram, receivedAt: received)
    }

    package static func group(of kind: EventKind) -> UInt32 { kind.entryGroup }
}

extension Expectation: EventDecodable {
    package static func event(
        _ message: Message, in datagram: RawSpan, receivedAt received: Moment
    ) throws(DecodeError) -> Event<Expectation>? {
        try Event<Expectation>(message, in: datagram, receivedAt: received)
    }

    package static func group(of kind: EventKind) -> UInt32 { kind.expectationGroup }
}
