import Addresses
import IPVS
import Inspection
import Netlink
import Reports
import TestSupport
import Testing

@testable import Collection

/// The checks of a director that is read again and again: this kernel's packet filter, in a namespace of its own.
@Suite("The checker", .needsRoot, .needsTool("nft"))
struct DirectorCheckerTests {
    private final class Time { var elapsed = Duration.seconds(100) }

    private func reports(_ checker: inout DirectorChecker) throws -> [CheckReport] {
        var reports: [CheckReport] = []
        try checker.check(isStopped: { false }) { reports.append($0) }
        return reports
    }

    private func ids(_ report: CheckReport?) -> [String] {
        (report?.findings ?? []).map(\.id.rawValue).filter { ["invalid-dropped", "icmp-not-accepted"].contains($0) }
    }

    @Test("The filter is tried at once, again when its rules change, and not before a pause has passed")
    func again() throws {
        try inFreshNamespace {
            try FilteredDirector.run(FilteredDirector.trap)
            let time = Time()
            var checker = DirectorChecker(FilteredDirector(), in: .enteredForTrial) { time.elapsed }
            let first = try reports(&checker)
            #expect(first.count == 2)
            #expect(ids(first.first) == [])
            #expect(first[0].notMade.contains { $0.lack.why == "the packet filter is being tried" })
            #expect(ids(first.last) == ["invalid-dropped", "icmp-not-accepted"])
            let finding = try #require(first.last?.findings.first { $0.id == .invalidDropped })
            #expect(finding.reason.contains("inet filter input handle 3 (ct state invalid drop)"), "\(finding.reason)")
            try FilteredDirector.run(FilteredDirector.fix)
            // Too early: what was found still stands.
            time.elapsed += .seconds(5)
            let early = try reports(&checker)
            #expect(early.map(ids) == [["invalid-dropped", "icmp-not-accepted"]])
            time.elapsed += .seconds(6)
            let late = try reports(&checker)
            #expect(late.map(ids) == [[]])
            #expect(late.last?.fine.contains { $0.id == .invalidDropped } == true)
        }
    }

    @Test("Forgotten, it is tried again at once; a virtual address that goes away is a reason, too")
    func address() throws {
        try inFreshNamespace {
            try FilteredDirector.run(FilteredDirector.trap)
            let time = Time()
            var checker = DirectorChecker(FilteredDirector(), in: .enteredForTrial) { time.elapsed }
            #expect(ids(try reports(&checker).last).count == 2)
            try FilteredDirector.run("ip addr del 10.9.9.100/32 dev lo")
            checker.forgetTrial()
            let report = try #require(try reports(&checker).last)
            #expect(ids(report) == [] && report.notMade.contains { $0.check.id == .invalidDropped })
            try FilteredDirector.run("ip addr add 10.9.9.100/32 dev lo")
            time.elapsed += .seconds(11)
            #expect(ids(try reports(&checker).last).count == 2)
        }
    }

    @Test("In the background, with capabilities that the thread that began it has given up; hurried, it sees a change")
    func background() throws {
        try inFreshNamespace {
            try FilteredDirector.run(FilteredDirector.trap)
            let checks = try BackgroundChecks(in: .enteredForTrial, every: .seconds(3600)) { FilteredDirector() }
            defer { checks.stop() }
            var report: CheckReport?
            func wait(until isWanted: (CheckReport) -> Bool) throws {
                try waitUntil("a report comes") {
                    if case .report(let news) = checks.take() { report = news }
                    return report.map(isWanted) ?? false
                }
            }
            try wait { ids($0).count == 2 }
            #expect(checks.take() == nil)
            try FilteredDirector.run(FilteredDirector.fix)
            try Privileges.keepOnlyNetAdmin()
            // This thread could not.
            #expect(throws: KernelError.self) { try DirectorCheckerTests.makeSandbox() }
            checks.hurry()
            try wait { ids($0).isEmpty && $0.fine.contains { $0.id == .invalidDropped } }
        }
    }

    private static func makeSandbox() throws {
        var facts = try DirectorFacts(reading: FilteredDirector())
        try facts.tryFilter(reading: FilteredDirector())
        if case .unreadable(let why) = facts.trial { throw KernelError(why, .forbidden) }
    }

    @Test("What fails is news as well")
    func failure() throws {
        let checks = try BackgroundChecks(in: .enteredForTrial, every: nil) {
            () throws(KernelError) -> any KernelSource in
            throw KernelError("open it", .forbidden)
        }
        var news: BackgroundChecks.News?
        try waitUntil("it fails") {
            news = checks.take() ?? news
            return news != nil
        }
        guard case .failure(let error) = news else {
            Issue.record("no failure: \(String(describing: news))")
            return
        }
        #expect(error.asked == "open it")
    }
}
