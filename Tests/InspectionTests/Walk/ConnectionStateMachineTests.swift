import Conntrack
import IPVS
import Testing

@testable import Inspection

/// IPVS's states of a TCP connection, as in the tables of net/netfilter/ipvs/ip_vs_proto_tcp.c.
struct ConnectionStateMachineTests {
    private typealias State = ConnectionStateMachine.State

    private static func after(
        _ state: State, _ flags: TCPFlags, _ direction: TupleDirection, seesOneDirection: Bool
    ) throws -> State {
        let question = WalkQuestion(.tcp(flags), entry: nil, method: seesOneDirection ? .dr : .nat)
        var connection = try #require(ConnectionStateMachine(before: question))
        connection.state = state
        return connection.after(flags, direction)
    }

    /// Columns: NONE, SYN_SENT, SYN_RECV, ESTABLISHED, FIN_WAIT, TIME_WAIT, CLOSE, CLOSE_WAIT.
    private static let rows: [(TCPFlags, TupleDirection, Bool, String)] = [
        (.syn, .original, false, "SR ES SR ES SR SR SR SR"),
        ([.fin, .ack], .original, false, "CL SS TW CW TW TW CL CW"),
        (.ack, .original, false, "ES SS ES ES FW TW CL CW"), (.rst, .original, false, "CL CL SR CL CL CL CL CL"),
        (.syn, .original, true, "SR ES SR ES SR SR SR SR"), ([.fin, .ack], .original, true, "CL SS TW FW FW TW CL CW"),
        (.ack, .original, true, "ES SS ES ES FW TW CL CW"), ([.rst, .ack], .original, true, "CL CL SR CL CL CL CL CL"),
        ([.syn, .ack], .reply, false, "SS SS SR ES SS SS SS SS"),
        ([.fin, .ack], .reply, false, "TW SS TW FW FW TW CL TW"),
        (.ack, .reply, false, "ES SS ES ES FW TW CL CW"), (.rst, .reply, false, "CL SS CL CL CL TW CL CL"),
        ([], .original, false, "CL CL CL CL CL CL CL CL"),
    ]

    @Test("The next state after a segment, from each state", arguments: rows.indices)
    func table(_ row: Int) throws {
        let (flags, direction, seesOneDirection, cells) = Self.rows[row]
        let short: [String: State] = [
            "NO": .none, "SS": .synSent, "SR": .synReceived, "ES": .established, "FW": .finWait, "TW": .timeWait,
            "CL": .close, "CW": .closeWait,
        ]
        let expected = try cells.split(separator: " ").map { try #require(short[String($0)]) }
        let states: [State] = [
            .none, .synSent, .synReceived, .established, .finWait, .timeWait, .close, .closeWait,
        ]
        let found = try states.map { try Self.after($0, flags, direction, seesOneDirection: seesOneDirection) }
        #expect(found == expected)
    }

    @Test(
        "The previous state follows from the entry; without one, a SYN starts a connection, others continue one"
    )
    func before() {
        func state(_ flags: TCPFlags, _ tcp: TrackedTCP.State?) -> State? {
            let entry = tcp.map { TrackedEntry(.tcp(TrackedTCP($0)), hasSeenReply: false) }
            return ConnectionStateMachine(before: WalkQuestion(.tcp(flags), entry: entry, method: .dr))?.state
        }
        #expect(state(.syn, nil) == State.none)
        #expect(state(.ack, nil) == .established)
        let answer = WalkQuestion(.tcp([.syn, .ack]), entry: nil, .reply, method: .nat)
        #expect(ConnectionStateMachine(before: answer)?.state == .synReceived)
        #expect(state(.ack, .synSent) == .synReceived)
        #expect(state(.rst, .lastAck) == .finWait)
        #expect(state(.syn, .timeWait) == .timeWait)
        #expect(ConnectionStateMachine(before: WalkQuestion(.udp, entry: nil, method: .dr)) == nil)
    }
}
