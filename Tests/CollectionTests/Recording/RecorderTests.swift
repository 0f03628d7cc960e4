import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import TableSupport
import TestSupport
import Testing

@testable import Collection

/// A recorder of a director that a test changes between its readings.
struct RecorderTests {
    private final class Time { var elapsed = Duration.seconds(1) }
    private final class Lines { var all: [String] = [] }

    private let director = SimulatedDirector()
    private let commits = ScriptedEvents()
    private let events = ScriptedEvents()
    private let time = Time()
    private let lines = Lines()
    private let server = Endpoint(IPAddress(ipv4: 0x0A00_0003), 80)

    init() {
        director.services = [service(weight: 1)]
        director.files["proc/sys/net/ipv4/vs/conntrack"] = "0"
    }

    private func service(weight: UInt32) -> SimulatedService {
        var destination = SimulatedDestination(server, method: 3)
        destination.weight = weight
        return SimulatedService(.tcp, SimulatedDirector.vip(100), [destination])
    }

    private func row(_ number: Int) -> String {
        let client = Endpoint(IPAddress(ipv4: 0x0A01_0000 + UInt32(number)), 40_000)
        return SimulatedDirector.row(client, SimulatedDirector.vip(100), server)
    }

    /// Runs it, and before each step but the first changes the director; then it is stopped.
    private func record(observing: Bool = false, _ steps: [() -> Void]) throws {
        let (time, lines) = (time, lines)
        var plan = Recorder.Plan(every: .seconds(10))
        plan.observes = observing
        plan.clock = Clocks(
            wall: { Moment(nanoseconds: UInt64(time.elapsed.milliseconds) * 1_000_000) }, elapsed: { time.elapsed })
        let recorder = Recorder(director, entryEvents: events, commits: commits, plan) { event, moment in
            lines.all.append("\(moment.seconds) \(Self.words(event))")
        }
        var next = steps.makeIterator()
        let waiter = Waiter(isStopped: { false }) { _, limit in
            // A second passes at each wait, and steps are 11 s apart.
            time.elapsed += .seconds(1)
            if Int(time.elapsed / .seconds(1)) % 11 != 0 { return .goOn }
            guard let step = next.next() else { return .stopped }
            step()
            return .goOn
        }
        try recorder.run(for: nil, waiter) { () throws(KernelError) in }
    }

    private static func words(_ event: RecordedEvent) -> String {
        switch event {
        case .flow(let flow): "flow \(flow.kind.rawValue) \(flow.client) \(flow.verdict.rawValue)"
        case .service(let change, let isFound):
            "service \(change.identity) \(isFound ? "found" : change.presence.rawValue) "
                + change.destinations.map { destination in
                    let changes = destination.properties.map { "\($0.name) \($0.before ?? "-") \($0.after ?? "-")" }
                    return "\(destination.endpoint) \(destination.presence.rawValue) \(changes.joined(separator: " "))"
                }.joined()
        case .configuration(let change, let isFound), .setting(let change, let isFound):
            "setting \(isFound ? "found " : "")\(change.name) \(change.before ?? "-") \(change.after ?? "-")"
        case .finding(let finding, let isRaised): "finding \(isRaised ? "raised" : "cleared") \(finding.id.rawValue)"
        case .ruleset(let commit): "ruleset \(commit.generation)"
        case .minute(let minute): "minute \(minute.seconds)"
        case .traffic(let traffic): "traffic \(traffic.service) \(traffic.verdicts.connections)"
        case .drops(let drops): "drops \(drops.packets)"
        case .loss(let loss): "loss \(loss.what)"
        }
    }

    private func lines(of kind: String) -> [String] {
        lines.all.filter { $0.split(separator: " ")[1] == kind }
    }

    @Test("Flows, services, settings and rules that change between readings are told once, when they are noticed")
    func changes() throws {
        director.rows = [row(1)]
        let commit: [UInt8] = [28, 0, 0, 0, 15, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 1, 0, 0, 0, 0, 9]
        try record([
            { director.rows = [row(1), row(2)] },
            {
                director.services = [service(weight: 0)]
                director.files["proc/sys/net/ipv4/vs/conntrack"] = "1"
            },
            { commits.batches = [.init([commit])] }, { director.rows = [row(2)] }, {}, {}, {}, {},
        ])
        let flows = lines(of: "flow").map { $0.split(separator: " ").dropFirst(2).joined(separator: " ") }
        #expect(flows.prefix(2) == ["found 10.1.0.1:40000 absent", "began 10.1.0.2:40000 never"])
        #expect(flows.last == "ended 10.1.0.1:40000 absent")
        #expect(flows.filter { $0.hasPrefix("ended") }.count == 1)
        let services = lines(of: "service")
        #expect(services.count == 2)
        #expect(services.first?.contains("found 10.0.0.3:80 added method") ?? false)
        #expect(services.last?.hasSuffix("changed 10.0.0.3:80 changed weight 1 0") ?? false)
        #expect(lines(of: "setting").contains { $0.hasSuffix("setting net.ipv4.vs.conntrack 0 1") })
        #expect(lines(of: "ruleset").map { $0.hasSuffix("ruleset 9") } == [true])
        #expect(!lines(of: "finding").isEmpty)
    }

    @Test("A minute is told once it is over, with the services' traffic")
    func minutes() throws {
        director.rows = [row(1)]
        try record(Array(repeating: {}, count: 13))
        #expect(lines(of: "traffic") == ["61 traffic tcp 10.0.0.100:80 1", "121 traffic tcp 10.0.0.100:80 1"])
    }

    @Test("What was lost is told when it is, and what cannot be read once as long as that lasts")
    func losses() throws {
        director.rows = [row(1), row(2)]
        director.rowsReadAtMost = 1
        try record([
            {}, { events.batches = [.init(loss: EventLoss(messages: 7))] }, {},
            { commits.batches = [.init(loss: EventLoss(messages: 3))] }, {},
        ])
        let losses = lines(of: "loss").map { $0.split(separator: " ").dropFirst(2).joined(separator: " ") }
        #expect(losses.filter { $0 == "events" }.count == 1)
        #expect(losses.filter { $0 == "changes of rules" }.count == 1)
        #expect(losses.filter { $0.contains("connections") }.count <= 1)
    }

    @Test(
        "Packets that cannot be observed are tried again each minute, and told once as long as the reason is the same")
    func unobserved() throws {
        /// How often the services, which would be observed, are asked for within 143 seconds.
        func asked(observing: Bool) throws -> Int {
            let test = RecorderTests()
            var asked = 0
            test.director.beforeAnswer = { _, question in if question == .services { asked += 1 } }
            try test.record(observing: observing, Array(repeating: {}, count: 12))
            #expect(test.lines(of: "loss").filter { $0.hasSuffix("loss packets") }.count == (observing ? 1 : 0))
            return asked
        }
        #expect(try asked(observing: true) - asked(observing: false) == 3)
    }
}
