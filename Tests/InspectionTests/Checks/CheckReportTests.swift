import Firewall
import Addresses
import Conntrack
import IPVS
import Reports
import Testing

@testable import Inspection

/// What is not there, what could not be read, and what that means for a pass.
struct CheckReportTests {
    private func report(_ change: (inout DirectorFacts) throws -> Void) throws -> CheckReport {
        CheckReport(Check.all, of: try .plain(change))
    }

    private func unmade(_ report: CheckReport) -> [String: Lack] {
        Dictionary(uniqueKeysWithValues: report.notMade.map { ($0.check.id.rawValue, $0.lack) })
    }

    @Test("Without IPVS its checks are not made, which is no loss; those of the table are")
    func absent() throws {
        let report = try report {
            $0.window = nil
            $0.services = .absent("IPVS is not loaded here")
            $0.configuration = .absent("IPVS is not loaded here")
            $0.sysctls.values = $0.sysctls.values.filter { !$0.key.hasPrefix("net.ipv4.vs.") }
            $0.fill(960)
        }
        #expect(report.findings.map(\.id.rawValue) == ["ct-full", "ct-est-timeout"])
        #expect(
            report.fine.map(\.id.rawValue) == [
                "modules", "expect-max", "ct-chains", "ct-counters", "ct-events-0", "ct-acct-off", "ct-timestamp-off",
                "ct-checksum",
                "ct-be-liberal", "ct-ignore-invalid-rst", "ct-log-invalid",
            ])
        #expect(report.notMade.allSatisfy { $0.lack.isAbsence })
        #expect(report.isComplete)
        #expect(report.unread(from: .info).isEmpty)
        #expect(report.doubt(from: .info) == nil)
    }

    @Test("What could not be read is a loss, and no pass at the severity of its check")
    func unreadable() throws {
        let report = try report { $0.table = .unreadable("cannot read the counters: damaged") }
        #expect(
            Set(unmade(report).keys) == [
                "expect-max", "ct-full", "ct-chains", "ct-counters", "ct-est-timeout", "ct-invalid-rate",
            ])
        #expect(report.losses.map(\.why) == ["cannot read the counters: damaged"])
        #expect(report.unread(from: .error).map(\.check.id.rawValue) == ["expect-max", "ct-full"])
        #expect(
            report.unread(from: .warning).map(\.check.id.rawValue) == [
                "expect-max", "ct-full", "ct-chains", "ct-counters", "ct-est-timeout", "ct-invalid-rate",
            ])
        let doubt = try #require(report.doubt(from: .error))
        #expect(
            doubt.contains("2 checks could not be made (expect-max, ct-full)") && doubt.contains("this is not a pass"))
    }

    @Test("A setting that this kernel lacks is absent; one that could not be read is a loss")
    func settings() throws {
        let lacking = try report { $0.sysctls.values["net.ipv4.vs.run_estimation"] = nil }
        #expect(unmade(lacking)["estimation-off"]?.isAbsence == true)
        #expect(lacking.isComplete)
        for (name, value) in [("net.ipv4.vs.run_estimation", nil), ("net.ipv4.vs", nil), ("", "many")] {
            let broken = try report {
                $0.sysctls.values["net.ipv4.vs.run_estimation"] = value
                if !name.isEmpty { $0.sysctls.unreadable[name] = "EIO" }
            }
            #expect(unmade(broken)["estimation-off"]?.isAbsence == false)
            #expect(broken.losses.count == 1)
        }
    }

    @Test("A table without a limit cannot be full; one whose limit is unknown might be")
    func limit() throws {
        let unlimited = try report { $0.fill(100, limit: 0) }
        #expect(unmade(unlimited)["ct-full"]?.isAbsence == true)
        let unknown = try report {
            var table = DirectorFacts.table($0.origin, entries: 100)
            table.size.limit = nil
            $0.table = .known(table)
        }
        #expect(unmade(unknown)["ct-full"]?.isAbsence == false)
    }

    @Test("Services that changed during the listing: what they show is true, what they do not show proves nothing")
    func incomplete() throws {
        let report = try report { facts in
            var services = facts.knownServices
            services[0].destinations = []
            facts.services = .incomplete(services, "it changed")
        }
        #expect(report.findings.map(\.id.rawValue) == ["no-dest"])
        #expect(unmade(report)["helpers"] == Lack("it changed", isAbsence: false))
        #expect(unmade(report)["ct-full"] == nil)
        #expect(!report.fine.contains { $0.id == .portDiffers })
        #expect(report.losses.map(\.why) == ["it changed"])
    }

    @Test("What a check needs does not matter where there is nothing that it is about")
    func nothingConcerned() throws {
        let report = try report {
            $0.host = HostFacts(modules: .unreadable("no"), forwarding: .unreadable("no"), memory: $0.host.memory)
        }
        // They are about NAT, and FTP by NAT.
        #expect(report.fine.contains { $0.id == .ipForward } && report.fine.contains { $0.id == .helpers })
        #expect(report.isComplete)
    }

    @Test("Findings come worst first, each with a sentence that names the kernel's source, and a proof")
    func order() throws {
        for example in CheckTests.cases {
            for finding in try DirectorFacts.plain(example.breaks).found(example.id) {
                if finding.isObserved {
                    #expect(finding.proof == nil && finding["dropped"] ?? 0 > 0)
                } else {
                    #expect(finding.proof?.hasSuffix(".") == true, "\(example.id)")
                }
                if finding.context != nil, !finding.isCount {
                    #expect(finding.reason.contains(/\(net\/[a-z0-9\/_]+\.c, [a-z0-9_]+/), "\(finding.reason)")
                }
                #expect(!finding.reason.hasPrefix("\(example.id): "))
                #expect(finding.reason.hasSuffix(".") && !finding.reason.contains("  "))
                #expect(finding.severity == .info || !finding.remedies.isEmpty, "\(example.id)")
            }
        }
        let both = try report {
            $0.set("conn_reuse_mode", 0)
            $0.fill(990)
        }
        #expect(both.findings.map(\.severity) == [.error, .warning, .warning])
    }

    // MARK: Monitoring

    @Test("Monitoring: the worst finding is the state; what could not be read is unknown only where nothing was found")
    func nagios() throws {
        let plain = NagiosResult(try report { _ in })
        #expect(plain.state == .ok)
        #expect(
            plain.line
                == "CT_INSPECT OK - \(Check.all.count) checked and fine | errors=0 warnings=0 infos=0 not_checked=0 "
                + "entries=100;900;950;0;1000")
        let warned = NagiosResult(try report { $0.set("conn_reuse_mode", 0) })
        #expect(warned.state == .warning)
        #expect(warned.line.hasPrefix("CT_INSPECT WARNING - conn-reuse-0 (tcp 10.0.0.100:80) | errors=0 warnings=1 "))
        let critical = NagiosResult(
            try report {
                $0.web.destinations = []
                $0.table = .unreadable("no")
            })
        #expect(critical.state == .critical)
        #expect(critical.line.contains(" - no-dest (tcp 10.0.0.100:80) | errors=1 warnings=0 infos=0 not_checked=6"))
        #expect(!critical.line.contains("entries="))
        let unread = NagiosResult(try report { $0.table = .unreadable("a | b\nc") })
        #expect(unread.state == .unknown)
        #expect(
            unread.line.hasPrefix("CT_INSPECT UNKNOWN - nothing of severity warning or worse was found, but 6 checks"))
        let failure = NagiosResult(failure: "a | b\nc")
        #expect(failure.line.filter { $0 == "|" || $0.isNewline }.isEmpty)
    }
}

