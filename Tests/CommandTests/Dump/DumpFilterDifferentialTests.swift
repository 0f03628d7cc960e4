import TestSupport
import Testing

/// Filters that conntrack(8) can express, compared with its answers.
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct DumpFilterDifferentialTests {
    @Test("Fifty generated filters select the same entries")
    func generated() throws {
        try LiveTable.inside(crowd: 300, timestamps: false) { table in
            let entries = try table.entries()
            var generator = ConditionGenerator(over: entries, seed: 20_261_123)
            var seen: Set<[String]> = []
            var choosing = 0
            while seen.count < 50 {
                guard let conditions = generator.next(), seen.insert(conditions.conntrack).inserted else { continue }
                let count = try table.expectAlike(
                    ["-o", "extended,id"] + conditions.conntrack, ["-o", "id"] + conditions.dump)
                if count > 0, count < entries.count { choosing += 1 }
            }
            #expect(choosing >= 40)
        }
    }
}
