import Addresses
import Conntrack
import Firewall
import Reports
import TestSupport
import Testing

@Suite(.enabled(if: SchemaScript.works || isContinuousIntegration, "needs python3-jsonschema"))
struct SampleSchemaTests {
    @Test("Samples with all possible members, and with none, conform to the schema")
    func samples() throws {
        let bare = try headers(.tcp)
        var tcp = bare
        (tcp.sourcePort, tcp.destinationPort, tcp.tcpFlags) = (1, .max, TCPFlags(rawValue: .max))
        var sctp = try headers(.sctp)
        (sctp.sourcePort, sctp.destinationPort, sctp.sctpChunk) = (1, 2, .max)
        var icmp = try headers(.icmp)
        (icmp.icmpType, icmp.icmpCode, icmp.embedded) = (3, .max, .init(.udp, from: icmp.source, 1, to: icmp.source, 2))
        var fragment = try headers(IPProtocol(rawValue: 253))
        fragment.isLaterFragment = true
        var text = ""
        for headers in [bare, tcp, sctp, icmp, fragment] {
            var sample = Sample(
                headers, CTState(rawValue: 5), at: NetfilterHook(rawValue: 9), Moment(nanoseconds: .max))
            text += line(sample)
            (sample.mark, sample.inputInterface, sample.outputInterface) = (.max, .max, .max)
            text += line(sample)
        }
        #expect(try SchemaScript.check("sample", text).lines == ["10 passed, 0 failed"])
        let broken = text.replacing(#""mark":0"#, with: #""marks":0"#)
        #expect(try SchemaScript.check("sample", broken).lines.last == "5 passed, 5 failed")
    }

    private func headers(_ protocol: IPProtocol) throws -> PacketHeaders {
        PacketHeaders(
            from: try #require(IPAddress("2001:db8::1")), to: try #require(IPAddress("10.0.0.1")),
            protocol: `protocol`, length: 65_575)
    }

    private func line(_ sample: Sample) -> String {
        written { sink in
            var json = JSONWriter(sink)
            json.sample(sample)
            json.finish()
        }
    }
}
