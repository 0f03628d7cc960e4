import Conntrack
import Testing

@testable import Inspection

struct StatisticsDiagnosisTests {
    private func diagnosis(entries: UInt32, limit: UInt32, buckets: Int) -> [String] {
        StatisticsTests.statistics(
            [[:]], entries: entries, limit: limit, sysctls: [Sysctls.conntrackBuckets: String(buckets)]
        ).diagnosis()
    }

    @Test("Nothing is reported for a healthy table")
    func well() {
        #expect(diagnosis(entries: 899, limit: 1000, buckets: 1000).isEmpty)
        let counted = StatisticsTests.statistics([[.invalid: 5, .insert: 7, StatisticsCounter(.conntrack, 17): 1]])
        #expect(counted.diagnosis().isEmpty)
    }

    @Test("Nearly full from 90 per cent", arguments: [(900, 90), (1000, 100), (1001, 100)])
    func nearFull(entries: Int, percent: Int) throws {
        let sentences = diagnosis(entries: UInt32(entries), limit: 1000, buckets: 1000)
        #expect(sentences.count == 1)
        let sentence = try #require(sentences.first)
        #expect(sentence.hasPrefix("The table is \(percent) % full (\(entries) of 1000 entries)"))
        #expect(sentence.contains("raise net.netfilter.nf_conntrack_max"))
    }

    @Test("Long chains are reported from twice the default of old kernels")
    func chains() throws {
        #expect(diagnosis(entries: 4000, limit: 100_000, buckets: 1000).isEmpty)
        let sentence = try #require(diagnosis(entries: 4500, limit: 100_000, buckets: 1000).first)
        #expect(sentence.contains("compares 9 tuples or more"))
        #expect(sentence.contains("raise net.netfilter.nf_conntrack_buckets"))
        #expect(diagnosis(entries: 4500, limit: 100_000, buckets: 0).isEmpty)
    }

    @Test(
        "Counters that should not increase are reported with advice",
        arguments: [
            (StatisticsCounter.earlyDrop, "nf_conntrack_max"), (.drop, "nf_conntrack_max"),
            (.insertFailed, "--random-fully"), (.chainTooLong, "nf_conntrack_buckets"),
        ])
    func troubles(_ counter: StatisticsCounter, _ cure: String) throws {
        let earlier = StatisticsTests.statistics([[counter: 5]])
        let later = StatisticsTests.statistics([[counter: 7]])
        #expect(TableStatistics.troubledCounters.contains(counter))
        let ever = try #require(earlier.diagnosis().first)
        #expect(ever.hasPrefix("\(counter.name) is 5 since boot"))
        #expect(ever.contains(cure))
        let growing = later.diagnosis(since: StatisticsChange(from: earlier, to: later, over: .seconds(1)))
        #expect(growing.count == 1)
        #expect(growing.first?.hasPrefix("\(counter.name) grew by 2: ") == true)
        #expect(later.diagnosis(since: StatisticsChange(from: later, to: later, over: .seconds(1))).isEmpty)
    }
}
