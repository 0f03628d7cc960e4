import Addresses
import Conntrack
import Firewall
import IPVS
import Testing

@testable import Inspection

extension CheckTests {
    private static let ends: [Probe] = [[.fin, .ack], .rst].map { Probe(.tcp($0)) }
    private static let openings = [Probe(.tcp([.syn, .ack]))]
    private static let acks: [Probe] = [Probe(.tcp(.ack)), Probe(.tcp([.psh, .ack]))]
    private static let unreachable = Probe(.icmp(ICMPType(rawValue: 3)), icmpCode: 3)
    private static let tooBig = Probe(.icmpv6(ICMPv6Type(rawValue: 2)))

    static let filter = [
        Case("invalid-dropped", .warning, ["services": 1, "kinds_dropped": 2]) {
            $0.trial = .known(try .of($0.web, dropped: ends, passed: acks + [unreachable]))
        } butNot: {
            $0.trial = .known(try .of($0.web, dropped: [unreachable], passed: acks + ends))
        },
        Case("invalid-dropped", .error, ["services": 1, "kinds_dropped": 4]) {
            $0.trial = .known(try .of($0.web, dropped: acks + ends))
        } butNot: {
            // Of a service whose answers come back through the director nothing is concluded.
            $0.trial = .known(try .of($0.web, dropped: acks + ends))
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
        },
        Case("invalid-dropped", .warning, ["services": 2]) { facts in
            let other = try DirectorFacts.web("10.0.0.100:443", .tun)
            var trial = try Trial.of(facts.web, dropped: ends)
            trial.services += try Trial.of(other, dropped: ends).services
            facts.add(other)
            facts.trial = .known(trial)
        } butNot: {
            $0.trial = .known(try .of($0.web, passed: ends))
        },
        Case("new-acks-dropped", .error, ["services": 1, "kinds_dropped": 2]) {
            $0.trial = .known(try .of($0.web, dropped: acks, as: .new, passed: ends))
        } butNot: {
            // Those that are INVALID have another cause, and another fix.
            $0.trial = .known(try .of($0.web, dropped: acks + ends))
        },
        // FireHOL's rules drop both.
        Case("invalid-dropped", .warning, ["services": 1, "kinds_dropped": 2]) {
            $0.trial = .known(try .of($0.web, dropped: acks, as: .new, alsoDropped: ends))
        } butNot: {
            $0.trial = .known(try .of($0.web, dropped: acks, as: .new, passed: ends))
        },
        Case("local-answers-dropped", .error, ["services": 1, "kinds_dropped": 2]) {
            try $0.lead(.init(.local))
            $0.trial = .known(try .of($0.web, droppedAnswers: openings + [ends[1]], from: .director))
        } butNot: {
            try $0.lead(.init(.local))
            $0.trial = .known(try .of($0.web, passedAnswers: openings + [ends[1]], from: .director))
        },
        Case("local-answers-dropped", .warning, ["kinds_dropped": 1]) {
            $0.web.destinations[0].method = .local
            $0.trial = .known(try .of($0.web, droppedAnswers: [ends[1]], from: .director))
        } butNot: {
            // Those of other hosts are another check's.
            $0.web = try DirectorFacts.web("10.0.0.100:80", .nat)
            $0.trial = .known(try .of($0.web, droppedAnswers: [ends[1]]))
        },
        Case("icmp-not-accepted", .warning, ["kinds_dropped": 1]) {
            $0.trial = .known(try .of($0.web, dropped: [unreachable] + ends))
        } butNot: {
            $0.trial = .known(try .of($0.web, dropped: ends, passed: [unreachable]))
        },
        Case("icmpv6-ptb", .error, ["kinds_dropped": 1]) {
            $0.web = try DirectorFacts.web("[2001:db8::100]:80", .dr)
            $0.trial = .known(try .of($0.web, dropped: [tooBig]))
        } butNot: {
            $0.web = try DirectorFacts.web("[2001:db8::100]:80", .dr)
            $0.trial = .known(try .of($0.web, passed: [tooBig]))
        },
    ]
}

extension CheckTests {
    @Test("Where ACKs are dropped as NEW notrack is the fix, and of what is INVALID, too: accepting that does not help")
    func remediesOfNewACKs() throws {
        let facts = try DirectorFacts.plain {
            $0.trial = .known(try .of($0.web, dropped: Self.acks, as: .new, alsoDropped: Self.ends))
        }
        let exempt = Remedy.exempt([facts.web.identity])
        for id in ["new-acks-dropped", "invalid-dropped"] {
            #expect(try facts.found(id).map(\.remedies) == [[exempt, .advise, .observe]], "\(id)")
        }
        let others = try DirectorFacts.plain { $0.trial = .known(try .of($0.web, dropped: Self.acks + Self.ends)) }
        #expect(try others.found("invalid-dropped").allSatisfy { !$0.remedies.contains(exempt) })
    }
}

extension Trial {
    /// A service that can be reached, and what becomes of its other packets.
    static func of(
        _ service: Service, dropped: [Probe] = [], as state: CTState = .invalid, alsoDropped: [Probe] = [],
        passed: [Probe] = [], droppedAnswers: [Probe] = [], passedAnswers: [Probe] = [],
        from sender: Probe.Sender = .realServer
    ) throws -> Trial {
        let rule = DroppingRule(family: .inet, table: "filter", chain: "input", decision: .rule(handle: 7))
        func outcome(_ end: ProbeOutcome.End, _ state: CTState) -> ProbeOutcome {
            var outcome = ProbeOutcome()
            (outcome.end, outcome.ctstate) = (end, state)
            return outcome
        }
        var made = ServiceTrial(service.identity)
        made.origin = ProbeOrigin(IPAddress(ipv4: 0xC633_644D), "eth0")
        made.opening = outcome(.passed(.localIn), .new)
        made.outcomes =
            dropped.map { ($0, outcome(.dropped(rule), state)) }
            + alsoDropped.map { ($0, outcome(.dropped(rule), .invalid)) }
            + passed.map { ($0, outcome(.passed(.localIn), .invalid)) }
        func answer(_ probe: Probe) -> Probe { Probe(probe.packet, from: sender) }
        let answers =
            droppedAnswers.map { (probe: answer($0), outcome: outcome(.dropped(rule), .invalid)) }
            + passedAnswers.map { (probe: answer($0), outcome: outcome(.passed(.forward), .invalid)) }
        if let server = service.destinations.last?.endpoint, !answers.isEmpty {
            var trial = AnswerTrial(server)
            trial.outcomes = answers
            made.answers = [trial]
        }
        var trial = Trial()
        trial.services = [made]
        trial.rules = [rule: .known(statement: "ct state invalid drop", hook: "input")]
        return trial
    }
}
