import Addresses
import Conntrack
import Firewall
import IPVS
import Reports
import TestSupport
import Testing

@testable import Inspection

/// Every kind of line of a record: as written, as read again, for people, and by filters.
struct RecordLinesTests {
    private static let origin = Origin(
        takenAt: Moment(nanoseconds: 0), host: "lb1", kernelRelease: "6.1.0", networkNamespace: "lb")
    private static let time = Moment(nanoseconds: 1_795_900_000_123_456_000)

    private static func at(_ text: String) throws -> Endpoint { try #require(Endpoint(text)) }

    private static func flow(_ kind: FlowChange.Kind) throws -> RecordedEvent {
        let isOrphan = kind == .loose
        return .flow(
            FlowChange(
                kind: kind, protocol: .tcp, client: try at("198.51.100.7:40000"), virtual: try at("10.0.0.100:80"),
                destination: isOrphan ? nil : try at("10.0.0.2:80"),
                service: isOrphan ? nil : .address(.tcp, try at("10.0.0.100:80")),
                verdict: isOrphan ? .orphan : .tracked, before: kind == .verdict ? .absent : nil,
                state: isOrphan ? nil : "ESTABLISHED", entryState: isOrphan ? nil : "CLOSE",
                reason: kind == .stuck ? .unseenByIPVS : nil, age: 725, stuckFor: kind == .ended ? 660 : 0))
    }

    private static func events() throws -> [RecordedEvent] {
        let service = Service.Identity.address(.tcp, try at("10.0.0.100:80"))
        let marked = Service.Identity.fwmark(7, .ipv6)
        var verdicts = VerdictCounts()
        (verdicts[.absent], verdicts[.tracked], verdicts.stuck) = (12, 3, 1)
        let weight = DirectorComparison.Change("weight", "1", "0")
        let change = DirectorComparison.ServiceChange(
            identity: marked, presence: .added, properties: [.init("scheduler", nil, "wlc")],
            destinations: [.init(endpoint: try at("[2001:db8::2]:80"), presence: .changed, properties: [weight])])
        let place = PacketTotals.Dropped(
            owner: .service(service), place: .localIn, packetClass: .fin, ctstate: .invalid)
        let stray = PacketTotals.Dropped(
            owner: .address(try at("10.0.0.9:1").address, port: nil), place: .routing, packetClass: .icmpError,
            ctstate: .new)
        let rule = DroppingRule(family: .ip, table: "filter", chain: "INPUT", decision: .rule(handle: 5))
        return try FlowChange.Kind.allCases.map(flow) + [
            .service(change, isFound: false), .service(change, isFound: true),
            .configuration(.init("timeout_tcp", "900", "60"), isFound: false),
            .configuration(.init("daemon_master", nil, "eth0"), isFound: false),
            .setting(.init("net.ipv4.vs.conntrack", "0", nil), isFound: false),
            .setting(.init("net.ipv4.vs.sloppy_tcp", nil, "0"), isFound: true),
            .finding(Finding(.accountingOff, .info, .table), isRaised: true),
            .finding(Finding(.endsInvalid, .warning, .service(service)), isRaised: false),
            .ruleset(RulesetCommit(generation: 12, pid: 4711, process: "nft")), .ruleset(RulesetCommit(generation: 13)),
            .minute(TableMinute(seconds: 60, entries: 1000, limit: nil, grown: [(.drop, 33)], verdicts: verdicts)),
            .traffic(ServiceMinute(service: service, seconds: 61, connections: 5, packetsIn: 20, verdicts: verdicts)),
            .drops(DropsMinute(subject: .place(place), seconds: 60, packets: 7)),
            .drops(DropsMinute(subject: .place(stray), seconds: 60, packets: 1)),
            .drops(DropsMinute(subject: .rule(rule), seconds: 60, packets: 9)),
            .loss(Loss("events", "7 were lost\u{1B}[31m")),
        ]
    }

    private static func text() throws -> String {
        let events = try events()
        return written { sink in
            let writing = RecordJSON(origin, to: sink)
            writing.begin(1, goesOn: false, at: time, every: .seconds(10), observes: true)
            for event in events { writing.write(event, at: time) }
            writing.end(at: time)
            writing.begin(2, goesOn: true, at: time, every: .seconds(10), observes: true)
            writing.flush()
        }
    }

    private static func lines() throws -> [RecordLine] {
        try text().split(separator: "\n").map { try #require(RecordLine(Array($0.utf8)), "\($0)") }
    }

    @Test(
        "Every line is as the schema says",
        .enabled(if: SchemaScript.works || isContinuousIntegration, "needs python3-jsonschema"))
    func schema() throws {
        let text = try Self.text()
        let count = text.split(separator: "\n").count
        #expect(try SchemaScript.check("record", text).lines == ["\(count) passed, 0 failed"])
    }

    @Test("Every line says when and where, and every kind is among them")
    func kinds() throws {
        let lines = try Self.lines()
        #expect(Set(lines.map(\.kind)) == Set(RecordLine.Kind.allCases))
        #expect(lines.allSatisfy { $0.time == Self.time && $0.host == "lb1" && $0.networkNamespace == "lb" })
    }

    @Test("For people")
    func people() throws {
        let lines = try Self.lines().map { $0.text.dropFirst("2026-11-28T21:46:40.123Z lb1/lb  ".count) }
        for line in [
            "recording goes on  Linux 6.1.0, a reading each 10 s", "service found  fwmark 7 IPv6  scheduler wlc",
            "recording began  Linux 6.1.0, a reading each 10 s",
            "flow verdict  tcp 198.51.100.7:40000 > 10.0.0.100:80 > 10.0.0.2:80  absent -> tracked, IPVS ESTABLISHED, "
                + "conntrack CLOSE, 12m05s old",
            "flow loose  tcp 198.51.100.7:40000 > 10.0.0.100:80  orphan, 12m05s old",
            "flow ended  tcp 198.51.100.7:40000 > 10.0.0.100:80 > 10.0.0.2:80  tracked, IPVS ESTABLISHED, "
                + "conntrack CLOSE, 12m05s old, stuck for 11m00s",
            "service added  fwmark 7 IPv6  scheduler wlc",
            "server changed  fwmark 7 IPv6 > [2001:db8::2]:80  weight 1 -> 0",
            "setting changed  timeout_tcp 900 -> 60", "setting removed  net.ipv4.vs.conntrack 0 -> none",
            "setting found  net.ipv4.vs.sloppy_tcp 0", "setting added  daemon_master eth0",
            "ruleset changed  generation 12 by nft (thread 4711)", "ruleset changed  generation 13",
            "minute  1000 entries, flows absent 12 tracked 3 stuck 1, drop +33",
            "traffic  tcp 10.0.0.100:80, flows absent 12 tracked 3 stuck 1, +5 connections, +20 packets in",
            "drops  7 packets of tcp 10.0.0.100:80: fin INVALID at local_in",
            "drops  1 packet of 10.0.0.9: icmp_error NEW at routing", "drops  9 packets by ip filter INPUT handle 5",
            #"loss  events: 7 were lost\u{1b}[31m"#, "recording ended",
        ] { #expect(lines.contains { $0 == line }, "\(line) is not among \(lines.joined(separator: "\n"))") }
    }

    @Test(
        "Filters",
        arguments: [
            ("kind=flow", 6), ("kind=flow,finding", 8), ("src=198.51.100.0/24 verdict=tracked", 5), ("stuck", 2),
            ("server=10.0.0.2", 5), ("service=tcp/10.0.0.100:80", 8), ("dport=80 not kind=flow", 2),
            ("service=fwmark:7", 4), ("class=fin ctstate=INVALID", 1), ("packets>8", 1), ("family=ipv6", 4),
            ("age>12m", 6), ("state=ESTABLISHED conntrack=CLOSE", 5), ("4711", 1), ("protocol=udp", 0),
        ])
    func filter(_ line: String, _ count: Int) throws {
        let filter = try #require(try FilterExpression.read(line, for: FilterVocabulary.records(.none)))
        #expect(try Self.lines().filter { filter.accepts(FilteredRecord($0)) }.count == count)
    }
}
