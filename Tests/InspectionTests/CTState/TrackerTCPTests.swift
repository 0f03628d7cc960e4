import Conntrack
import Testing

@testable import Inspection

/// What conntrack does with TCP segments. The expected results are the kernel's own answers to crafted segments (Linux
/// 6.18, read with nftables counters and conntrack(8)), not this model's.
struct TrackerTCPTests {
    private static func outcome(
        _ flags: TCPFlags, _ entry: TrackedEntry?, _ direction: TupleDirection = .original, isLoose: Bool = true
    ) -> TrackingOutcome {
        ConntrackModel(TrackingConditions(tcpLoose: isLoose)).outcome(of: .tcp(flags), entry: entry, direction)
    }

    private static func entry(_ tcp: TrackedTCP, isReplied: Bool) -> TrackedEntry {
        TrackedEntry(.tcp(tcp), hasSeenReply: isReplied, isAssured: isReplied)
    }

    @Test("Without an entry, a SYN creates one, an ACK only with tcp_loose, and nothing else does")
    func withoutEntry() {
        let opened: [(TCPFlags, String)] = [
            (.syn, "SYN_SENT"), ([.syn, .urg, .psh, .ece, .cwr], "SYN_SENT"), (.ack, "ESTABLISHED"),
            ([.ack, .urg], "ESTABLISHED"), ([.ack, .psh], "ESTABLISHED"),
        ]
        for (flags, state) in opened {
            let outcome = Self.outcome(flags, nil)
            #expect(outcome.ctstate == .new && outcome.fate == .fresh)
            #expect(outcome.entry?.state == state && outcome.entry?.hasSeenReply == false)
        }
        let refused: [TCPFlags] = [.fin, [.fin, .ack], .rst, [.rst, .ack], [.syn, .ack], [], .psh, .urg]
        for flags in refused {
            let outcome = Self.outcome(flags, nil)
            #expect(outcome.ctstate == .invalid && outcome.fate == .none && outcome.entry == nil, "\(flags.names)")
        }
        #expect(Self.outcome(.ack, nil, isLoose: false).ctstate == .invalid)
        #expect(Self.outcome(.ack, nil, isLoose: false).reason.contains("tcp_loose=0"))
        #expect(Self.outcome(.syn, nil, isLoose: false).ctstate == .new)
    }

    @Test("Of the 256 flag bytes, 72 are valid for TCP; the rest is INVALID with any entry")
    func flagBytes() {
        let sent = (UInt8(0)...255).map(TCPFlags.init).filter(\.isSentByTCP)
        // Nine combinations of FIN, SYN, RST, ACK and URG, each with any of PSH, ECE and CWR.
        #expect(sent.count == 9 * 8)
        for flags in (UInt8(0)...255).map(TCPFlags.init) where !sent.contains(flags) {
            for state in TrackedTCP.State.allCases {
                for direction in TupleDirection.allCases {
                    let before = Self.entry(TrackedTCP(state), isReplied: true)
                    let outcome = Self.outcome(flags, before, direction)
                    #expect(outcome.ctstate == .invalid && outcome.fate == .untouched && outcome.entry == before)
                    #expect(outcome.place.function == "tcp_error")
                }
            }
        }
    }

    /// One row per kind and direction. The columns are NONE, SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT, CLOSE_WAIT,
    /// LAST_ACK, TIME_WAIT, CLOSE, SYN_SENT2, for entries that have seen a reply. `-` is INVALID.
    static let seen: [(TCPFlags, TupleDirection, String)] = [
        (.syn, .original, "SS SS SR ES FW CW LA TW CL S2"), (.syn, .reply, "- S2 - - - - - TW - S2"),
        ([.syn, .ack], .original, "- - SR - - - - - - SR"),
        ([.syn, .ack], .reply, "- SR SR ES FW CW LA TW CL SR"),
        ([.fin, .ack], .original, "- - FW FW LA LA LA TW CL -"), ([.fin, .ack], .reply, "- - FW FW LA LA LA TW CL -"),
        (.ack, .original, "ES - ES ES CW CW TW TW CL -"), (.ack, .reply, "- SS SR ES CW CW TW TW CL S2"),
        (.rst, .original, "- CL CL CL CL CL CL CL CL CL"), (.rst, .reply, "- CL CL CL CL CL CL CL CL CL"),
        ([.rst, .ack], .original, "- CL CL CL CL CL CL CL CL CL"),
        ([], .original, "- - - - - - - - - -"), ([], .reply, "- - - - - - - - - -"),
    ]

