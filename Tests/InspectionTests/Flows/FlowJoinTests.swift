import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

struct FlowJoinTests {
    private let vip = "10.0.0.100:80"

    @Test("A connection without an entry is absent, with one by its status unreplied or tracked")
    func verdicts() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let connections = try ["10.0.0.1:1001", "10.0.0.1:1002", "10.0.0.1:1003"].map {
            try connection($0, vip, "10.0.0.3:80")
        }
        let table = [
            try entry("10.0.0.1:1002", vip), try entry("10.0.0.1:1003", vip, status: [.confirmed, .seenReply]),
        ]
        let report = flows(connections, [dr], table)
        #expect(report.flows.map(\.verdict) == [.absent, .unreplied, .tracked])
        #expect(report.flows.map { $0.entry == nil } == [true, false, false])
        #expect(report.flows.allSatisfy { $0.method == .dr && $0.service == dr.identity && $0.doubts.isEmpty })
    }

    @Test("An entry of another protocol, client port or VIP port is not the connection's")
    func nearMisses() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let report = flows(
            [try connection("10.0.0.1:1001", vip, "10.0.0.3:80")], [dr],
            [
                try entry("10.0.0.1:1001", vip, .udp), try entry("10.0.0.1:1002", "10.0.0.101:80"),
                try entry("10.0.0.1:1001", "10.0.0.100:81"),
            ])
        #expect(report.flows.map(\.verdict) == [.absent])
    }

    @Test("With NAT an entry is found by its reply tuple, when the original one was rewritten before IPVS saw it")
    func natReply() throws {
        let nat = try service(tcp(vip), [("10.0.0.3:8080", .nat)])
        let rewritten = try entry(
            "10.0.0.1:1001", "192.0.2.1:80", server: "10.0.0.3:8080", status: [.confirmed, .seenReply])
        let connections = [try connection("10.0.0.1:1001", vip, "10.0.0.3:8080")]
        let found = try #require(flows(connections, [nat], [rewritten]).flows.first)
        #expect(found.verdict == .tracked)
        #expect(found.doubts == ["joined by the reply tuple: the entry was made for tcp 10.0.0.1:1001 > 192.0.2.1:80"])
        let dr = try service(tcp(vip), [("10.0.0.3:8080", .dr)])
        #expect(flows(connections, [dr], [rewritten]).flows.map(\.verdict) == [.absent])
    }

    @Test("A reply tuple that two connections have is said to be ambiguous")
    func ambiguousReply() throws {
        let services = try ["10.0.0.100:80", "10.0.0.101:80"].map { try service(tcp($0), [("10.0.0.3:80", .nat)]) }
        let connections = try ["10.0.0.100:80", "10.0.0.101:80"].map {
            try connection("10.0.0.1:1001", $0, "10.0.0.3:80")
        }
        let report = flows(connections, services, [try entry("10.0.0.1:1001", "192.0.2.1:80", server: "10.0.0.3:80")])
        #expect(report.flows.map(\.verdict) == [.unreplied, .unreplied])
        #expect(report.flows.allSatisfy { $0.doubts.first?.contains("which 2 connections have") == true })
    }

    @Test("A row that was read twice counts once: the list is no snapshot")
    func doubles() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let row = try connection("10.0.0.1:1001", vip, "10.0.0.3:80")
        let later = try connection("10.0.0.1:1001", vip, "10.0.0.3:80", expires: 889)
        let join = FlowJoin(ConnectionList([row, later]), [dr])
        #expect(join.unseen == [0])
        #expect(join.result(sysctls(conntrack: "0")).flows.map(\.connection?.expires) == [890])
    }

    @Test("A connection that waits for its client's port is not looked up, and has its own reason")
    func expected() throws {
        let ftp = try service(tcp("10.0.0.100:21"), [("10.0.0.3:21", .nat)])
        let row = try connection("10.0.0.1:0", "10.0.0.100:20", "10.0.0.3:20", state: "LISTEN")
        let join = FlowJoin(ConnectionList([row]), [ftp])
        #expect(join.unseen.isEmpty)
        #expect(join.result(sysctls(conntrack: "0")).flows.first?.reason == VerdictReasons.expected)
    }

    @Test("A zone of one direction alone is a zone to look into")
    func directionZones() throws {
        var directed = try entry("10.0.0.9:1", "192.0.2.1:80")
        directed.original.zone = 7
        var join = FlowJoin(ConnectionList(), [])
        join.see(directed)
        #expect(join.zones == [7])
    }

    @Test("The longer reading took, the more of the absent may have ended meanwhile")
    func slowReading() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let join = FlowJoin(ConnectionList([try connection("10.0.0.1:1001", vip, "10.0.0.3:80", expires: 30)]), [dr])
        #expect(join.result(sysctls(conntrack: "0")).flows.first?.doubts == [])
        #expect(join.result(sysctls(conntrack: "0"), took: 60).flows.first?.doubts.count == 1)
    }

    @Test("The same tuple in two zones is said to be ambiguous; the same entry twice is not")
    func zones() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let connections = [try connection("10.0.0.1:1001", vip, "10.0.0.3:80")]
        let first = try entry("10.0.0.1:1001", vip, id: 1)
        var join = FlowJoin(ConnectionList(connections), [dr])
        for seen in [first, first, try entry("10.0.0.1:1001", vip, zone: 5, id: 2)] { join.see(seen) }
        let flow = try #require(join.result(sysctls(conntrack: "1")).flows.first)
        #expect(flow.doubts == ["another entry has this tuple too: id 2 in zone 5"])
        #expect(flow.entry?.id == 1)
        #expect(join.zones == [5])
    }

    @Test("What the dump missed is asked for by its tuples, and is not called absent when it is found then")
    func lookingOnceMore() throws {
        let nat = try service(tcp(vip), [("10.0.0.3:8080", .nat)])
        var join = FlowJoin(
            ConnectionList([
                try connection("10.0.0.1:1001", vip, "10.0.0.3:8080"),
                try connection("10.0.0.1:1002", vip, "10.0.0.3:8080"),
            ]), [nat])
        join.see(try entry("10.0.0.1:1001", vip, server: "10.0.0.3:8080"))
        #expect(join.unseen == [1])
        #expect(
            join.tuples(at: 1).map(\.description) == [
                "tcp 10.0.0.1:1002 > 10.0.0.100:80", "tcp 10.0.0.3:8080 > 10.0.0.1:1002",
            ])
        join.look(1, found: try entry("10.0.0.1:1002", vip, server: "10.0.0.3:8080"))
        #expect(join.unseen.isEmpty)
        #expect(join.result(sysctls(conntrack: "1")).flows.map(\.verdict) == [.unreplied, .unreplied])
    }

    @Test("An absent connection that was about to expire is doubted")
    func expiring() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let report = flows([try connection("10.0.0.1:1001", vip, "10.0.0.3:80", expires: 2)], [dr], [])
        #expect(report.flows.first?.doubts.count == 1)
        #expect(report.flows.first?.doubts.first?.contains("2 s left") == true)
    }

    @Test("IPv6, and an IPv6 service with an IPv4 destination through a tunnel")
    func families() throws {
        let six = "[2001:db8::100]:80"
        let services = [try service(tcp(six), [("[2001:db8::3]:80", .dr), ("10.0.0.3:80", .tun)])]
        let report = flows(
            [
                try connection("[2001:db8::1]:1001", six, "[2001:db8::3]:80"),
                try connection("[2001:db8::1]:1002", six, "10.0.0.3:80"),
            ], services, [try entry("[2001:db8::1]:1002", six)])
        #expect(report.flows.map(\.verdict) == [.absent, .unreplied])
        #expect(report.flows.map(\.method) == [.dr, .tun])
    }

    @Test("Templates are no flows, and find their service, by mark too")
    func templates() throws {
        let persistent = try service(tcp(vip), [("10.0.0.3:80", .dr)], flags: .persistent)
        let marked = try service(.fwmark(9, .ipv4), [("10.0.0.3:0", .dr)], flags: .persistent)
        let report = flows(
            [
                try connection("10.0.0.1:0", vip, "10.0.0.3:80", state: "ASSURED"),
                try connection("10.0.0.12:0", "0.0.0.9:0", "10.0.0.3:0", .ip, state: "NONE"),
                try connection("10.0.0.1:0", "10.0.0.100:21", "10.0.0.3:21", state: "SYN_RECV"),
            ], [persistent, marked], [])
        #expect(report.templates.map(\.service) == [persistent.identity, marked.identity])
        #expect(report.flows.map(\.connection?.state) == ["SYN_RECV"])
    }
}
