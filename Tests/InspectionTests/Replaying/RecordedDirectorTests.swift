import Addresses
import Conntrack
import Firewall
import IPVS
import Reports
import TestSupport
import Testing

@testable import Inspection

/// A director as its record tells of it, beside the director itself.
struct RecordedDirectorTests {
    private static let vip = "10.0.0.100:80"

    /// A director whose connections, entries, services and settings change at random, and its record.
    private struct Simulation {
        var live = DirectorState()
        var recorded = RecordedDirector()
        private var chronicle = DirectorChronicle()
        private var random: SeededGenerator
        private var flows: [Int: (server: String, state: ConnectionState, entry: UInt8?)] = [:]
        private var services: [Service]
        private var settings = Sysctls()
        private(set) var second: UInt64 = 0

        private static let states: [ConnectionState] = ["SYN_RECV", "ESTABLISHED", "FIN_WAIT", "TIME_WAIT"]

        init(seed: UInt64) throws {
            random = SeededGenerator(seed: seed)
            services = [
                try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr), ("10.0.0.4:80", .nat)]),
                try service(.fwmark(7, .ipv4), [("10.0.0.5:80", .tun)]),
            ]
            settings.values = ["net.ipv4.vs.conntrack": "1"]
            for line in try RecordedLines.begin() { recorded.take(line) }
        }

        private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

        private mutating func ipvsState() -> ConnectionState {
            Self.states.randomElement(using: &random) ?? "ESTABLISHED"
        }

        private mutating func entryState() -> UInt8? { chance(70) ? UInt8.random(in: 1...8, using: &random) : nil }

        private mutating func change() throws {
            for port in 1...40 {
                if flows[port] == nil, chance(20) {
                    flows[port] = (chance(50) ? "10.0.0.3:80" : "10.0.0.4:80", "SYN_RECV", nil)
                } else if flows[port] != nil {
                    if chance(25) {
                        let state = ipvsState()
                        flows[port]?.state = state
                    }
                    if chance(25) {
                        let state = entryState()
                        flows[port]?.entry = state
                    }
                    if chance(8) { flows[port] = nil }
                    if chance(4) { flows[port]?.server = "10.0.0.3:80" }
                }
            }
            if chance(30) { services[0].destinations[1].weight = UInt32.random(in: 0...3, using: &random) }
            if chance(10) { services[0].scheduler = chance(50) ? "wlc" : "rr" }
            if chance(10) { services[1].destinations[0].upperThreshold = UInt32.random(in: 0...9, using: &random) }
            if chance(20) { settings.values["net.ipv4.vs.sloppy_tcp"] = chance(50) ? "1" : nil }
        }

        mutating func step() throws {
            try change()
            second += 10
            live.tick(RecordedLines.moment(second), elapsed: .seconds(second))
            live.begin(services, settings)
            live.take(
                try flows.sorted { $0.key < $1.key }.map {
                    try connection(
                        "10.1.0.1:\($0.key)", RecordedDirectorTests.vip, $0.value.server, state: $0.value.state)
                })
            live.endConnections(isWhole: true)
            live.beginEntries()
            for (port, flow) in flows.sorted(by: { $0.key < $1.key }) {
                guard let state = flow.entry else { continue }
                let server = flow.server == "10.0.0.4:80" ? flow.server : nil
                var entry = try entry("10.1.0.1:\(port)", RecordedDirectorTests.vip, server: server)
                entry.state = .tcp(.init(state: state))
                live.take(entry)
            }
            live.endEntries(isWhole: true)
            live.withStore { store in
                for slot in store.unsettled(atMost: .max) { store.look(slot, found: nil) }
            }
            live.finish(took: .zero, pause: .seconds(10), losses: [])
            var events: [RecordedEvent] = []
            chronicle.takeLosses(live) { events.append($0) }
            chronicle.take(live) { events.append($0) }
            for line in try RecordedLines.lines(at: second, events) { recorded.take(line) }
        }

        /// As it was just now.
        var shown: DirectorState {
            var shown = recorded
            shown.settle(at: RecordedLines.moment(second))
            return shown.director
        }
    }

    @Test("After every reading it has the flows, services, settings and findings of the director", arguments: 1...8)
    func follows(_ seed: UInt64) throws {
        var simulation = try Simulation(seed: seed)
        var stuck = 0
        for _ in 0..<60 {
            try simulation.step()
            let (live, shown) = (simulation.live, simulation.shown)
            try compareFlows(live, shown)
            #expect(shown.services.map(\.properties.described) == live.services.map(\.properties.described))
            #expect(
                shown.services.flatMap(\.destinations).map(\.properties.described)
                    == live.services.flatMap(\.destinations).map(\.properties.described))
            #expect(shown.sysctls.lasting.described == live.sysctls.lasting.described)
            // Of several about the same thing one is told.
            #expect(Set(shown.findings.map(\.told)) == Set(live.findings.map(\.told)))
            stuck += shown.store.counts.stuck
        }
        #expect(stuck > 0)
    }

    /// A reading may have skipped a connection: the record tells nothing then.
    private func compareFlows(_ live: DirectorState, _ shown: DirectorState) throws {
        for row in live.store.slots.rows where row.isShown {
            let key = live.store.key(of: row)
            let told = try #require(shown.store.slot(of: key).flatMap { shown.store[$0] }, "\(key)")
            let (one, other) = (live.store.route(of: row), shown.store.route(of: told))
            #expect(told.verdict == row.verdict && other.destination == one.destination && other.service == one.service)
            #expect(shown.store.stuckReason(of: told) == live.store.stuckReason(of: row), "\(key)")
            #expect(shown.second - told.appeared == live.second - row.appeared)
        }
        for row in shown.store.slots.rows where row.isShown {
            #expect(live.store.slot(of: shown.store.key(of: row)) != nil)
        }
        let sums = shown.store.slots.rows.filter(\.isShown).reduce(into: [FlowVerdict: Int]()) {
            $0[$1.verdict, default: 0] += 1
        }
        for verdict in FlowVerdict.allCases { #expect(shown.store.counts[verdict] == sums[verdict] ?? 0) }
    }

    @Test("A finding has the words that were written")
    func sentences() throws {
        let web = try tcp("10.0.0.100:80")
        let counters =
            StatisticsCounter.known + [StatisticsCounter(.conntrack, 99), StatisticsCounter(.expectations, 9)]
        let subjects: [Finding.Subject] =
            [
                .director, .table, .packet, .service(web), .service(.fwmark(7, .ipv6)),
                .address(try at("[2001:db8::1]:80").address, port: 80),
                .address(try at("10.0.0.1:1").address, port: nil),
            ] + counters.map { .counter($0) }
        let findings = subjects.map { subject in
            Finding(
                .endsInvalid, .warning, subject, [Finding.Evidence("connections", 7), Finding.Evidence("dropped", 5)],
                context: .methods([.dr]), [.observe, .readManual])
        }
        let lines =
            try RecordedLines.begin() + RecordedLines.lines(at: 1, findings.map { .finding($0, isRaised: true) })
        let told = RecordedDirector.after(lines, at: 2).director.findings
        #expect(told.map(\.subject) == findings.map(\.subject) && told.map(\.evidence) == findings.map(\.evidence))
        #expect(told.map(\.reason) == findings.map(\.reason) && told.map(\.proof) == findings.map(\.proof))
        #expect(told.map(\.remedySentences) == findings.map { [$0.remedySentences.joined(separator: " ")] })
        #expect(told.allSatisfy { $0.recordedSentences?.time == RecordedLines.moment(1) })
        let cleared = try lines + RecordedLines.lines(at: 3, [.finding(findings[3], isRaised: false)])
        #expect(RecordedDirector.after(cleared, at: 3).director.findings.count == findings.count - 1)
    }

    @Test("Every property of a service and a real server is read back")
    func properties() throws {
        var service = try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .tun)], flags: [.persistent, .scheduler2])
        (service.scheduler, service.persistenceTimeout, service.persistencePrefix) = ("mh", 300, 24)
        service.persistenceEngine = "sip"
        service.flags.insert(.onePacket)
        service.flags.formUnion(Service.Flags(rawValue: 1 << 9))
        var tunnel = Destination.Tunnel()
        (tunnel.type, tunnel.port, tunnel.flags) = (1, 6080, 1)
        service.destinations[0].tunnel = tunnel
        (service.destinations[0].upperThreshold, service.destinations[0].lowerThreshold) = (100, 80)
        let events = DirectorComparison.services([], [service]).map { RecordedEvent.service($0, isFound: true) }
        var director = RecordedDirector.after(
            try RecordedLines.begin() + RecordedLines.lines(at: 1, events), at: 1)
        #expect(director.director.services == [service])
        let plain = try stripped(service)
        let changes = DirectorComparison.services([service], [plain]).map { RecordedEvent.service($0, isFound: false) }
        for line in try RecordedLines.lines(at: 2, changes) { director.take(line) }
        director.settle(at: RecordedLines.moment(2))
        #expect(director.director.services == [plain])
        let removal = DirectorComparison.services([plain], []).map { RecordedEvent.service($0, isFound: false) }
        for line in try RecordedLines.lines(at: 3, removal) { director.take(line) }
        director.settle(at: RecordedLines.moment(3))
        #expect(director.director.services.isEmpty)
    }

    /// The same service, with nothing but what it must have.
    private func stripped(_ service: Service) throws -> Service {
        var plain = Service(service.identity)
        plain.scheduler = "rr"
        var destination = Destination(service.destinations[0].endpoint, .bypass)
        destination.weight = 0
        plain.destinations = [destination]
        return plain
    }
}

extension [DirectorComparison.Change.Property] {
    fileprivate var described: [String] { map { "\($0.name)=\($0.value)" } }
}

extension Finding {
    /// What it is known by: its numbers are told when it begins.
    fileprivate var told: String { "\(id.rawValue) \(severity.rawValue) \(subject)" }
}