    @Test("With an entry that has seen a reply: the next state, and ESTABLISHED unless INVALID", arguments: seen)
    func withEntry(_ flags: TCPFlags, _ direction: TupleDirection, _ row: String) throws {
        let short = ["NO", "SS", "SR", "ES", "FW", "CW", "LA", "TW", "CL", "S2"]
        let cells = row.split(separator: " ").map(String.init)
        try #require(cells.count == short.count)
        for (state, cell) in zip(TrackedTCP.State.allCases, cells) {
            let outcome = Self.outcome(flags, Self.entry(TrackedTCP(state), isReplied: true), direction)
            if cell == "-" {
                #expect(outcome.ctstate == .invalid && outcome.fate == .untouched, "\(state)")
                continue
            }
            #expect(outcome.ctstate == .established, "\(state)")
            guard case .tcp(let after)? = outcome.entry?.memory else { throw NoEntry() }
            #expect(short[Int(after.state.rawValue)] == cell, "\(state)")
        }
    }

    private struct NoEntry: Error {}

    @Test(
        "Without a reply, the original direction is NEW and the reply direction ESTABLISHED; both may change the entry")
    func unreplied() {
        let before = Self.entry(TrackedTCP(.established), isReplied: false)
        #expect(Self.outcome(.ack, before).ctstate == .new)
        #expect(Self.outcome(.ack, before).fate == .updated || Self.outcome(.ack, before).fate == .kept)
        #expect(Self.outcome([.fin, .ack], before).ctstate == .new)
        #expect(Self.outcome([.fin, .ack], before).entry?.state == "FIN_WAIT")
        let reply = Self.outcome(.ack, before, .reply)
        #expect(reply.ctstate == .established && reply.fate == .updated && reply.entry?.hasSeenReply == true)
        #expect(reply.entry?.isAssured == false)
        let next = Self.outcome(.ack, reply.entry)
        #expect(next.ctstate == .established && next.entry?.isAssured == true)
        var expected = before
        expected.isExpected = true
        #expect(Self.outcome(.ack, expected).ctstate == .related)
        #expect(Self.outcome(.ack, expected, .reply).ctstate == .established)
    }

    @Test("A RST to an entry without a reply removes it from the table, in both directions")
    func destroyed() {
        for state in TrackedTCP.State.allCases where state != .none {
            let original = Self.outcome(.rst, Self.entry(TrackedTCP(state), isReplied: false))
            #expect(original.ctstate == .new && original.fate == .destroyed && original.entry == nil)
            let reply = Self.outcome([.rst, .ack], Self.entry(TrackedTCP(state), isReplied: false), .reply)
            #expect(reply.ctstate == .established && reply.fate == .destroyed)
        }
    }

    @Test("A SYN to a closed connection opens another, if conntrack saw how it closed")
    func reopened() {
        for direction in TupleDirection.allCases {
            let again = Self.outcome(.syn, Self.entry(TrackedTCP(byTraffic: .timeWait), isReplied: true), direction)
            #expect(again.ctstate == .new && again.fate == .recreated)
            #expect(again.entry?.state == "SYN_SENT" && again.entry?.hasSeenReply == false)
        }
        let aborted = Self.entry(TrackedTCP(byTraffic: .close), isReplied: true)
        #expect(Self.outcome(.syn, aborted).fate == .recreated)
        #expect(Self.outcome(.syn, aborted, .reply).ctstate == .invalid)
        let unknown = Self.outcome(.syn, Self.entry(TrackedTCP(.timeWait), isReplied: true))
        #expect(unknown.ctstate == .established && unknown.entry?.state == "TIME_WAIT")
    }
}