/// What a trial leaves open.
struct TrialDoubtTests {
    private static let ends = [Probe(.tcp([.fin, .ack]))]

    @Test("What was not copied into the sandbox makes a filter that seems all right unproven, but not a drop")
    func missing() throws {
        func result(_ dropped: [Probe]) throws -> Check.Result {
            var facts = try DirectorFacts.plain()
            var trial = try Trial.of(facts.web, dropped: dropped)
            trial.missing = [Loss("set inet filter blocked", "no such type"), Loss("rule", "no such match")]
            facts.trial = .incomplete(trial, try #require(trial.doubt))
            return try #require(Check.named("invalid-dropped")).result(facts)
        }
        guard case .notMade(let lack) = try result([]) else {
            Issue.record("it was taken for all right")
            return
        }
        #expect(lack.why == "the sandbox lacks 2 things, set inet filter blocked: no such type")
        #expect(!lack.isAbsence)
        guard case .findings(let findings) = try result(Self.ends) else {
            Issue.record("a drop was not reported")
            return
        }
        #expect(findings.map(\.id.rawValue) == ["invalid-dropped"])
    }

    @Test("Without a part of the rules, which could have accepted it, a drop proves nothing either")
    func lacking() throws {
        var facts = try DirectorFacts.plain()
        var trial = try Trial.of(facts.web, dropped: Self.ends)
        trial.missing = [Loss("rule ip filter INPUT", "no such match")]
        trial.lacksRules = true
        facts.trial = .incomplete(trial, try #require(trial.doubt))
        let result = try #require(Check.named("invalid-dropped")).result(facts)
        #expect(result == .notMade(Lack("the sandbox lacks rule ip filter INPUT: no such match", isAbsence: false)))
    }

    @Test("A service that was not reached, and a packet of which nothing is known, prove nothing")
    func vague() throws {
        var trial = try Trial.of(try DirectorFacts.web("10.0.0.100:80", .dr), passed: Self.ends)
        #expect(trial.doubt == nil)
        trial.services[0].outcomes[0].outcome.end = .lost
        #expect(trial.doubt?.hasPrefix("what became of some packets in the sandbox (1)") == true)
        trial.services[0].opening?.end = .lost
        #expect(trial.doubt?.hasPrefix("tcp 10.0.0.100:80 was not reached in the sandbox") == true)
    }

    @Test("A mark that comes from a map is not followed, unless packets got it in the sandbox")
    func marks() throws {
        var facts = try DirectorFacts.plain()
        facts.web = try service(.fwmark(7, .ipv4), [("10.0.0.3:0", .dr)])
        var rules = RuleFacts()
        rules.marks = [MarkSetting(.inet, .unknown)]
        facts.rules = .known(rules)
        let check = try #require(Check.named("fwmark-unset"))
        if case .notMade = check.result(facts) {} else { Issue.record("it was made") }
        facts.trial = .known(try .of(facts.web, passed: Self.ends))
        #expect(check.result(facts) == .fine)
    }

    @Test(
        "Answers of the director itself must have been tried where there are any, unless entries make them like others")
    func ownAnswers() throws {
        let check = try #require(Check.named("local-answers-dropped"))
        var facts = try DirectorFacts.plain { try $0.lead(.init(.local)) }
        facts.trial = .known(try .of(facts.web, passed: Self.ends))
        #expect(
            check.result(facts)
                == .notMade(
                    Lack("the director's own answers of tcp 10.0.0.100:80 were not tried", isAbsence: false)))
        facts.set("conntrack", 1)
        #expect(check.result(facts) == .fine)
        facts.set("conntrack", 0)
        facts.trial = .known(try .of(facts.web, passedAnswers: Self.ends, from: .director))
        #expect(check.result(facts) == .fine)
        // Where no destination is the director itself, nothing else matters.
        facts = try .plain()
        facts.trial = .unreadable("EPERM")
        #expect(check.result(facts) == .fine)
    }

    @Test(
        "What ends the drops of its own answers is the setting, unless others answer past the director; which is not told to unset it"
    )
    func ownRemedies() throws {
        func remedies(_ change: (inout DirectorFacts) throws -> Void) throws -> [Remedy] {
            var facts = try DirectorFacts.plain {
                for address in [UInt32(3), 4] {
                    let own = IPAddress(ipv4: 0x0A00_0000 + address)
                    $0.changeNetwork { $0.paths[own] = .init(.local) }
                }
            }
            facts.trial = .known(try .of(facts.web, droppedAnswers: Self.ends, from: .director))
            try change(&facts)
            return try facts.found("local-answers-dropped").flatMap(\.remedies)
        }
        let setting = Remedy.set([.init(Sysctls.ipvsConntrack, 1)])
        #expect(try remedies { _ in }.first == setting)
        let other = try DirectorFacts.web("10.0.0.101:80", .dr)
        #expect(
            try remedies { facts in
                var other = other
                other.destinations[0].endpoint = Endpoint(IPAddress(ipv4: 0x0A00_0009), 80)
                facts.add(other)
            }.first != setting)
        var facts = try DirectorFacts.plain {
            $0.set("conntrack", 1)
            for address in [UInt32(3), 4] {
                let own = IPAddress(ipv4: 0x0A00_0000 + address)
                $0.changeNetwork { $0.paths[own] = .init(.local) }
            }
        }
        #expect(try facts.found("vs-conntrack-dr") == [])
        facts.add(try DirectorFacts.web("10.0.0.101:80", .nat))
        #expect(try facts.found("mixed-methods") == [])
    }

