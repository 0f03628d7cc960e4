import Addresses
import Conntrack
import Firewall
import IPVS

@testable import Inspection

extension CheckTests {
    private static let ends: [Probe] = [[.fin, .ack], .rst].map { Probe(.tcp($0)) }
    private static let unreachable = Probe(.icmp(ICMPType(rawValue: 3)), icmpCode: 3)
    private static let rule = DroppingRule(family: .inet, table: "filter", chain: "input", decision: .rule(handle: 7))
    private static let group = SyncGroup(interface: "eth0", Endpoint(IPAddress(ipv4: 0xE000_0051), 8848))

    private static let told = SyncGroup(interface: "eth0", group.endpoint, isSender: true)

    private static let next = SyncGroup(interface: "eth0", Endpoint(IPAddress(ipv4: 0xE000_0051), 8849))

    /// A burst of ACKs to the one service, of which the last was dropped by the rule, or passed.
    @Sendable private static func burst(
        _ service: Service, drop: DroppingRule? = rule, limits: [DroppingRule] = [rule]
    ) throws -> Trial {
        var trial = try Trial.of(service, passed: [Probe(.tcp(.ack))])
        var last = ProbeOutcome()
        last.end = drop.map { .dropped($0) } ?? .passed(.localIn)
        trial.services[0].burst = Burst(sent: 60, last, limits: limits)
        return trial
    }

    /// The one service is exempt from conntrack, and some of what belongs to it is dropped as INVALID.
    @Sendable private static func exempt(_ service: Service, dropped: [Probe]) throws -> Trial {
        var trial = try Trial.of(service, dropped: dropped)
        trial.services[0].opening?.ctstate = .untracked
        return trial
    }

    static let triedRules = [
        Case("new-limit", .warning, ["services": 1, "acks_before": 60]) {
            $0.trial = .known(try burst($0.web))
        } butNot: {
            $0.trial = .known(try burst($0.web, drop: nil))
        },
        Case("new-limit", .warning) {
            $0.trial = .known(
                try burst(
                    $0.web,
                    drop: .init(family: .ip, table: "filter", chain: "INPUT", decision: .legacyRule(number: 2)),
                    limits: []))
        } butNot: {
            // A rule that drops at random.
            $0.trial = .known(try burst($0.web, limits: []))
        },
        Case("new-limit", .warning) {
            $0.trial = .known(try burst($0.web))
        } butNot: {
            $0.trial = .known(try burst($0.web))
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
        },
        Case("notrack-half", .warning, ["services": 1, "without_errors": 1]) {
            $0.trial = .known(try exempt($0.web, dropped: [unreachable]))
        } butNot: {
            // Nothing is exempt.
            $0.trial = .known(try .of($0.web, dropped: [unreachable]))
        },
        Case("notrack-half", .warning, ["services": 1, "without_errors": 0]) { facts in
            let other = try DirectorFacts.web("[2001:db8::100]:80", .dr)
            var trial = try exempt(facts.web, dropped: [])
            trial.services += try Trial.of(other, dropped: ends).services
            facts.add(other)
            facts.trial = .known(trial)
        } butNot: { facts in
            // Another port is another matter.
            let other = try DirectorFacts.web("[2001:db8::100]:443", .dr)
            var trial = try exempt(facts.web, dropped: [])
            trial.services += try Trial.of(other, dropped: ends).services
            facts.add(other)
            facts.trial = .known(trial)
        },
    ]

    private static let synAck = Probe(.tcp([.syn, .ack]), from: .realServer)
    private static let finAck = Probe(.tcp([.fin, .ack]), from: .realServer)

    @Sendable private static func exemptNAT(_ port: UInt16, dropped: [Probe], passed: [Probe] = []) throws -> Trial {
        var trial = try Trial.of(
            try DirectorFacts.web("10.0.0.100:\(port)", .nat), droppedAnswers: dropped, passedAnswers: passed)
        trial.services[0].opening?.ctstate = .untracked
        return trial
    }

