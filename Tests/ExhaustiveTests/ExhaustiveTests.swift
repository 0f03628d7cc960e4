import TestSupport
import Testing

/// The model of conntrack compared with the running kernel: every case, as far as cases can be enumerated.
///
/// The kernel's answer is what an observation table counts at PRE_ROUTING, and the content of the conntrack table
/// afterwards. Each test states how many packets it compares, and for which reasons some differ.
@Suite("The model against the kernel, exhaustively", .serialized, .needsRoot, .needsTool("nft"))
struct ExhaustiveTests {
    /// - Parameter packets: the number of packets compared.
    /// - Parameter known: the known reasons why some of them differ.
    func check(
        _ comparison: Comparison, _ packets: Int, known: Set<KnownDifference> = [],
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(comparison.packets == packets, sourceLocation: location)
        #expect(comparison.known == known, sourceLocation: location)
        let differences = comparison.differences
        let some = differences.prefix(40).map { "\n\($0)" }.joined()
        #expect(differences.isEmpty, "\(differences.count) differences:\(some)", sourceLocation: location)
    }
}
