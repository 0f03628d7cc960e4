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

    @Test("A route, a policy rule or the setting of an interface that changes is a reason; a neighbour is none")
    func network() throws {
        try inFreshNamespace {
            // Its addresses, and their routes, come a while after a link is up.
            try FilteredDirector.run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
            try FilteredDirector.run(FilteredDirector.trap)
            let time = Time()
            var checker = DirectorChecker(FilteredDirector(), in: .enteredForTrial) { time.elapsed }
            #expect(ids(try reports(&checker).last).count == 2)
            let start = try basis()
            var seen = [start]
            for command in [
                "ip route add 198.51.100.0/24 via 10.9.0.254", "ip rule add pref 9 from 10.9.9.100 table 9",
                "sysctl -qw net.ipv4.conf.outside.rp_filter=2",
            ] {
                try FilteredDirector.run(command)
                let now = try basis()
                #expect(!seen.contains(now), "\(command)")
                seen.append(now)
            }
            try FilteredDirector.run("ip neigh add 10.9.0.7 lladdr 02:00:00:00:00:07 dev outside")
            #expect(try basis() == seen.last)
            // Clients can no longer be reached.
            try FilteredDirector.run(
                "ip route del default; ip route del 198.51.100.0/24; ip addr del 10.9.0.1/24 dev outside")
            time.elapsed += .seconds(11)
            let report = try #require(try reports(&checker).last)
            #expect(ids(report) == [] && report.notMade.contains { $0.check.id == .invalidDropped })
        }
    }

    @Test("A file that loads rules, once it is there and once it changes, is a reason")
    func files() throws {
        try inTemporaryFolder { folder in
            try FilteredDirector.run("mkdir -p \(folder)/etc")
            var seen = [FilterFiles.stamps(LiveKernel(), below: "\(folder)/")]
            #expect(seen == [[:]])
            for text in ["", "flush ruleset"] {
                try FilteredDirector.run("echo '\(text)' >\(folder)/etc/nftables.conf")
                let now = FilterFiles.stamps(LiveKernel(), below: "\(folder)/")
                #expect(!seen.contains(now))
                seen.append(now)
            }
        }
    }

    private func basis() throws -> TrialBasis {
        TrialBasis(of: try CheckedDirector(reading: FilteredDirector()), reading: FilteredDirector())
    }

    @Test("Each thing is read once for a check and its trial, and what no check needs is not read")
    func once() throws {
        try inFreshNamespace {
            try FilteredDirector.run(FilteredDirector.trap)
            let director = FilteredDirector()
            var checker = DirectorChecker(director, in: .enteredForTrial)
            _ = try reports(&checker)
            let repeated = Dictionary(grouping: director.asked) { $0 }.filter { $0.value.count > 1 }.keys
            #expect(repeated.filter(Self.isOfNetwork) == [])
            #expect(director.asked.count(where: Self.isOfNetwork) == 2)
            for (ids, isWanted) in [([Finding.ID.tableFull], false), ([.tableFull, .notOnLink], true)] {
                let director = FilteredDirector()
                let facts = try CheckedDirector(reading: director, for: Check.all.filter { ids.contains($0.id) }).facts
                #expect(director.asked.contains(where: Self.isOfNetwork) == isWanted)
                #expect(director.asked.contains { $0.contains("IPVS") } == isWanted)
                #expect(!director.asked.contains("proc/net/snmp"))
                #expect((facts.network.value != nil) == isWanted && facts.counters.value == nil)
            }
        }
    }

    private static func isOfNetwork(_ asked: String) -> Bool {
        asked == "list the network interfaces" || asked == "proc/sys/net/ipv4/conf/outside/rp_filter"
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
        var director = try CheckedDirector(reading: FilteredDirector())
        try director.tryFilter(reading: FilteredDirector())
        if case .unreadable(let why) = director.facts.trial { throw KernelError(why, .forbidden) }
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
