import Addresses
import Conntrack
import Firewall
import IPVS
import ObservationSupport
import Testing

@testable import Inspection

extension CheckTests {
    private static let ends: [Probe] = [[.fin, .ack], .rst].map { Probe(.tcp($0)) }
    private static let acks: [Probe] = [Probe(.tcp(.ack))]
    private static let unreachable = Probe(.icmp(ICMPType(rawValue: 3)), icmpCode: 3)

    private static func counts(_ change: (inout Counts) -> Void) throws -> Counts {
        var counts = try Counts()
        counts.way(.syn, .new, 9)
        change(&counts)
        return counts
    }

    /// Answers of the real server, of which some do not pass.
    private static func answers(_ state: CTState, _ packets: UInt64, passed: UInt64) throws -> Counts {
        var counts = try Counts("10.0.0.3:80")
        counts.add(.forward, .synAck, state, packets)
        counts.add(.forwardPassed, .synAck, state, passed)
        return counts
    }

    private static func becomeNAT(_ facts: inout DirectorFacts, _ more: Counts) throws {
        facts.web = try DirectorFacts.web("10.0.0.100:80", .nat)
        try facts.see(.nat, counts { _ in }, more)
    }

    static let traffic = [
        // What was predicted and came is worse than what was predicted.
        Case("invalid-dropped", .error, ["kinds_dropped": 2, "dropped": 6, "packets": 15, "seconds": 30]) {
            $0.trial = .known(try .of($0.web, dropped: ends))
            try $0.see(.dr, .filtered())
        } butNot: {
            $0.trial = .known(try .of($0.web, passed: ends))
        },
        // What the trial could not show.
        Case("invalid-dropped", .error, ["dropped": 6, "fin": 5, "rst": 1]) {
            $0.trial = .unreadable("the sandbox cannot be made")
            try $0.see(.dr, .filtered())
        } butNot: {
            try $0.see(.dr, counts { $0.way(.icmpError, .invalid, 3, passed: 0) })
        },
        Case("new-acks-dropped", .error, ["kinds_dropped": 1, "dropped": 4, "packets": 13]) {
            $0.trial = .known(try .of($0.web, dropped: acks, as: .new))
            try $0.see(.dr, counts { $0.way(.ack, .new, 4, passed: 0) })
        } butNot: {
            try $0.see(.dr, counts { $0.way(.ack, .new, 4) })
        },
        Case("new-acks-dropped", .error, ["dropped": 4, "ack": 4]) {
            $0.trial = .unreadable("the sandbox cannot be made")
            try $0.see(.dr, counts { $0.way(.ack, .new, 4, passed: 0) })
        } butNot: {
            // The filter does not let the service pass at all.
            try $0.see(
                .dr,
                counts {
                    $0.way(.ack, .new, 4, passed: 0)
                    $0.way(.syn, .new, 1, passed: 0)
                })
        },
        // Of both kinds each check has its own.
        Case("invalid-dropped", .error, ["dropped": 2, "fin": 2]) {
            $0.trial = .known(try .of($0.web, dropped: acks, as: .new))
            try $0.see(
                .dr,
                counts {
                    $0.way(.ack, .new, 4, passed: 0)
                    $0.way(.fin, .invalid, 2, passed: 0)
                })
        } butNot: {
            $0.trial = .known(try .of($0.web, dropped: acks, as: .new))
            try $0.see(.dr, counts { $0.way(.ack, .new, 4, passed: 0) })
        },
        Case("icmp-not-accepted", .warning, ["dropped": 1, "icmp_error": 1]) {
            try $0.see(.dr, .filtered())
        } butNot: {
            // Of a service whose answers come back.
            try becomeNAT(&$0, counts { $0.way(.icmpError, .invalid, 3, passed: 0) })
        },
        Case("vs-conntrack-nat", .error, ["dropped": 4]) {
            try becomeNAT(&$0, answers(.invalid, 4, passed: 0))
        } butNot: {
            $0.set("conntrack", 1)
            try becomeNAT(&$0, answers(.established, 4, passed: 4))
        },
        Case("packets-dropped", .warning, ["dropped": 3, "syn": 3]) {
            try $0.see(.dr, counts { $0.way(.syn, .new, 3, passed: 0) })
        } butNot: {
            try $0.see(.dr, .filtered())
        },
        // Backscatter.
        Case("packets-dropped", .info, ["syn_ack": 2]) {
            try $0.see(.dr, counts { $0.way(.synAck, .invalid, 2, passed: 0) })
        } butNot: {
            try $0.see(.dr, counts { $0.way(.synAck, .invalid, 2) })
        },
        Case("answers-dropped", .error, ["dropped": 1]) {
            $0.set("conntrack", 1)
            try becomeNAT(&$0, answers(.established, 4, passed: 3))
        } butNot: {
            $0.set("conntrack", 1)
            try becomeNAT(&$0, answers(.established, 4, passed: 4))
        },
        Case("lost-before-local-in", .warning, ["lost": 2]) {
            try $0.see(.dr, counts { $0.add(.preRoutingPassed, .ack, .new, 2) })
        } butNot: {
            // A packet in flight is counted at the later point only.
            try $0.see(
                .dr,
                counts {
                    $0.add(.localIn, .ack, .new, 2); $0.add(.localInPassed, .ack, .new, 2)
                })
        },
        Case("lost-before-post-routing", .warning, ["lost": 2]) {
            try $0.see(.dr, counts { $0.add(.localOut, .ack, .untracked, 2) })
        } butNot: {
            try $0.see(.dr, counts { $0.add(.postRouting, .ack, .untracked, 2) })
        },
    ]