/// Behaviour that depends on the previous packet, followed from segment to segment.
struct TrackerTCPStoryTests {
    /// The ctstate of each segment, with the entry's state after it.
    private static func story(_ start: TrackedEntry?, _ segments: [(TCPFlags, TupleDirection)]) -> [String] {
        var entry = start
        return segments.map { flags, direction in
            let outcome = ConntrackModel().outcome(of: .tcp(flags), entry: entry, direction)
            entry = outcome.entry
            return "\(outcome.ctstate) \(entry?.state ?? "-")"
        }
    }

    @Test("A connection from SYN to close")
    func whole() {
        let segments: [(TCPFlags, TupleDirection)] = [
            (.syn, .original), ([.syn, .ack], .reply), (.ack, .original), ([.ack, .psh], .reply),
            ([.fin, .ack], .original), (.ack, .reply), ([.fin, .ack], .reply), (.ack, .original), (.syn, .original),
        ]
        let expected = [
            "NEW SYN_SENT", "ESTABLISHED SYN_RECV", "ESTABLISHED ESTABLISHED", "ESTABLISHED ESTABLISHED",
            "ESTABLISHED FIN_WAIT", "ESTABLISHED CLOSE_WAIT", "ESTABLISHED LAST_ACK", "ESTABLISHED TIME_WAIT",
            "NEW SYN_SENT",
        ]
        #expect(Self.story(nil, segments) == expected)
    }

    @Test("Simultaneous open: both sides send a SYN")
    func simultaneousOpen() {
        let segments: [(TCPFlags, TupleDirection)] = [
            (.syn, .original), (.syn, .reply), ([.syn, .ack], .original), ([.syn, .ack], .reply), (.ack, .reply),
        ]
        let expected = [
            "NEW SYN_SENT", "ESTABLISHED SYN_SENT2", "ESTABLISHED SYN_RECV", "ESTABLISHED SYN_RECV",
            "ESTABLISHED ESTABLISHED",
        ]
        #expect(Self.story(nil, segments) == expected)
        let forgotten = Array(segments[..<3]) + [(.syn, .original), (.ack, .reply)]
        #expect(Self.story(nil, forgotten).suffix(2) == ["ESTABLISHED SYN_RECV", "ESTABLISHED SYN_RECV"])
    }

    @Test("A SYN in an open connection is let through, and takes effect once the server answers it")
    func answeredSYN() {
        let open = TrackedEntry(.tcp(TrackedTCP(byTraffic: .established)), hasSeenReply: true, isAssured: true)
        let answered: [(TCPFlags, TupleDirection)] = [(.syn, .original), ([.syn, .ack], .reply)]
        #expect(Self.story(open, answered) == ["ESTABLISHED ESTABLISHED", "ESTABLISHED SYN_RECV"])
        // It forgets that a FIN first closed the old connection, so a SYN at the end of the new one creates nothing.
        let ended = TrackedEntry(.tcp(TrackedTCP(byTraffic: .finWait)), hasSeenReply: true, isAssured: true)
        let reset: [(TCPFlags, TupleDirection)] = answered + [(.rst, .reply), (.syn, .original)]
        #expect(Self.story(ended, reset).suffix(2) == ["ESTABLISHED CLOSE", "ESTABLISHED CLOSE"])
    }

    @Test("An ACK to a SYN in LAST_ACK is a challenge ACK, not the last ACK")
    func challenge() {
        let ending = TrackedEntry(.tcp(TrackedTCP(byTraffic: .lastAck)), hasSeenReply: true, isAssured: true)
        let challenged: [(TCPFlags, TupleDirection)] = [(.syn, .original), (.ack, .reply)]
        #expect(Self.story(ending, challenged) == ["ESTABLISHED LAST_ACK", "ESTABLISHED LAST_ACK"])
        #expect(Self.story(ending, [(.ack, .reply)]) == ["ESTABLISHED TIME_WAIT"])
    }

    @Test("What a director sees of a DR connection with net.ipv4.vs.conntrack=1")
    func oneDirection() {
        let segments: [(TCPFlags, TupleDirection)] = [
            (.syn, .original), (.ack, .original), ([.ack, .psh], .original), ([.fin, .ack], .original),
            (.rst, .original),
        ]
        let expected = ["NEW SYN_SENT", "INVALID SYN_SENT", "INVALID SYN_SENT", "INVALID SYN_SENT", "NEW -"]
        #expect(Self.story(nil, segments) == expected)
    }
}
