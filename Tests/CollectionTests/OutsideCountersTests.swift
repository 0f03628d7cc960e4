import Addresses
import Inspection
import Netlink
import TestSupport
import Testing

@testable import Collection

@Suite("Counters of what is lost outside netfilter")
struct OutsideCountersTests {
    @Test("Those of IPv6 are lines of a name and a number; what is neither is left out")
    func lines() {
        let text = "Ip6FragFails  \t3\nIcmp6OutRateLimitHost\t 4\nUdp6InErrors 5\nIp6InNoRoutes x\nIp6\nIp6a b 7\n"
        #expect(HostCounters.parse6(text) == ["Ip6.FragFails": 3, "Icmp6.OutRateLimitHost": 4])
    }

    @Test("A kernel without IPv6, and a capture of an earlier version, have those of IPv4")
    func without() throws {
        let group = Array("G: a\nG: 1\n".utf8)
        var files = ["proc/net/snmp": [group], "proc/net/netstat": [group]]
        #expect(HostCounters.reading(ScriptedKernel(files: files)).value?.values == ["G.a": 1])
        files["proc/net/snmp6"] = [Array("Ip6FragFails 2\n".utf8)]
        #expect(HostCounters.reading(ScriptedKernel(files: files)).value?.values == ["G.a": 1, "Ip6.FragFails": 2])
    }

    @Test("This kernel has all that are read", .needsRoot)
    func live() throws {
        let growth = try inFreshNamespace { OutsideCounters(LiveKernel()).growth }
        let names = OutsideCounter.ofNetwork + OutsideCounter.errors(.ipv4) + OutsideCounter.errors(.ipv6)
        for counter in names { #expect(growth?[counter] == 0, "\(counter.name)") }
    }

    @Test("What grows is told, and what was counted before is not")
    func grown() {
        let group = Array("G: a\nG: 1\n".utf8)
        let lines = ["Ip6FragFails 2\nIp6InNoRoutes 7\n", "Ip6FragFails 5\nIp6InNoRoutes 7\n"]
        let kernel = ScriptedKernel(
            files: ["proc/net/snmp": [group], "proc/net/netstat": [group]],
            readings: ["proc/net/snmp6": lines.map { Array($0.utf8) }])
        let growth = OutsideCounters(kernel).growth
        #expect(growth?[OutsideCounter("Ip6.FragFails")] == 3 && growth?[OutsideCounter("Ip6.InNoRoutes")] == 0)
    }
}
