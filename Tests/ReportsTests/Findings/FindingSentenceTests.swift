import Addresses
import Conntrack
import Foundation
import IPVS
import Inspection
import TestSupport
import Testing

@testable import Reports

struct FindingSentenceTests {
    private func flows(
        _ id: Finding.ID, _ evidence: KeyValuePairs<String, Int>, _ methods: [ForwardingMethod],
        _ remedies: [Remedy] = []
    ) -> Finding {
        Finding(
            id, .error, .director, evidence.map { .init($0.key, $0.value) }, context: .methods(methods), remedies)
    }

    @Test("The meaning of unreplied connections, with and without knowledge of the setting and of ACKs")
    func unreplied() {
        let known = flows(
            .vsConntrackDR, ["unreplied": 3, "half_open": 3, "connections": 8, "vs_conntrack": 1], [.dr, .tun])
        #expect(
            known.reason
                == "3 of 8 TCP connections by DR and TUN are unreplied, as net.ipv4.vs.conntrack=1 confirms their SYN and the "
                + "answers bypass the director: a filter that drops INVALID drops their ACKs and data, and no page loads. "
                + "IPVS saw no ACK of them.")
        let unknown = flows(.vsConntrackDR, ["unreplied": 1, "half_open": 0, "connections": 1], [.dr])
        #expect(
            unknown.reason
                == "1 of 1 TCP connections by DR is unreplied: a filter that drops INVALID drops its ACKs and data, and no page "
                + "loads.")
        #expect(
            flows(.vsConntrackDR, ["unreplied": 3, "half_open": 2, "connections": 3], [.dr]).reason
                .hasSuffix(" IPVS saw no ACK of 2 of them."))
    }

    @Test("The meaning of absent connections, by setting, by tcp_loose, by what was observed, and with NAT")
    func absent() {
        let numbers: KeyValuePairs = ["absent": 2, "connections": 2, "vs_conntrack": 0]
        #expect(
            flows(.tcpLoose0, numbers, [.dr]).reason
                == "2 of 2 TCP connections by DR are not in the conntrack table (net.ipv4.vs.conntrack=0): unless a notrack rule "
                + "exempts them, a filter that drops INVALID drops all their packets but SYNs.")
        #expect(
            flows(.vsConntrackNAT, numbers, [.nat]).reason
                == "2 of 2 TCP connections by NAT are not in the conntrack table (net.ipv4.vs.conntrack=0): their answers come "
                + "back through the director, and a filter that drops INVALID at FORWARD drops them.")
        let quiet = flows(.endsInvalid, ["absent": 2, "connections": 2, "dropped": 0, "observed_seconds": 12], [.tun])
        #expect(
            quiet.reason
                == "2 of 2 TCP connections by TUN are not in the conntrack table: unless a notrack rule exempts them, a filter "
                + "that drops INVALID drops their FINs, RSTs and ICMP errors. In 12 s of observing, none was dropped.")
    }

    @Test("Remedies: the first fix says so, others are added, and further information gets its own sentence")
    func remedies() throws {
        let services = [
            Service.Identity.address(.tcp, try at("10.0.0.100:80")), .address(.tcp, try at("[2001:db8::100]:80")),
            .fwmark(7, .ipv4),
        ]
        let finding = flows(
            .endsInvalid, [:], [.dr],
            [.set([.init(Sysctls.ipvsConntrack, 1)]), .notrack(services), .observe, .readManual])
        #expect(
            finding.remedySentences == [
                "To fix it, run sysctl -w net.ipv4.vs.conntrack=1: answers that come back through the director are then tracked.",
                "Also add notrack rules for tcp 10.0.0.100:80, tcp [2001:db8::100]:80 and fwmark 7: their answers bypass the "
                    + "director, and no value of net.ipv4.vs.conntrack suits both them and the NAT services here.",
                "Run ct-inspect observe on the director to see what its packet filter drops.",
                "See ct-inspect-lvs-dr(7) for the fixes.",
            ])
        #expect(
            finding.remedies.nextStep(observing: "press o")
                == "run sysctl -w net.ipv4.vs.conntrack=1; add notrack rules for tcp 10.0.0.100:80, tcp [2001:db8::100]:80 and "
                + "fwmark 7; press o; see ct-inspect-lvs-dr(7) for the fixes")
        #expect([Remedy]().nextStep() == nil)
    }

    @Test("The next steps: each listed once, fixes first, the manual last; none if nothing is wrong")
    func next() {
        let one = flows(.endsInvalid, [:], [.dr], [.observe, .readManual])
        let other = flows(.vsConntrackDR, [:], [.dr], [.set([.init(Sysctls.tcpLoose, 1)]), .observe, .readManual])
        #expect(
            [one, other].nextStep
                == "run sysctl -w net.netfilter.nf_conntrack_tcp_loose=1; run ct-inspect observe on the director to see what its "
                + "packet filter drops; see ct-inspect-lvs-dr(7) for the fixes")
        #expect([Finding(.noConnections, .info, .director, [], [.observe])].nextStep == nil)
    }

    @Test("A finding without a sentence of its own is still printed, with its numbers")
    func unknown() {
        let finding = Finding(
            .init(rawValue: "ip-forward"), .error, .director, [.init("ip_forward", 0), .init("services", 3)])
        #expect(finding.reason == "ip-forward: ip_forward=0, services=3.")
    }

    @Test("JSON: worst first, subjects of each kind, numbers as numbers, null without a remedy")
    func json() throws {
        let tcp = Service.Identity.address(.tcp, try at("10.0.0.100:80"))
        let findings = [
            Finding(.init(rawValue: "a"), .info, .director),
            Finding(.init(rawValue: "b"), .warning, .service(.fwmark(7, .ipv6)), [.init("n", UInt64.max)]),
            Finding(.init(rawValue: "c"), .error, .service(tcp), [], [.observe]),
            Finding(.init(rawValue: "d"), .info, .address(try at("10.0.0.9:1").address, port: nil)),
            Finding(.counters, .info, .counter(.earlyDrop), [.init("total", 3)]),
        ]
        let text = written { sink in
            var json = JSONWriter(sink)
            json.object { $0.findings(findings) }
            json.finish()
        }
        #expect(
            text.hasPrefix(
                #"{"findings":[{"id":"c","severity":"error","subject":{"kind":"service","protocol":"tcp","#
                    + #""address":"10.0.0.100","port":80,"fwmark":null},"evidence":{},"reason":"c: .","remedy":"Run ct-inspect"#
            ))
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let listed = try #require(document["findings"] as? [[String: Any]])
        #expect(listed.map { $0["id"] as? String } == ["c", "b", "a", "d", "ct-counters"])
        #expect(
            text.contains(
                #""subject":{"kind":"service","protocol":null,"address":null,"port":null,"fwmark":7,"family":"ipv6"}"#))
        #expect(text.contains(#""evidence":{"n":18446744073709551615},"#))
        #expect(text.contains(#""subject":{"kind":"address","address":"10.0.0.9"}"#))
        #expect(text.contains(#""subject":{"kind":"counter","name":"early_drop"},"evidence":{"total":3}"#))
        #expect(listed[2]["remedy"] is NSNull)
    }
}
