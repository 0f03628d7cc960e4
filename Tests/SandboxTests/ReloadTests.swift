import Firewall
import Inspection
import Netlink
import TestSupport
import Testing

@testable import Sandbox

@Suite("Files that are loaded again", .needsRoot, .needsTool("nft"))
struct ReloadTests {
    @Test("Who is stopped loads no further file")
    func stopped() throws {
        var asked = 0
        let budget = Reload.Budget {
            asked += 1
            return asked > 2
        }
        let files = ["table ip a", "table ip b"].map { RulesetFile($0, named: $0, .nft) }
        let plan = SandboxPlan(ruleset: Ruleset(), sysctls: Sysctls())
        let error = #expect(throws: KernelError.self) { try Reload.trying(files, in: plan, within: budget) }
        #expect(error?.cause == .stopped && asked == 3)
        #expect(try Reload.trying(files, in: plan, within: Reload.Budget { false }).difference.lost.isEmpty)
    }
}
