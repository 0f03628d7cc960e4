import Addresses
import Conntrack
import Firewall
import Inspection
import Testing

struct PacketTimelineTests {
    private let vip = Endpoint(IPAddress(ipv4: 0x0A00_0064), 80)

    private func key(_ client: UInt32) -> FlowKey {
        FlowKey(protocol: .tcp, client: Endpoint(IPAddress(ipv4: client), 1), server: vip)
    }

    private func mark(_ number: UInt64) -> PacketTimeline.Mark {
        let headers = PacketHeaders(from: vip.address, to: vip.address, protocol: .tcp, length: 40)
        return PacketTimeline.Mark(Moment(nanoseconds: number), headers, .new, .seen(.preRouting))
    }

    @Test("Packets are bounded per flow and in total: the oldest are dropped first")
    func bounds() {
        var timeline = PacketTimeline()
        let keys = (0..<3).map(key)
        for number in 0..<10_000 { timeline.add(mark(UInt64(number)), to: keys[number % 3]) }
        #expect(keys.allSatisfy { timeline[$0].count <= PacketTimeline.mostOfOne })
        #expect(timeline[keys[0]].last?.moment.nanoseconds == 9999)
        for number in 0..<10_000 { timeline.add(mark(0), to: key(1000 + UInt32(number))) }
        #expect(timeline[keys[0]].isEmpty)
    }
}
