import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import TestSupport
import Testing

@testable import Terminal

/// Connections that have ended, or are ending, and that one of the tables has as ESTABLISHED.
struct StuckTests {
    /// After a reading in each of these seconds, all of which find the same.
    private func model(
        _ state: ConnectionState, entry entryState: TrackedTCP.State?, vip: Int = 100, seconds: [UInt32] = [1, 2, 3, 4]
    ) -> Model {
        var model = Models.empty(200, 40)
        for second in seconds {
            model.director.tick(Models.now, elapsed: .seconds(second))
            read(&model, state, entryState, vip: vip)
        }
        model.turn(to: .services)
        return model
    }

    private func read(
        _ model: inout Model, _ state: ConnectionState, _ entryState: TrackedTCP.State? = nil, vip: Int = 100
    ) {
        let connection = Models.connection(1, state: state, vip: vip)
        let entries = entryState.map { state in
            var entry = Models.entry(1, isReplied: true, state: state.rawValue)
            entry.original.destination = connection.virtual.address
            entry.reply.source = vip == 101 ? connection.destination.address : connection.virtual.address
            return [entry]
        }
        Models.read(&model, [connection], entries ?? [])
    }

    private func stuck(_ model: Model) -> [Int] { model.services.lines.map(\.counts.stuck) }

    private func see(_ model: inout Model, _ flags: TCPFlags, isDropped: Bool) throws {
        let connection = Models.connection(1)
        var headers = PacketHeaders(
            from: connection.client.address, to: connection.virtual.address, protocol: .tcp, length: 40)
        (headers.sourcePort, headers.destinationPort) = (connection.client.port, 80)
        headers.tcpFlags = flags
        let packet =
            isDropped
            ? SeenPacket(
                TracedPacket(state: .invalid, headers: headers, end: .dropped(Models.dropping)), at: Models.now)
            : SeenPacket(Sample(headers, .invalid, at: .preRouting, Models.now))
        model.director.take(try #require(packet))
        Models.tell(&model, .director(.packetsSeen))
        read(&model, "ESTABLISHED")
    }

    @Test(
        "A FIN or RST that was dropped makes it stuck; one that only came, and an ACK that was dropped, do not",
        arguments: [
            ([.fin, .ack], true, 1), ([.rst], true, 1), ([.fin, .ack], false, 0), ([.ack], true, 0),
        ] as [(TCPFlags, Bool, Int)])
    func dropped(_ flags: TCPFlags, _ isDropped: Bool, _ count: Int) throws {
        var model = model("ESTABLISHED", entry: nil)
        try see(&model, flags, isDropped: isDropped)
        #expect(stuck(model) == [count, 0])
        model.turn(to: .servers)
        #expect(model.servers.lines.map(\.counts.stuck) == [0, count, 0, 0])
        model.turn(to: .flows)
        #expect(model.take(filter: "stuck") == nil && model.listCount == count)
        #expect(model.take(filter: "not stuck") == nil && model.listCount == 1 - count)
        #expect(model.take(filter: "") == nil)
        Models.press(&model, .enter)
        #expect(Models.text(model).contains("stuck      a FIN or RST of it was dropped") == (count == 1))
        #expect(written(model.writeDocument).contains(#""stuck":null"#) == (count == 0))
    }

    @Test("It is stuck until its state in IPVS changes, or a SYN begins another connection")
    func end() throws {
        var model = model("ESTABLISHED", entry: nil)
        try see(&model, [.fin, .ack], isDropped: true)
        read(&model, "ESTABLISHED")
        #expect(stuck(model) == [1, 0])
        var other = model
        read(&model, "FIN_WAIT")
        read(&model, "ESTABLISHED")
        #expect(stuck(model) == [0, 0])
        try see(&other, [.syn], isDropped: false)
        #expect(stuck(other) == [0, 0])
    }

    @Test(
        "What the tables disagree about makes it stuck, if IPVS sees both directions or what it saw was an end",
        arguments: [
            (101, "ESTABLISHED", .finWait, true), (101, "ESTABLISHED", .close, true),
            (101, "ESTABLISHED", .established, false), (101, "FIN_WAIT", .finWait, false),
            (101, "FIN_WAIT", .established, true), (100, "CLOSE", .established, true),
            // What the real server sent, IPVS does not see.
            (100, "ESTABLISHED", .timeWait, false), (100, "SYN_RECV", .established, false),
            (100, "FIN_WAIT", nil, false),
        ] as [(Int, ConnectionState, TrackedTCP.State?, Bool)])
    func tables(_ vip: Int, _ state: ConnectionState, _ entry: TrackedTCP.State?, _ isStuck: Bool) {
        #expect(stuck(model(state, entry: entry, vip: vip)).reduce(0, +) == (isStuck ? 1 : 0))
        // One table is read after the other: only what stays so counts.
        #expect(stuck(model(state, entry: entry, vip: vip, seconds: [1])).reduce(0, +) == 0)
        #expect(stuck(model(state, entry: entry, vip: vip, seconds: [1, 2])).reduce(0, +) == 0)
    }

    @Test("The word is one of flows, completed by Tab, and a text elsewhere")
    func word() throws {
        #expect(FilterCompletion("stu", in: .flows(.none)).candidates == ["stuck"])
        let flows = try FilterExpression.read("stuck", for: .flows(.none))
        #expect(flows == .test(.trait(.stuck)))
        #expect(try FilterExpression.read("stuck", for: .services(.none)) != flows)
        #expect(try FilterExpression.read("\"stuck\"", for: .flows(.none)) != flows)
    }
}
