import Addresses
import Conntrack
import Foundation
import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("The observation table as rules")
struct ObservationRulesetTests {
    static let plans: [ObservationTargets] = {
        let four = Endpoint(IPAddress(ipv4: 0x0A00_0064), 80)
        let six = Endpoint(IPAddress(ipv6High: 0x2001_0db8_0000_0000, low: 0x64), 443)
        let address = ObservationTargets.Target.address(four.address)
        var plans: [ObservationTargets] = []
        for entering: Set<ObservationTargets.Target> in [
            [.port(.tcp, four)], [.port(.udp, six), .port(.sctp, six)], [.port(.tcp, four), .port(.tcp, six), address],
            [address], [.address(six.address)],
        ] {
            var plan = ObservationTargets()
            (plan.entering, plan.leaving, plan.answering) = (entering, entering, entering)
            plans.append(plan)
        }
        var marked = ObservationTargets()
        marked.marks = [.init(1, .ipv4), .init(7, .ipv4), .init(7, .ipv6)]
        var both = plans[2]
        both.marks = marked.marks
        return plans + [marked, both]
    }()

    private static var options: ObservationOptions {
        var options = ObservationOptions()
        options.traceRate = 10
        options.samples = .init(count: 3, group: 700)
        return options
    }

    private static func rules(_ plan: ObservationTargets) -> [TableWriter.Rule] {
        ObservationRuleset("mine", plan, options).table.rules
    }

    @Test("No rule accepts or drops a packet", arguments: plans)
    func neverDecides(_ plan: ObservationTargets) {
        for statement in Self.rules(plan).flatMap(\.statements) {
            // Base chains have no policy but the kernel's, which is accept.
            switch statement {
            case .verdict(let verdict): #expect(verdict == .return)
            case .notrack: Issue.record("a rule keeps conntrack from packets")
            case .equal, .range, .ctState, .lookup, .verdictMap, .update, .limit, .limitObject, .counterObject, .log,
                .trace, .jump, .goto:
                break
            }
        }
    }

    @Test("No concatenated key contains what makes nft 1.0.6 abort", arguments: plans)
    func keysAreSafe(_ plan: ObservationTargets) {
        for set in ObservationRuleset("mine", plan, Self.options).table.sets where set.key.count > 1 {
            #expect(!set.key.contains(.tcpFlags) && !set.key.contains(.mark), "\(set)")
        }
    }

    @Test("Tables for one family leave the other alone")
    func families() {
        let families = Self.plans.map { ObservationRuleset("mine", $0, ObservationOptions()).tableFamily }
        #expect(families == [.ip, .ip6, .inet, .ip, .ip6, .inet, .inet])
    }

    @Test("Each set has a reachable chain that counts into it", arguments: plans)
    func chainsAreReached(_ plan: ObservationTargets) {
        let ruleset = ObservationRuleset("mine", plan, ObservationOptions())
        let table = ruleset.table
        #expect(Set(ruleset.counters.map(\.name)).count == ruleset.counters.count)
        #expect(Set(table.chains.map(\.name)).count == table.chains.count)
        var reached: Set<String> = []
        for statement in table.rules.flatMap(\.statements) {
            if case .goto(let chain) = statement { reached.insert(chain) }
        }
        for case .gotoChains(let elements) in table.sets.map(\.kind) { reached.formUnion(elements.map(\.chain)) }
        for counter in ruleset.counters {
            let first = table.rules.first { $0.chain == counter.name }?.statements.first
            guard case .update(let set, _, nil) = first else {
                Issue.record("\(counter.name) counts nothing")
                continue
            }
            #expect(set.name == counter.name && reached.contains(counter.name))
        }
    }

    @Test(
        "The kernel accepts each table, and nft lists it, as text and as JSON", .needsRoot, .needsTool("nft"),
        arguments: plans)
    func taken(_ plan: ObservationTargets) throws {
        try inFreshNamespace {
            let kernel = LiveKernel()
            let table = try ObservationTable(of: plan, Self.options, name: "mine", in: kernel)
            let words = try Tool.run("nft list ruleset")
            let json = try Tool.run("nft -j list ruleset")
            let isListed = words.contains(" mine {") && json.contains("\"mine\"")
            #expect(isListed)
            let counts = try table.read(from: kernel)
            #expect(counts == ObservationTable.Counts())
            try table.trace(.ack, .new, from: .preRouting)
            let after = try Tool.run("nft list ruleset")
            let hasTCP = words.contains("chain pre_routing_ack") || words.contains("_ack4 {")
            let isTraced = after.contains("ct state new limit rate 2/second jump trace_new")
            #expect(isTraced == hasTCP)
        }
    }

    @Test("On kernels before 5.12 the minimum version is reported, and nothing is sent")
    func tooOld() throws {
        let plan = try #require(Self.plans.first)
        let kernel = OldKernel()
        do throws(KernelError) {
            _ = try ObservationTable(of: plan, name: "mine", in: kernel)
            Issue.record("it was made")
        } catch {
            #expect(error.cause == .absent)
            #expect(error.description.contains("Linux 5.10.0-30-amd64") && error.description.contains("5.12"))
        }
    }
}

/// A kernel of which only the release is known.
private final class OldKernel: KernelSource {
    let origin = Origin(
        takenAt: Moment(nanoseconds: 0), host: "", kernelRelease: "5.10.0-30-amd64", networkNamespace: nil)

    func exchange(
        _ request: Request, _ receive: (RawSpan, UInt32) throws(KernelError) -> Reception
    ) throws(KernelError) { throw KernelError(request.purpose, .failed) }

    func read(_ file: KernelFile, within bound: Duration, _ receive: (RawSpan) -> Void) throws(KernelError)
        -> Completeness
    { throw KernelError("read \(file)", .absent) }

    func list(_ folder: KernelFile) throws(KernelError) -> [String] { [] }
}
