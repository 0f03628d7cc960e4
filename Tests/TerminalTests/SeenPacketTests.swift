import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Testing

@testable import Terminal

struct SeenPacketTests {
    private func headers(_ number: Int, _ flags: TCPFlags) -> PacketHeaders {
        let connection = Models.connection(number)
        var headers = PacketHeaders(
            from: connection.client.address, to: connection.virtual.address, protocol: .tcp, length: 40)
        (headers.sourcePort, headers.destinationPort) = (connection.client.port, 80)
        headers.tcpFlags = flags
        return headers
    }

    /// What a live director does with a sample.
    private func see(_ model: inout Model, _ number: Int, _ flags: TCPFlags, _ state: CTState) {
        model.director.take(SeenPacket(Sample(headers(number, flags), state, at: .preRouting, Models.now)))
        Models.tell(&model, .director(.packetsSeen))
    }

    @Test("Packets appear in the details of their flow, and their ctstates in its row")
    func detail() {
        var model = Models.director(200, 60)
        model.observe()
        see(&model, 9, [.fin, .ack], .invalid)
        see(&model, 9, [.ack], .new)
        #expect(model.take(filter: "ctstate=INVALID") == nil)
        #expect(model.listCount == 1)
        Models.press(&model, .enter)
        let text = Models.text(model)
        #expect(text.contains("NEW,INVALID") || text.contains("INVALID,NEW"))
        #expect(text.contains("FIN INVALID at PRE_ROUTING (FIN,ACK)"))
    }

    @Test("A packet that arrives before its connection is read is kept for it until the next reading")
    func stray() {
        var model = Models.director(200, 60)
        model.observe()
        see(&model, 50, [.syn], .new)
        #expect(model.take(filter: "ctstate=NEW") == nil)
        #expect(model.listCount == 0)
        Models.read(&model, [Models.connection(50)])
        #expect(model.listCount == 1)
        // Not longer: a later flow of the same client is a different one.
        see(&model, 51, [.syn], .new)
        for _ in 0..<2 { Models.read(&model, []) }
        Models.read(&model, [Models.connection(51)])
        #expect(model.listCount == 0)
    }
}