    static let triedNAT = [
        Case("forward-policy", .error, ["services": 1, "kinds_dropped": 2]) {
            $0.set("conntrack", 1)
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.trial = .known(try .of($0.web, droppedAnswers: [synAck, finAck]))
        } butNot: {
            $0.set("conntrack", 1)
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.trial = .known(try .of($0.web, passedAnswers: [synAck, finAck]))
        },
        Case("forward-policy", .warning) {
            $0.set("conntrack", 1)
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.trial = .known(try .of($0.web, droppedAnswers: [finAck], passedAnswers: [synAck]))
        } butNot: {
            // With 0 they are INVALID, which vs-conntrack-nat finds.
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.trial = .known(try .of($0.web, droppedAnswers: [synAck, finAck]))
        },
        Case("notrack-with-nat", .error, ["services": 1, "ftp": 0]) {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.trial = .known(try exemptNAT(80, dropped: [synAck]))
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.trial = .known(try exemptNAT(80, dropped: [], passed: [synAck]))
        },
        Case("notrack-with-nat", .error, ["ftp": 1]) {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .nat)
            $0.host.modules = .known(["ip_vs", "ip_vs_ftp"])
            $0.trial = .known(try exemptNAT(21, dropped: [], passed: [synAck]))
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .nat)
            $0.host.modules = .known(["ip_vs", "ip_vs_ftp"])
            $0.trial = .known(try .of($0.web, passedAnswers: [synAck]))
        },
    ]

    static let syncFilters = [
        Case("sync-filtered", .error, ["port": 8848]) {
            $0.listen(at: group)
            $0.trial = .known(.of(group, .dropped(rule)))
        } butNot: {
            $0.listen(at: group)
            $0.trial = .known(.of(group, .passed(.localIn)))
        },
        // A master's own messages.
        Case("sync-filtered", .error, ["port": 8848, "sent": 1]) {
            $0.speak(to: told)
            $0.trial = .known(.of(told, .dropped(rule)))
        } butNot: {
            $0.speak(to: told)
            $0.trial = .known(.of(told, .passed(.postRouting)))
        },
        // Of a master with two threads, the second port is closed.
        Case("sync-filtered", .error, ["port": 8849]) {
            $0.listen(at: group)
            $0.set("sync_ports", 2)
            $0.trial = .known(.of(group, .passed(.localIn)))
            $0.trial.add(.of(next, .dropped(rule)))
        } butNot: {
            $0.listen(at: group)
            $0.set("sync_ports", 2)
            $0.trial = .known(.of(group, .passed(.localIn)))
            $0.trial.add(.of(next, .passed(.localIn)))
        },
        // With the first closed the second is not tried.
        Case("sync-filtered", .error, ["port": 8848]) {
            $0.listen(at: group)
            $0.set("sync_ports", 2)
            $0.trial = .known(.of(group, .dropped(rule)))
        } butNot: {
            $0.listen(at: group)
            $0.set("sync_ports", 1)
            $0.trial = .known(.of(group, .passed(.localIn)))
        },
    ]
}

extension Trial {
    static func of(_ group: SyncGroup, _ end: ProbeOutcome.End) -> Trial {
        var outcome = ProbeOutcome()
        outcome.end = end
        var trial = Trial()
        trial.syncs = [SyncTrial(group, outcome)]
        return trial
    }
}

extension Fact<Trial> {
    /// What was tried of another port.
    fileprivate mutating func add(_ other: Trial) {
        guard case .known(var trial) = self else { return }
        trial.syncs += other.syncs
        self = .known(trial)
    }
}

extension DirectorFacts {
    /// A backup daemon runs.
    mutating func listen(at group: SyncGroup) { run(2, group) }

    /// A master daemon runs.
    fileprivate mutating func speak(to group: SyncGroup) { run(1, group) }

    private mutating func run(_ state: UInt32, _ group: SyncGroup) {
        run(state)
        var configuration = configuration.value ?? Director.Configuration()
        configuration.daemons[0].interface = group.interface
        configuration.daemons[0].group = group.endpoint.address
        configuration.daemons[0].port = group.endpoint.port
        self.configuration = .known(configuration)
    }
}
