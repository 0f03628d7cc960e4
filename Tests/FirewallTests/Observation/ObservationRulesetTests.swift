import Addresses
import Conntrack
import Foundation
import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("The observation table as parsed by nft")
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

    @Test("No rule accepts or drops a packet", arguments: plans)
    func neverDecides(_ plan: ObservationTargets) {
        let text = ObservationRuleset("mine", plan, Self.options).text
        // An ICMP type and a log option share names with verdicts.
        let words = text.replacing("quench, redirect,", with: "").replacing("queue-threshold", with: "")
            .split { !($0.isLetter || $0.isNumber || $0 == "_") }
        let verdicts: Set<Substring> = [
            "drop", "reject", "queue", "notrack", "dnat", "snat", "masquerade", "redirect", "synproxy",
        ]
        let deciding = words.filter(verdicts.contains)
        #expect(deciding.isEmpty)
        // Accept only occurs as the policy, and only the trace bit is set.
        let (accepts, policies) = (words.count { $0 == "accept" }, words.count { $0 == "policy" })
        #expect(accepts == policies)
        #expect(!text.contains("mark set") && !text.contains("ct mark") && !text.contains("priority set"))
    }

    @Test("No concatenated key contains what makes nft 1.0.6 abort", arguments: plans)
    func keysAreSafe(_ plan: ObservationTargets) {
        for line in ObservationRuleset("mine", plan, Self.options).text.split(separator: "\n")
        where line.contains(" . ") {
            let key = line.split(separator: "goto", maxSplits: 1)[0]
            #expect(!key.contains("tcp flags") && !key.contains("meta mark"), "\(line)")
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
        let text = ruleset.text
        #expect(Set(ruleset.counters.map(\.name)).count == ruleset.counters.count)
        for counter in ruleset.counters {
            let counts = text.contains("chain \(counter.name) {\nupdate @\(counter.name) {")
            let isReached = ["\n", ",", " }"].contains { text.contains("goto \(counter.name)\($0)") }
            #expect(counts && isReached, "\(counter.name)")
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
            try table.trace(.ack, .new)
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
