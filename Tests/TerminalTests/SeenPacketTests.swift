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

    private func sample(_ number: Int, _ flags: TCPFlags, _ state: CTState) -> ScreenEvent {
        .sample(Sample(headers(number, flags), state, at: .preRouting, Models.now))
    }

    @Test("Packets appear in the details of their flow, and their ctstates in its row")
    func detail() {
        var model = Models.director(200, 60)
        model.observe()
        Models.tell(&model, sample(9, [.fin, .ack], .invalid))
        Models.tell(&model, sample(9, [.ack], .new))
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
        Models.tell(&model, sample(50, [.syn], .new))
        #expect(model.take(filter: "ctstate=NEW") == nil)
        #expect(model.listCount == 0)
        Models.read(&model, [Models.connection(50)])
        #expect(model.listCount == 1)
        // Not longer: a later flow of the same client is a different one.
        Models.tell(&model, sample(51, [.syn], .new))
        for _ in 0..<2 { Models.read(&model, []) }
        Models.read(&model, [Models.connection(51)])
        #expect(model.listCount == 0)
    }

    @Test("Remarks are bounded: the oldest are dropped first")
    func bounds() {
        var timeline = Timeline()
        let keys = (0..<3).map { number in
            FlowKey(protocol: .tcp, client: Models.connection(number).client, server: Models.vip())
        }
        for number in 0..<10_000 {
            timeline.add(.init(moment: Moment(nanoseconds: UInt64(number)), text: "\(number)"), to: keys[number % 3])
        }
        #expect(keys.allSatisfy { timeline[$0].count <= Timeline.mostOfOne })
        #expect(timeline[keys[0]].last?.text == "9999")
        for number in 0..<10_000 {
            let client = Endpoint(IPAddress(ipv4: UInt32(number)), 1)
            timeline.add(
                .init(moment: Moment(nanoseconds: 0), text: ""),
                to: FlowKey(protocol: .tcp, client: client, server: Models.vip()))
        }
        #expect(timeline[keys[0]].isEmpty)
    }
}
