import Firewall
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

    /// Wherever the tests run, their threads are in the namespace of the first one.
    @Test func runsNothingInTheNamespaceOfTheProcess() {
        let error = #expect(throws: KernelError.self) { try PrivateNamespace.requireOwn(for: "run nft") }
        #expect(error?.description == "cannot run nft: this thread is not in a network namespace of its own")
    }
}
