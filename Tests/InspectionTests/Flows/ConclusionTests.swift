import Addresses
import Conntrack
import IPVS
import Reports
import Testing

@testable import Inspection

struct ConclusionTests {
    private let vip = "10.0.0.100:80"

    private func report(_ method: ForwardingMethod, entry: Entry? = nil, conntrack: String?) throws -> FlowReport {
        flows(
            [try connection("10.0.0.1:1001", vip, "10.0.0.3:80")],
            [try service(tcp(vip), [("10.0.0.3:80", method)])], entry.map { [$0] } ?? [], conntrack: conntrack)
    }

    @Test("The reason for an absent flow names the responsible setting and the method")
    func absent() throws {
        let off = try report(.dr, conntrack: "0").flows[0].reason.words
        #expect(off == "net.ipv4.vs.conntrack=0: IPVS untracks DR packets before they are confirmed")
        #expect(try report(.nat, conntrack: "0").flows[0].reason.words.contains("untracks NAT packets"))
        #expect(try report(.dr, conntrack: "1").flows[0].reason.words.contains("net.ipv4.vs.conntrack=1, and yet"))
    }

    @Test("A setting that could not be read is not taken for one that does not exist")
    func unreadable() throws {
        let rows = [try connection("10.0.0.1:1001", vip, "10.0.0.3:80")]
        var sysctls = Sysctls()
        sysctls.unreadable[Sysctls.ipvsConntrack] = "Permission denied"
        #expect(flows(rows, [], [], sysctls).flows[0].reason.words.contains("could not be read (Permission denied)"))
        // The directory may be hidden or unreadable as a whole: that says nothing about the setting either.
        #expect(flows(rows, [], [], Sysctls()).flows[0].reason.words.contains("is not shown in this namespace"))
        sysctls.unreadable = [Sysctls.ipvsFolder: "Permission denied"]
        #expect(flows(rows, [], [], sysctls).flows[0].reason.words.contains("could not be read (Permission denied)"))
        sysctls.unreadable = [:]
        sysctls.values = ["net.ipv4.vs.am_droprate": "10"]
        #expect(flows(rows, [], [], sysctls).flows[0].reason.words.contains("CONFIG_IP_VS_NFCT"))
    }

    @Test("With vs.conntrack=1 a DR flow is unreplied because the answers bypass the director")
    func unreplied() throws {
        var synSent = try entry("10.0.0.1:1001", vip)
        synSent.state = .tcp(.init(state: 1))
        let found = try report(.dr, entry: synSent, conntrack: "1")
        #expect(found.flows[0].reason.words.contains("answers the client directly"))
        #expect(found.flows[0].reason.words.contains("net.ipv4.vs.conntrack=1"))
        let last = found.conclusion(sysctls(conntrack: "1")).last
        #expect(last?.contains("drops its ACKs and data, and no page loads") == true)
        #expect(!(try report(.dr, entry: synSent, conntrack: nil).flows[0].reason.words.contains("conntrack=1")))
        synSent.state = .tcp(.init(state: 3))
        #expect(try report(.dr, entry: synSent, conntrack: "1").conclusion(sysctls(conntrack: "1")).count == 1)
        let translated = try entry("10.0.0.1:1001", vip, server: "10.0.0.3:80")
        #expect(try report(.nat, entry: translated, conntrack: "1").flows[0].reason.words.contains("has not come back"))
    }

    @Test("The closing sentences give counts, the reason, and the consequence for the filter")
    func sentences() throws {
        let conclusion = try report(.dr, conntrack: "0").conclusion()
        #expect(
            conclusion == [
                "1 of 1 connections is absent from the conntrack table: net.ipv4.vs.conntrack=0: "
                    + "IPVS untracks DR packets before they are confirmed.",
                "1 of 1 TCP connections by DR is not in the conntrack table (net.ipv4.vs.conntrack=0): unless a notrack "
                    + "rule exempts them, a filter that drops INVALID drops their FINs, RSTs and ICMP errors.",
            ])
    }

    @Test("With tcp_loose=0 all packets of an absent flow except SYNs are INVALID")
    func strict() throws {
        let rows = [try connection("10.0.0.1:1001", vip, "10.0.0.3:80")]
        let services = [try service(tcp(vip), [("10.0.0.3:80", .dr)])]
        var sysctls = sysctls(conntrack: "0")
        sysctls.values[Sysctls.tcpLoose] = "0"
        #expect(
            flows(rows, services, [], sysctls).conclusion(sysctls).last?.contains("all their packets but SYNs") == true)
    }

    @Test("No connections is reported as such, not as nothing being wrong")
    func nothing() throws {
        #expect(flows([], [], []).conclusion() == ["IPVS has no connections here."])
        let rows = [try connection("10.0.0.1:1001", vip, "10.0.0.3:80")]
        var filtered = flows(rows, [], [])
        filtered.filter.clients = [try #require(ClientSelector("10.9.9.9"))]
        #expect(filtered.conclusion() == ["No flow matches the filter; IPVS has 1 connection."])
    }
}