    @Test(
        "Sync messages are judged by themselves: services that were not reached do not matter, but what was not copied does"
    )
    func syncMessages() throws {
        let group = SyncGroup(interface: "eth0", Endpoint(IPAddress(ipv4: 0xE000_0051), 8848))
        func result(_ end: ProbeOutcome.End?, missing: [Loss] = []) throws -> Check.Result {
            var facts = try DirectorFacts.plain { $0.listen(at: group) }
            var trial = end.map { Trial.of(group, $0) } ?? Trial()
            trial.services = [ServiceTrial(.fwmark(7, .ipv4))]
            trial.missing = missing
            facts.trial = .incomplete(trial, try #require(trial.doubt))
            return try #require(Check.named("sync-filtered")).result(facts)
        }
        #expect(try result(.passed(.localIn)) == .fine)
        for outcome in [
            try result(nil), try result(.lost), try result(.unknown("it was lost")),
            try result(.passed(.localIn), missing: [Loss("set inet filter partners", "no such type")]),
        ] {
            guard case .notMade(let lack) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(!lack.isAbsence)
        }
    }
}

extension Finding {
    /// Its sentence says what was counted, not why.
    fileprivate var isCount: Bool { if case .drops = context { true } else { false } }

    /// What was seen needs no proof.
    fileprivate var isObserved: Bool {
        if case .trial(let drops) = context { drops.confirmation != nil } else { isCount }
    }
}