    private func drops(_ finding: Finding?) throws -> TrialDrops {
        guard case .trial(let drops) = try #require(finding).context else { throw BadContext() }
        return drops
    }

    private struct BadContext: Error {}

    @Test("What traffic confirms names the rules that were traced, and asks for no proof")
    func confirmation() throws {
        let facts = try DirectorFacts.plain {
            $0.trial = .known(try .of($0.web, dropped: Self.ends + [Self.unreachable]))
            try $0.see(.dr, .filtered(), blame: [.of([.fin: 3, .icmpError: 1])])
        }
        let found = try #require(try facts.found("invalid-dropped").first)
        #expect(try drops(found).confirmation?.rules.map(\.description) == ["ip filter INPUT handle 5"])
        #expect(found.remedies.contains(.advise) && !found.remedies.contains(.observe))
        let errors = try facts.found("icmp-not-accepted")
        #expect(errors.map { $0["dropped"] } == [1] && errors.map(\.severity) == [.warning])
    }

    @Test("Packets of other kinds, or of another service, confirm nothing", arguments: [true, false])
    func noConfirmation(isOtherService: Bool) throws {
        let facts = try DirectorFacts.plain {
            $0.trial = .known(try .of($0.web, dropped: Self.ends))
            var other = try Counts(isOtherService ? "10.0.0.101:80" : "10.0.0.100:80")
            other.way(isOtherService ? .fin : .ack, isOtherService ? .invalid : .new, 5, passed: isOtherService ? 0 : 5)
            try $0.see(.dr, try Self.counts { _ in }, other)
        }
        let found = try #require(try facts.found("invalid-dropped").first)
        #expect(try drops(found).confirmation == nil)
        #expect(found.severity == .warning && found["dropped"] == nil)
        #expect(found.remedies.suffix(2) == [.advise, .observe])
    }

    @Test("A kind that was not predicted is found beside the one that was")
    func unpredicted() throws {
        let facts = try DirectorFacts.plain {
            $0.trial = .known(try .of($0.web, dropped: Self.ends))
            try $0.see(.dr, .confirmed())
        }
        let found = try facts.found("invalid-dropped")
        #expect(found.map { $0["dropped"] } == [5, 14] && found.map { $0["ack"] } == [nil, 9])
    }

    @Test("Without packets, or uncounted, nothing is concluded of traffic; interrupted, it is no pass")
    func uncounted() throws {
        func lack(_ change: (inout Window) throws -> Void) throws -> Lack? {
            var facts = try DirectorFacts.plain()
            var window = try #require(facts.window)
            try change(&window)
            facts.window = window
            guard case .notMade(let lack) = try #require(Check.named("packets-dropped")).result(facts) else {
                return nil
            }
            #expect(try #require(Check.named("invalid-dropped")).result(facts) == .fine)
            return lack
        }
        #expect(try lack { _ in } == nil)
        #expect(
            try lack { $0.traffic = .known(try .of([])) }
                == Lack("no packet to a service was seen", isAbsence: true))
        #expect(try lack { $0.traffic = .absent("there is no nf_tables") }?.isAbsence == true)
        #expect(try lack { $0.traffic = .unreadable("it is forbidden") }?.isAbsence == false)
        #expect(
            try lack { $0.traffic = .incomplete(try .of(Counts.fixed().counts), "it was interrupted after 3 s") }
                == Lack("it was interrupted after 3 s", isAbsence: false))
    }
}
