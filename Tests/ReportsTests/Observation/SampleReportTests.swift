import Addresses
import Conntrack
import Firewall
import Reports
import TestSupport
import Testing

@Suite("Samples as a table and as JSON")
struct SampleReportTests {
    @Test func aRowTellsWhoSentWhat() throws {
        var answer = try fin
        answer.hook = .forward
        swap(&answer.headers.source, &answer.headers.destination)
        swap(&answer.headers.sourcePort, &answer.headers.destinationPort)
        #expect(
            [try fin, try tooBig, try other, answer].text(.plain, width: nil, clocksAhead: { _ in 3600 }) == [
                "TIME             HOOK          CTSTATE    CLASS       CLIENT         VIRTUAL        LENGTH  FLAGS",
                "05:00:00.123456  PRE_ROUTING   INVALID    FIN         10.0.0.1:4711  10.0.0.100:80      "
                    + "52  FIN,ACK",
                "05:00:00.123457  PRE_ROUTING   RELATED    ICMP error  2001:db8::fe   2001:db8::100    12"
                    + "80  ICMPv6 packet-too-big about tcp [2001:db8::100]:80 -> [2001:db8::1]:4711",
                "05:00:00.123458  POST_ROUTING  UNTRACKED  other       10.0.0.1       10.0.0.100         60  gre",
                "05:00:00.123456  FORWARD       INVALID    FIN         10.0.0.1:4711  10.0.0.100:80      "
                    + "52  FIN,ACK",
            ])
    }

    @Test func theLastColumnSaysWhatTheOthersDoNot() throws {
        try expect(.tcp, "TCP other", "none") { $0.tcpFlags = [] }
        try expect(.tcp, "other", "later fragment") { $0.isLaterFragment = true }
        try expect(.sctp, "SCTP", "chunk 1") { $0.sctpChunk = 1 }
        try expect(.udp, "UDP", "-") { _ in }
        try expect(.icmp, "other", "ICMP echo-request") { ($0.icmpType, $0.icmpCode) = (8, 0) }
        try expect(.icmp, "ICMP error", "ICMP time-exceeded") { ($0.icmpType, $0.icmpCode) = (11, 0) }
    }

    private func expect(
        _ protocol: IPProtocol, _ title: String, _ remark: String, fill: (inout PacketHeaders) -> Void
    ) throws {
        var headers = try other.headers
        headers.protocol = `protocol`
        fill(&headers)
        let sample = Sample(headers, .new, at: .localIn, Moment(nanoseconds: 0))
        let row = try #require([sample].text(.plain, width: nil, clocksAhead: { _ in 0 }).last)
        #expect(row.contains("  \(title)  ") && row.hasSuffix("  \(remark)"))
    }

    @Test func aNarrowTerminalKeepsWhoAndWhichState() throws {
        let lines = [try fin].text(.plain, width: 45, clocksAhead: { _ in 0 })
        #expect(lines == ["CTSTATE  CLASS  CLIENT         VIRTUAL", "INVALID  FIN    10.0.0.1:4711  10.0.0.100:80"])
        #expect([Sample]().text(.plain, width: 45, clocksAhead: { _ in 0 }).isEmpty)
    }

    @Test func theObjectHasWhatApplies() throws {
        #expect(
            json(try fin)
                == #"{"time":"2026-11-23T04:00:00.123456Z","hook":"PRE_ROUTING","ctstate":"INVALID","class":"fin","#
                + #""protocol":"tcp","source":{"address":"10.0.0.1","port":4711},"#
                + #""destination":{"address":"10.0.0.100","port":80},"length":52,"tcp_flags":["FIN","ACK"],"mark":7,"#
                + #""input_interface":2}"# + "\n")
        #expect(
            json(try tooBig)
                == #"{"time":"2026-11-23T04:00:00.123457Z","hook":"PRE_ROUTING","ctstate":"RELATED","class":"icmp_error","#
                + #""protocol":"icmpv6","source":{"address":"2001:db8::fe"},"destination":{"address":"2001:db8::100"},"#
                + #""length":1280,"icmp_type":2,"icmp_code":0,"icmp_name":"packet-too-big","embedded":{"protocol":"tcp","#
                + #""source":{"address":"2001:db8::100","port":80},"destination":{"address":"2001:db8::1","port":4711}},"#
                + #""mark":0}"# + "\n")
        #expect(
            json(try other)
                == #"{"time":"2026-11-23T04:00:00.123458Z","hook":"POST_ROUTING","ctstate":"UNTRACKED","class":"other","#
                + #""protocol":"gre","source":{"address":"10.0.0.1"},"destination":{"address":"10.0.0.100"},"length":60,"#
                + #""mark":0}"# + "\n")
    }

    private func json(_ sample: Sample) -> String {
        written { sink in
            var json = JSONWriter(sink)
            json.sample(sample)
            json.finish()
        }
    }

    /// 2026-11-23 04:00:00.123456 UTC.
    private static let time: UInt64 = 1_795_406_400_123_456_000

    private var fin: Sample {
        get throws {
            var sample = try sample("10.0.0.1", "10.0.0.100", .tcp, 52, .invalid, .preRouting, 0)
            (sample.headers.sourcePort, sample.headers.destinationPort) = (4711, 80)
            sample.headers.tcpFlags = [.fin, .ack]
            (sample.mark, sample.inputInterface) = (7, 2)
            return sample
        }
    }

    private var tooBig: Sample {
        get throws {
            var sample = try sample("2001:db8::fe", "2001:db8::100", .icmpv6, 1280, .related, .preRouting, 1)
            (sample.headers.icmpType, sample.headers.icmpCode) = (2, 0)
            sample.headers.embedded = EmbeddedFlow(
                .tcp, from: sample.headers.destination, 80, to: try #require(IPAddress("2001:db8::1")), 4711)
            return sample
        }
    }

    private var other: Sample {
        get throws { try sample("10.0.0.1", "10.0.0.100", .gre, 60, .untracked, .postRouting, 2) }
    }

    private func sample(
        _ source: String, _ destination: String, _ protocol: IPProtocol, _ length: Int, _ state: CTState,
        _ hook: NetfilterHook, _ microseconds: UInt64
    ) throws -> Sample {
        let headers = PacketHeaders(
            from: try #require(IPAddress(source)), to: try #require(IPAddress(destination)), protocol: `protocol`,
            length: length)
        return Sample(headers, state, at: hook, Moment(nanoseconds: Self.time + microseconds * 1000))
    }
}
