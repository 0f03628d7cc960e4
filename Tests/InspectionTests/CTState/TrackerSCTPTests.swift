import Conntrack
import Testing

@testable import Inspection

/// What conntrack does with SCTP packets. The expected results are the kernel's answers to crafted packets (Linux
/// 6.18).
struct TrackerSCTPTests {
    private static let tags = SCTPTags.usual

    private static func outcome(
        _ chunks: [SCTPChunk], tag: UInt32? = nil, _ entry: TrackedEntry?, _ direction: TupleDirection = .original
    ) -> TrackingOutcome {
        var packet = SCTPPacket(usual: chunks, direction)
        if let tag { packet.tag = tag }
        return ConntrackModel().outcome(of: .sctp(packet), entry: entry, direction)
    }

    @Test("Without an entry, INIT and chunks that may follow a lost one create one; mid-association chunks do not")
    func withoutEntry() {
        for chunk in (UInt8(0)...255).map(SCTPChunk.init) {
            let outcome = Self.outcome([chunk], nil)
            let opens: [SCTPChunk: String] = [
                .initiate: "CLOSED", .heartbeat: "HEARTBEAT_SENT", .heartbeatAck: "CLOSED",
                .shutdownAck: "SHUTDOWN_ACK_SENT",
            ]
            if let state = opens[chunk] {
                #expect(outcome.ctstate == .new && outcome.fate == .fresh && outcome.entry?.state == state, "\(chunk)")
            } else {
                #expect(outcome.ctstate == .invalid && outcome.fate == .none, "\(chunk)")
            }
        }
    }

    @Test(
        "Without an entry, tag 0 is accepted for chunks that otherwise need a known tag",
        arguments: [SCTPChunk.initiateAck, .shutdown])
    func tagZero(_ chunk: SCTPChunk) {
        #expect(Self.outcome([chunk], tag: 0, nil).ctstate == .new)
        #expect(Self.outcome([chunk], tag: 7, nil).ctstate == .invalid)
        #expect(Self.outcome([.initiate], tag: 7, nil).ctstate == .invalid)
    }

    @Test("Chunk order: some must be alone, some must come first, and there must be at least one")
    func order() {
        for chunks: [SCTPChunk] in [[], [.initiate, .data], [.data, .initiate], [.data, .cookieEcho]] {
            #expect(Self.outcome(chunks, nil).place.function == "do_basic_checks")
        }
        let waiting = TrackedEntry(.sctp(TrackedSCTP(byTraffic: .cookieWait)), hasSeenReply: true)
        #expect(Self.outcome([.cookieEcho, .data], waiting).entry?.state == "COOKIE_ECHOED")
    }

    @Test("An association from INIT to shutdown")
    func whole() {
        let packets: [([SCTPChunk], TupleDirection, String)] = [
            ([.initiate], .original, "NEW CLOSED"), ([.initiateAck], .reply, "ESTABLISHED COOKIE_WAIT"),
            ([.cookieEcho, .data], .original, "ESTABLISHED COOKIE_ECHOED"),
            ([.cookieAck], .reply, "ESTABLISHED ESTABLISHED"), ([.data], .original, "ESTABLISHED ESTABLISHED"),
            ([.shutdown], .original, "ESTABLISHED SHUTDOWN_SENT"),
            ([.shutdownAck], .reply, "ESTABLISHED SHUTDOWN_ACK_SENT"),
            ([.shutdownComplete], .original, "ESTABLISHED CLOSED"),
        ]
        var entry: TrackedEntry?
        for (chunks, direction, expected) in packets {
            let outcome = Self.outcome(chunks, entry, direction)
            entry = outcome.entry
            #expect("\(outcome.ctstate) \(entry?.state ?? "-")" == expected, "\(chunks)")
        }
        #expect(entry?.isAssured == true)
    }

    @Test("A director that sees one direction never learns the client's tag: everything after INIT is INVALID")
    func oneDirection() {
        let entry = Self.outcome([.initiate], nil).entry
        for chunk in [SCTPChunk.cookieEcho, .data, .abort, .shutdown] {
            #expect(Self.outcome([chunk], entry).ctstate == .invalid, "\(chunk)")
        }
        #expect(Self.outcome([.heartbeat], entry).ctstate == .new)
    }

    @Test("A wrong tag is INVALID, except for a lone heartbeat, whose acknowledgement is then accepted")
    func foreignTags() {
        let open = TrackedEntry(.sctp(TrackedSCTP(byTraffic: .established)), hasSeenReply: true, isAssured: true)
        for chunk in [SCTPChunk.data, .shutdown, .cookieEcho, .abort, .heartbeatAck] {
            #expect(Self.outcome([chunk], tag: 99, open).ctstate == .invalid, "\(chunk)")
        }
        #expect(Self.outcome([.heartbeat, .data], tag: 99, open).ctstate == .invalid)
        let stray = Self.outcome([.heartbeat], tag: 99, open)
        #expect(stray.ctstate == .established && stray.entry?.state == "ESTABLISHED")
        #expect(Self.outcome([.heartbeatAck], tag: 77, stray.entry, .reply).ctstate == .established)
        #expect(Self.outcome([.heartbeatAck], tag: 77, stray.entry, .original).ctstate == .invalid)
    }

    @Test("In HEARTBEAT_SENT a reply may only be a heartbeat or its acknowledgement")
    func heartbeat() {
        let entry = Self.outcome([.heartbeat], nil).entry
        #expect(Self.outcome([.heartbeatAck], entry, .reply).entry?.state == "ESTABLISHED")
        #expect(Self.outcome([.initiate], entry, .reply).ctstate == .invalid)
        #expect(Self.outcome([.initiate], entry).entry?.state == "COOKIE_WAIT")
    }

    @Test("An INIT_ACK with a different tag than agreed is INVALID")
    func initiateAck() {
        let settled = TrackedEntry(.sctp(TrackedSCTP(.cookieWait, tags: Self.tags)), hasSeenReply: true)
        var packet = SCTPPacket(usual: [.initiateAck], .reply)
        #expect(ConntrackModel().outcome(of: .sctp(packet), entry: settled, .reply).ctstate == .established)
        packet.initiateTag = 99
        #expect(ConntrackModel().outcome(of: .sctp(packet), entry: settled, .reply).ctstate == .invalid)
    }
}
