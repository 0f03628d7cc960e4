import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection

/// Each check, on a director that has the problem and on one that just has not.
struct CheckTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var id: String
        var severity: Finding.Severity
        /// What makes a plain director one that has it.
        var breaks: @Sendable (inout DirectorFacts) throws -> Void
        /// What is nearest to it, and all right.
        var spares: @Sendable (inout DirectorFacts) throws -> Void
        /// Some of the numbers.
        var evidence: [String: UInt64]

        init(
            _ id: String, _ severity: Finding.Severity, _ evidence: [String: UInt64] = [:],
            _ breaks: @escaping @Sendable (inout DirectorFacts) throws -> Void,
            butNot spares: @escaping @Sendable (inout DirectorFacts) throws -> Void
        ) {
            (self.id, self.severity, self.evidence, self.breaks, self.spares) = (id, severity, evidence, breaks, spares)
        }

        var testDescription: String { "\(id), \(severity) \(evidence)" }
    }

    @Test("A plain LVS-DR director has nothing wrong, and everything was checked")
    func plain() throws {
        let report = CheckReport(Check.all, of: try .plain())
        #expect(report.findings == [])
        #expect(report.notMade == [])
        #expect(report.fine.map(\.id) == Check.all.map(\.id))
        #expect(report.isComplete)
    }

    @Test("With the kernel's own defaults it has no warning either")
    func defaults() throws {
        let facts = try DirectorFacts.plain { facts in
            for name in ["expire_nodest_conn", "nat_icmp_send", "schedule_icmp"] { facts.set(name, 0) }
            for name in ["acct", "timestamp"] { facts.track(name, 0) }
            facts.keepIdle(900)
        }
        let report = CheckReport(Check.all, of: facts)
        #expect(report.findings(from: .warning) == [])
        #expect(
            report.findings.map(\.id.rawValue) == [
                "expire-nodest", "tcp-timeout-short", "schedule-icmp", "ct-acct-off", "ct-timestamp-off",
            ])
    }

    @Test(
        "Each check has an id of its own, and finds nothing under another one or worse than it says",
        arguments: Self.cases)
    func raised(_ example: Case) throws {
        let found = try DirectorFacts.plain(example.breaks).found(example.id)
        #expect(!found.isEmpty)
        #expect(found.allSatisfy { $0.id.rawValue == example.id && $0.severity == example.severity })
        let check = try #require(Check.named(example.id))
        #expect(example.severity <= check.worst)
        for (name, value) in example.evidence { #expect(found.first?[name] == value, "\(name)") }
        for finding in found {
            let names = finding.evidence.map(\.name)
            #expect(Set(names).count == names.count)
            #expect(names.allSatisfy { $0.wholeMatch(of: /[a-z0-9]+(_[a-z0-9]+)*/) != nil }, "\(names)")
        }
    }

    @Test("The nearest thing that is all right is not reported", arguments: Self.cases)
    func spared(_ example: Case) throws {
        #expect(try DirectorFacts.plain(example.spares).found(example.id) == [])
    }

    @Test("Every check is among the examples, and ids are unique")
    func all() {
        let ids = Check.all.map(\.id.rawValue)
        #expect(Set(ids).count == ids.count)
        #expect(Set(Self.cases.map(\.id)) == Set(ids))
        for check in Check.all {
            let worst = Self.cases.filter { $0.id == check.id.rawValue }.map(\.severity).max()
            #expect(worst == check.worst, "\(check.id.rawValue)")
        }
    }

    static var cases: [Case] {
        filter + triedRules + triedNAT + rules + services + kernelParts + network + offloads + tracking + failover
            + partners + syncFilters
            + settings + unusual + timeouts + table + stuck + growth + traffic
    }
}
