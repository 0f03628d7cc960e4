import Firewall
import Foundation
import Inspection
import Netlink
import Processes
import TestSupport
import Testing

@testable import Sandbox

@Suite(.needsRoot) struct SandboxProgramTests {
    private static var nothing: SandboxPlan {
        SandboxPlan(ruleset: Ruleset(), sysctls: Sysctls())
    }

    /// The one link that is assumed, and loopback.
    @Test func runsAProgramInTheDirectorsNamespace() throws {
        let outcome = try Sandbox.run(Self.nothing) { sandbox throws(KernelError) in
            try sandbox.run(["ip", "-o", "link"])
        }
        #expect(outcome.hasSucceeded)
        #expect(String(decoding: outcome.output, as: UTF8.self).split(separator: "\n").count == 2)
    }

    @Test("Programs get no capability but those for packet filters, and cannot get more; this thread keeps its own")
    func bound() throws {
        let lines = ["grep", "-E", "^(Cap|NoNewPrivs)", "/proc/self/status"]
        let ours = try bounds
        let outcome = try Sandbox.run(Self.nothing) { sandbox throws(KernelError) in try sandbox.run(lines) }
        var status: [Substring: UInt64] = [:]
        for line in String(decoding: outcome.output, as: UTF8.self).split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            status[try #require(words.first)] = UInt64(try #require(words.last), radix: 16)
        }
        // CAP_NET_ADMIN and CAP_NET_RAW (linux/capability.h).
        let wanted: UInt64 = 1 << 12 | 1 << 13
        #expect(status["CapBnd:"] == wanted && status["CapPrm:"] == wanted && status["CapEff:"] == wanted)
        #expect(status["CapAmb:"] == 0 && status["NoNewPrivs:"] == 1)
        #expect(try bounds == ours)
    }

    /// Of this thread.
    private var bounds: [String] {
        get throws {
            try String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8).split(separator: "\n").map(
                String.init
            )
            .filter { $0.hasPrefix("Cap") || $0.hasPrefix("NoNewPrivs") }
        }
    }

    /// Wherever the tests run, their threads are in the namespace of the first one.
    @Test func runsNothingInTheNamespaceOfTheProcess() {
        let error = #expect(throws: KernelError.self) { try PrivateNamespace.requireOwn(for: "run nft") }
        #expect(error?.description == "cannot run nft: this thread is not in a network namespace of its own")
    }
}
