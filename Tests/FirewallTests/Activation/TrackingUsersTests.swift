import Netlink
import TestSupport
import Testing

@testable import Firewall

/// A kernel without nfnetlink_hook.
@Suite("Whether conntrack is active, from what uses it")
struct TrackingUsersTests {
    private typealias Answers = TrackingAnswers

    /// One answer that contains a user, or none.
    struct Sample: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var object: [UInt8]?
        var set: [UInt8]?
        var rule: [UInt8]?
        var ipv4: ConntrackActivation.Activity = .inactive
        var ipv6: ConntrackActivation.Activity = .inactive
    }

    static let samples = [
        Sample(
            testDescription: "a bridge's rule stands for both", rule: Answers.bridgeRule,
            ipv4: .active("rule bridge t c handle 2 uses ct"), ipv6: .active("rule bridge t c handle 2 uses ct")),
        Sample(
            testDescription: "a translation of IPv4 in an inet table", rule: Answers.translationRule,
            ipv4: .active("rule inet t c handle 2 uses nat")),
        Sample(
            testDescription: "a count inside an element", rule: Answers.countingRule,
            ipv4: .active("rule ip t c handle 3 uses ct count")),
        Sample(
            testDescription: "an offload", rule: Answers.offloadRule,
            ipv4: .active("rule ip t c handle 3 uses flow_offload")),
        Sample(
            testDescription: "a match of xtables", rule: Answers.clusterRule,
            ipv4: .active("rule ip filter INPUT handle 2 uses match cluster")),
        Sample(testDescription: "notrack", rule: Answers.notrackRules),
        Sample(
            testDescription: "CT without notrack", rule: withoutNotrack,
            ipv4: .active("rule ip raw PREROUTING handle 2 uses target CT")),
        Sample(
            testDescription: "a set", set: Answers.countingSet, ipv4: .active("set ip t s uses ct count")),
        Sample(
            testDescription: "an object", object: Answers.timeoutObject, ipv4: .active("object ip t h uses ct timeout")),
        Sample(testDescription: "nothing"),
    ]

    /// The same bytes without XT_CT_NOTRACK in `struct xt_ct_target_info_v1`.
    private static let withoutNotrack: [UInt8] = {
        var rules = Answers.notrackRules
        let info = rules.indices.first { rules[$0...].starts(with: [0x4C, 0, 3, 0, 1, 0]) }
        if let info { rules[info + 4] = 0 }
        return rules
    }()

    @Test(arguments: samples) func sample(_ sample: Sample) throws {
        let kernel = Self.kernel(sample)
        let tracking = try ConntrackActivation(reading: kernel)
        #expect(tracking.ipv4 == sample.ipv4)
        #expect(tracking.ipv6 == sample.ipv6)
        let kinds = kernel.requests.dropFirst().map { Array($0.message(sequence: 1)[4..<8]) }
        // NFT_MSG_GETOBJ, NFT_MSG_GETSET, NFT_MSG_GETRULE; NLM_F_REQUEST and NLM_F_DUMP.
        #expect(kinds == [[19, 10, 1, 3], [10, 10, 1, 3], [7, 10, 1, 3]])
    }

    @Test("Once both families are known to be active, nothing more is read")
    func enough() throws {
        var ipv6 = Answers.timeoutObject
        ipv6[16] = 10
        let kernel = ScriptedKernel(answers: [
            [Answers.noSuchSubsystem], [Answers.timeoutObject, ipv6, Answers.timeoutObject, Answers.done],
        ])
        let tracking = try ConntrackActivation(reading: kernel)
        #expect(tracking.ipv4 == .active("object ip t h uses ct timeout"))
        #expect(tracking.ipv6 == .active("object ip6 t h uses ct timeout"))
    }

    @Test("A ruleset that keeps changing proves nothing about what it does not show")
    func changingRules() throws {
        let end = [Answers.done]
        let changing = [TrackingTests.interrupted(Answers.offloadRule), Answers.done]
        let tracking = try ConntrackActivation(
            reading: ScriptedKernel(answers: [[Answers.noSuchSubsystem], end, end, changing, changing, changing]))
        #expect(tracking.ipv4 == .active("rule ip t c handle 3 uses flow_offload"))
        guard case .unknown(let reason) = tracking.ipv6 else {
            Issue.record("\(tracking.ipv6)")
            return
        }
        #expect(reason.hasPrefix("the ruleset could not be read completely: it changed while it was read"))
        let calm = try ConntrackActivation(
            reading: ScriptedKernel(answers: [[Answers.noSuchSubsystem], end, end, changing, end]))
        #expect(calm.ipv6 == .inactive)
    }

    @Test("Without nf_tables no rule there uses conntrack; iptables-legacy may")
    func legacy() throws {
        let kernel = ScriptedKernel(
            answers: [[Answers.noSuchSubsystem], [Answers.noSuchSubsystem]],
            files: [
                "proc/net/ip_tables_names": [Array("nat\nfilter\n".utf8)], "proc/net/ip6_tables_names": [[]],
                "proc/sys/net/netfilter/nf_conntrack_count": [Array("9\n".utf8)],
            ])
        let tracking = try ConntrackActivation(reading: kernel)
        #expect(tracking.ipv4 == .unknown("iptables-legacy has tables here (nat, filter), whose rules are not read"))
        // The entries may be IPv4's.
        #expect(tracking.ipv6 == .inactive)
    }

    @Test("Entries without an explanation", arguments: [(0, "0 entries"), (1, "1 entry"), (12, "12 entries")])
    func entries(_ count: Int, _ words: String) throws {
        var kernel = Self.kernel(Sample(testDescription: "nothing"), entries: count)
        let reason = ConntrackActivation.Activity.unknown("no user of conntrack was found, but its table has \(words)")
        let expected = count == 0 ? ConntrackActivation.Activity.inactive : reason
        #expect(try ConntrackActivation(reading: kernel) == ConntrackActivation(ipv4: expected, ipv6: expected))
        kernel = Self.kernel(Self.samples[1], entries: count)
        #expect(try ConntrackActivation(reading: kernel).ipv6 == .inactive)
    }

    private static func kernel(_ sample: Sample, entries: Int = 0) -> ScriptedKernel {
        let answers = [sample.object, sample.set, sample.rule].map { answer in
            (answer.map { [$0] } ?? []) + [Answers.done]
        }
        return ScriptedKernel(
            answers: [[Answers.noSuchSubsystem]] + answers,
            files: ["proc/sys/net/netfilter/nf_conntrack_count": [Array("\(entries)\n".utf8)]])
    }
}
