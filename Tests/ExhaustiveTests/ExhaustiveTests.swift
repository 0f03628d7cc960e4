import Testing
import TestSupport

/// The model of conntrack against the kernel that runs here: every case there is, as far as cases can be enumerated.
///
/// The kernel's answer is what an observation table counts at PRE_ROUTING, and what stands in the table afterwards. Each test names the
/// number of packets that it compares.
@Suite("The model against the kernel, exhaustively", .serialized, .needsRoot, .needsTool("nft"))
struct ExhaustiveTests {
    func check(_ comparison: Comparison, _ packets: Int, _ location: SourceLocation = #_sourceLocation) throws {
        #expect(comparison.packets == packets, sourceLocation: location)
        let differences = comparison.differences
        let some = differences.prefix(40).map { "\n\($0)" }.joined()
        #expect(differences.isEmpty, "\(differences.count) differences:\(some)", sourceLocation: location)
    }
}
