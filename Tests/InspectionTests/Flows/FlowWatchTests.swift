import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

struct FlowWatchTests {
    private let vip = "10.0.0.100:80"

    private func dr() throws -> Service { try service(tcp(vip), [("10.0.0.3:80", .dr)]) }

    /// The verdicts of connections from these ports, in that order.
    private func verdicts(_ ports: [Int], _ watch: FlowWatch?, _ table: [Entry] = []) throws -> [Verdict] {
        let rows = try ports.map { try connection("10.0.0.1:\($0)", vip, "10.0.0.3:80") }
        var join = FlowJoin(ConnectionList(rows), [try dr()])
        for entry in table { join.see(entry) }
        return join.result(sysctls(conntrack: "0"), watch: watch).flows.map(\.verdict)
    }

    @Test("Never: began during the watch, and no entry then or since; each condition alone is not enough")
    func never() throws {
        var watch = FlowWatch(from: Moment(nanoseconds: 1), services: [try dr()])
        watch.see(try connection("10.0.0.1:1", vip, "10.0.0.3:80"))
        watch.see(try entry("10.0.0.1:2", vip))
        watch.takeNew(try entry("10.0.0.1:3", vip))
        watch.takeNew(try entry("10.0.0.1:4", "10.0.0.200:80"))
        let table = [try entry("10.0.0.1:5", vip)]
        #expect(try verdicts([1, 2, 3, 4, 5], watch, table) == [.absent, .absent, .absent, .never, .unreplied])
        #expect(try verdicts([4], nil) == [.absent])
        #expect(watch.events == 2)
    }

    @Test("Of services that came during the watch it knows nothing")
    func newService() throws {
        let watch = FlowWatch(from: Moment(nanoseconds: 1), services: [])
        #expect(try verdicts([4], watch) == [.absent])
    }

    @Test("By firewall mark any flow may be a service's, so every entry is remembered")
    func marks() throws {
        let marked = try service(.fwmark(7, .ipv4), [("10.0.0.3:80", .dr)])
        var watch = FlowWatch(from: Moment(nanoseconds: 1), services: [marked])
        watch.takeNew(try entry("10.0.0.1:3", "10.9.9.9:443"))
        #expect(!watch.provesNever(try connection("10.0.0.1:3", "10.9.9.9:443", "10.0.0.3:443")))
        #expect(watch.provesNever(try connection("10.0.0.1:4", "10.9.9.9:443", "10.0.0.3:443")))
    }

    @Test("A connection that waits for its first packet is not called never")
    func expected() throws {
        let watch = FlowWatch(from: Moment(nanoseconds: 1), services: [try dr()])
        #expect(try verdicts([0], watch) == [.absent])
    }

    @Test("The conclusion says what was watched, and that absent ones may be older")
    func conclusion() throws {
        var watch = FlowWatch(from: Moment(nanoseconds: 0), services: [try dr()])
        watch.see(try connection("10.0.0.1:1", vip, "10.0.0.3:80"))
        let rows = try [1, 2].map { try connection("10.0.0.1:\($0)", vip, "10.0.0.3:80") }
        var report = FlowJoin(ConnectionList(rows), [try dr()]).result(sysctls(conntrack: "0"), watch: watch)
        report.watch = watch.evidence(until: Moment(nanoseconds: 30_000_000_000))
        let words = report.conclusion()
        #expect(
            words.first?.hasPrefix(
                "1 of 2 connections began and never was in the conntrack table (watched for 30 s, 0 NEW events, none lost)"
            )
                == true)
        #expect(words.contains { $0.contains("is absent from the conntrack table, and may be older than the watch") })
        #expect(words.contains { $0.contains("FINs, RSTs and ICMP errors") })
    }

    @Test("Changes: a flow is told when it is new and when its verdict changes, and forgotten when it goes")
    func changes() throws {
        var changes = FlowChanges()
        let row = try connection("10.0.0.1:1", vip, "10.0.0.3:80")
        let absent = flows([row], [try dr()], []).flows
        let unreplied = flows([row], [try dr()], [try entry("10.0.0.1:1", vip)]).flows
        #expect(changes.take(absent).map(\.verdict) == [.absent])
        #expect(changes.take(absent).isEmpty)
        #expect(changes.take(unreplied).map(\.verdict) == [.unreplied])
        #expect(changes.totals == [.unreplied: 1])
        #expect(changes.take([]).isEmpty)
        #expect(changes.take(unreplied).count == 1)
    }
}
