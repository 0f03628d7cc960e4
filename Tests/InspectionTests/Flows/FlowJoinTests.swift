import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

struct FlowJoinTests {
    private let vip = "10.0.0.100:80"

    @Test("A connection without an entry is absent; with one, its status makes it unreplied or tracked")
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
        #expect(report.flows.map { $0.entryState } == [nil, "entry", "entry"])
        #expect(report.flows.allSatisfy { $0.method == .dr && $0.service == dr.identity && $0.doubts.isEmpty })
    }

    @Test("An entry with another protocol, client port or VIP port is not matched")
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

    @Test("With NAT an entry is found by its reply tuple if the original one was rewritten before IPVS saw it")
    func natReply() throws {
        let nat = try service(tcp(vip), [("10.0.0.3:8080", .nat)])
        let rewritten = try entry(
            "10.0.0.1:1001", "192.0.2.1:80", server: "10.0.0.3:8080", status: [.confirmed, .seenReply])
        let connections = [try connection("10.0.0.1:1001", vip, "10.0.0.3:8080")]
        let found = try #require(flows(connections, [nat], [rewritten]).first)
        #expect(found.verdict == .tracked)
        #expect(found.doubts == ["joined by the reply tuple: the entry was made for tcp 10.0.0.1:1001 > 192.0.2.1:80"])
        let dr = try service(tcp(vip), [("10.0.0.3:8080", .dr)])
        #expect(flows(connections, [dr], [rewritten]).flows.map(\.verdict) == [.absent])
    }

    @Test("A reply tuple shared by two connections is reported as ambiguous")
    func ambiguousReply() throws {
        let services = try ["10.0.0.100:80", "10.0.0.101:80"].map { try service(tcp($0), [("10.0.0.3:80", .nat)]) }
        let connections = try ["10.0.0.100:80", "10.0.0.101:80"].map {
            try connection("10.0.0.1:1001", $0, "10.0.0.3:80")
        }
        let report = flows(connections, services, [try entry("10.0.0.1:1001", "192.0.2.1:80", server: "10.0.0.3:80")])
        #expect(report.flows.map(\.verdict) == [.unreplied, .unreplied])
        #expect(report.flows.allSatisfy { $0.doubts.first?.contains("which 2 connections share") == true })
    }

    @Test("A row that was read twice counts once, as the list is not an atomic snapshot")
    func doubles() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let row = try connection("10.0.0.1:1001", vip, "10.0.0.3:80")
        let later = try connection("10.0.0.1:1001", vip, "10.0.0.3:80", expires: 889)
        let report = flows([row, later], [dr], [])
        #expect(report.flows.map(\.connection?.expires) == [890])
        #expect(report.flows.map(\.verdict) == [.absent])
    }

    @Test("A connection waiting for its client's port is not looked up, and has its own reason")
    func expected() throws {
        let ftp = try service(tcp("10.0.0.100:21"), [("10.0.0.3:21", .nat)])
        let row = try connection("10.0.0.1:0", "10.0.0.100:20", "10.0.0.3:20", state: "LISTEN")
        var store = FlowStore()
        store.begin([ftp], at: 0)
        store.take(row)
        store.endConnections(isWhole: true)
        store.endEntries(isWhole: true)
        #expect(store.unsettledCount == 0)
        store.finish()
        #expect(FlowReport(store, sysctls(conntrack: "0")).first?.reason == .expected)
    }

    @Test("A zone in one direction only is also searched")
    func directionZones() throws {
        var directed = try entry("10.0.0.9:1", "192.0.2.1:80")
        directed.original.zone = 7
        var store = FlowStore()
        store.take(directed)
        #expect(store.zones == [7])
    }

    @Test("The longer reading took, the more absent flows may have ended meanwhile")
    func slowReading() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let connections = [try connection("10.0.0.1:1001", vip, "10.0.0.3:80", expires: 30)]
        #expect(flows(connections, [dr], []).first?.doubts == [])
        #expect(flows(connections, [dr], [], took: 60).first?.doubts.count == 1)
    }

    @Test("The same tuple in two zones is reported as ambiguous; the same entry twice is not")
    func zones() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let connections = [try connection("10.0.0.1:1001", vip, "10.0.0.3:80")]
        let first = try entry("10.0.0.1:1001", vip, id: 1)
        let table = [first, first, try entry("10.0.0.1:1001", vip, status: [.seenReply], zone: 5, id: 2)]
        let flow = try #require(flows(connections, [dr], table, conntrack: "1").first)
        #expect(flow.doubts == ["another entry has this tuple too: id 2 in zone 5"])
        #expect(flow.verdict == .unreplied)
    }

    @Test("An entry with the flow's own tuple takes precedence over one matched by reply tuple, in either order")
    func ownTuple() throws {
        let nat = try service(tcp(vip), [("10.0.0.3:8080", .nat)])
        let connections = [try connection("10.0.0.1:1001", vip, "10.0.0.3:8080")]
        let own = try entry("10.0.0.1:1001", vip, server: "10.0.0.3:8080", status: [.seenReply], id: 1)
        let other = try entry("10.0.0.1:1001", "192.0.2.1:80", server: "10.0.0.3:8080", zone: 2, id: 2)
        for table in [[own, other], [other, own]] {
            let flow = try #require(flows(connections, [nat], table).first)
            #expect(flow.verdict == .tracked)
            #expect(flow.doubts == [])
        }
    }

    @Test("An entry missed by the dump is looked up by its tuples, and its flow is not absent if it is found")
    func lookingOnceMore() throws {
        let nat = try service(tcp(vip), [("10.0.0.3:8080", .nat)])
        var store = FlowStore()
        store.begin([nat], at: 0)
        for port in [1001, 1002] { store.take(try connection("10.0.0.1:\(port)", vip, "10.0.0.3:8080")) }
        store.endConnections(isWhole: true)
        store.take(try entry("10.0.0.1:1001", vip, server: "10.0.0.3:8080"))
        store.endEntries(isWhole: true)
        let slots = store.unsettled(atMost: .max)
        #expect(
            slots.map { store.tuples(at: $0).map(\.description) } == [
                [
                    "tcp 10.0.0.1:1002 > 10.0.0.100:80", "tcp 10.0.0.3:8080 > 10.0.0.1:1002",
                ]
            ])
        store.look(slots[0], found: try entry("10.0.0.1:1002", vip, server: "10.0.0.3:8080"))
        #expect(store.unsettledCount == 0)
        store.finish()
        #expect(FlowReport(store, sysctls(conntrack: "1")).flows.map(\.verdict) == [.unreplied, .unreplied])
    }

    @Test("An absent connection that was about to expire is marked as doubtful")
    func expiring() throws {
        let dr = try service(tcp(vip), [("10.0.0.3:80", .dr)])
        let report = flows([try connection("10.0.0.1:1001", vip, "10.0.0.3:80", expires: 2)], [dr], [])
        #expect(report.first?.doubts.count == 1)
        #expect(report.first?.doubts.first?.contains("2 s left") == true)
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

    @Test("Templates are not flows, and find their service, also by mark")
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

extension FlowReport {
    var first: Flow? { flows.first { _ in true } }
}
