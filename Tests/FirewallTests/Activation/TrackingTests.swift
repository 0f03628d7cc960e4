import Netlink
import TestSupport
import Testing

@testable import Firewall

@Suite("Whether conntrack is active, from recorded kernel answers")
struct TrackingTests {
    private typealias Answers = TrackingAnswers

    @Test("Determined by the hooks, where the kernel lists them")
    func hooks() throws {
        let kernel = ScriptedKernel(answers: [
            [Answers.ipv4Hooks, Answers.done], [Answers.ipv6Hooks, Answers.done],
        ])
        let tracking = try ConntrackActivation(reading: kernel)
        #expect(tracking.ipv4 == .active("ipv4_conntrack_in is hooked in at PRE_ROUTING"))
        #expect(tracking.ipv6 == .active("ipv6_conntrack_in is hooked in at PRE_ROUTING"))
        #expect(kernel.filesRead.isEmpty)
    }

    @Test("The request is the one that the recorded kernels answered")
    func question() {
        let asked = hexadecimal(
            "1c 00 00 00  00 0c  01 03  01 00 00 00  00 00 00 00  02 00 00 00  08 00  01 00  00 00 00 00")
        #expect(TrackingHook.ipv4.request.message(sequence: 1) == asked)
        var other = asked
        other[16] = 10
        #expect(TrackingHook.ipv6.request.message(sequence: 1) == other)
    }

    @Test("Other hooks are not mistaken for conntrack's, and an empty list means inactive")
    func otherHooks() throws {
        let kernel = ScriptedKernel(
            answers: [[Answers.natChainHooks, Answers.done], [Answers.done]],
            files: ["proc/sys/net/netfilter/nf_conntrack_count": [Array("9\n".utf8)]])
        #expect(try ConntrackActivation(reading: kernel) == ConntrackActivation(ipv4: .inactive, ipv6: .inactive))
    }

    @Test("A function name with a compiler-generated suffix is recognised")
    func ending() throws {
        let name = Array("ipv4_conntrack_in".utf8)
        let plain = Answers.ipv4Hooks
        let start = try #require(plain.indices.last { plain[$0...].starts(with: name) })
        // Padding replaces the NUL and what follows: "ipv4_conntrack_in.c".
        var renamed = plain
        renamed.replaceSubrange(start + name.count..<start + name.count + 2, with: Array(".c".utf8))
        renamed[start - 4] = 0x18
        #expect(try Self.activity(renamed) == .active("ipv4_conntrack_in is hooked in at PRE_ROUTING"))
        var longer = renamed
        longer[start + name.count] = UInt8(ascii: "s")
        #expect(try Self.activity(longer) == .inactive)
    }

    @Test("Hooks without names prove nothing")
    func nameless() throws {
        // The name attributes get an unknown type.
        var nameless = Answers.natChainHooks
        let name = try #require(nameless.indices.first { nameless[$0...].starts(with: [0x1C, 0, 4, 0]) })
        nameless[name + 2] = 99
        #expect(try Self.activity(nameless) == nil)
    }

    @Test("A list of hooks that keeps changing proves nothing, unless it includes the function")
    func changingHooks() throws {
        let idle = [Self.interrupted(Answers.natChainHooks), Answers.done]
        let kernel = ScriptedKernel(answers: [idle, idle, idle])
        #expect(try TrackingHook.ipv4.activity(in: kernel) == nil)
        #expect(kernel.requests.count == 3)
        let calm = ScriptedKernel(answers: [idle, [Answers.natChainHooks, Answers.done]])
        #expect(try TrackingHook.ipv4.activity(in: calm) == .inactive)
        let busy = [Self.interrupted(Answers.ipv4Hooks), Answers.done]
        let active = try TrackingHook.ipv4.activity(in: ScriptedKernel(answers: [busy, busy, busy]))
        #expect(active == .active("ipv4_conntrack_in is hooked in at PRE_ROUTING"))
    }

    @Test("Without the capability it is forbidden")
    func forbidden() throws {
        // -1, EPERM
        var refusal = Answers.noSuchSubsystem
        refusal[16] = 0xFF
        do throws(KernelError) {
            _ = try ConntrackActivation(reading: ScriptedKernel(answers: [[refusal]]))
            Issue.record("it was not refused")
        } catch {
            #expect(error.cause == .forbidden)
            #expect(error.asked == "list the hooks of netfilter")
        }
    }

    @Test("Damaged answers give an error or an answer, and never crash")
    func damage() throws {
        var generator = SeededGenerator(seed: 5)
        var refused = 0
        for _ in 0..<4_000 {
            let hooks = generator.damage(Answers.ipv4Hooks)
            refused += Self.isRefused([[hooks, Answers.done], [Answers.ipv6Hooks, Answers.done]]) ? 1 : 0
            let rule = generator.damage(Bool.random(using: &generator) ? Answers.countingRule : Answers.notrackRules)
            let set = generator.damage(Answers.countingSet)
            let done = [Answers.done]
            refused += Self.isRefused([[Answers.noSuchSubsystem], done, [set] + done, [rule] + done]) ? 1 : 0
        }
        #expect(refused > 400)
        #expect(refused < 7_000)
    }

    private static func isRefused(_ answers: [[[UInt8]]]) -> Bool {
        do throws(KernelError) { _ = try ConntrackActivation(reading: ScriptedKernel(answers: answers)) } catch {
            return true
        }
        return false
    }

    private static func activity(_ hooks: [UInt8]) throws -> ConntrackActivation.Activity? {
        try TrackingHook.ipv4.activity(in: ScriptedKernel(answers: [[hooks, TrackingAnswers.done]]))
    }

    /// With NLM_F_DUMP_INTR in its first message.
    static func interrupted(_ datagram: [UInt8]) -> [UInt8] {
        var changed = datagram
        changed[6] |= 0x10
        return changed
    }
}
