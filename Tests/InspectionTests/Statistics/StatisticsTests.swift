import Addresses
import Conntrack
import Testing

@testable import Inspection

struct StatisticsTests {
    /// Counters of CPU 0, 1 …, and a healthy table unless specified otherwise.
    static func statistics(
        _ cpus: [[StatisticsCounter: UInt32]], entries: UInt32? = 8, limit: UInt32? = 10,
        sysctls values: [String: String] = [:]
    ) -> TableStatistics {
        var sysctls = Sysctls()
        sysctls.values = values
        return TableStatistics(
            Origin(
                takenAt: Moment(nanoseconds: 1_795_406_400_000_000_000), host: "lb1", kernelRelease: "6.1.0",
                networkNamespace: nil),
            sysctls: sysctls, size: TableSize(entries: entries, limit: limit),
            cpus: cpus.enumerated().map { CPUStatistics(cpu: UInt16($0), counters: $1) })
    }

    static func change(
        _ earlier: [[StatisticsCounter: UInt32]], _ later: [[StatisticsCounter: UInt32]], over: Duration = .seconds(2)
    ) -> StatisticsChange {
        StatisticsChange(from: statistics(earlier), to: statistics(later), over: over)
    }

    @Test func totalsAreOfAllCPUsAndDoNotOverflow() {
        let full = Self.statistics(Array(repeating: [.drop: .max, .insert: 1], count: 300))
        #expect(full.total(.drop) == 300 * UInt64(UInt32.max))
        #expect(full.total(.invalid) == 0)
        #expect(full.counters == [.insert, .drop])
    }

    @Test func ratesAreASecond() {
        let change = Self.change([[.drop: 10], [.drop: 0]], [[.drop: 13], [.drop: 2]])
        #expect(change.increase(.drop) == 5)
        #expect(change.rate(.drop) == 2.5)
        #expect(change.increase(.insert) == nil)
        #expect(change.rate(.insert) == nil)
        #expect(change.interval.milliseconds == 2000)
    }

    @Test("A counter of 32 bits that wraps has grown, each CPU's on its own")
    func wrap() {
        let change = Self.change([[.invalid: .max], [.invalid: 5]], [[.invalid: 4], [.invalid: 6]])
        #expect(change.increase(.invalid) == 6)
    }

    @Test("A counter that went back for another reason began anew at 0")
    func restart() {
        #expect(Self.change([[.invalid: 1000]], [[.invalid: 4]]).increase(.invalid) == 4)
        #expect(Self.change([[.invalid: 1000]], [[.invalid: 0]]).increase(.invalid) == 0)
    }

    @Test("What was not there before has not grown: neither a CPU nor a counter")
    func newcomers() {
        let change = Self.change([[.drop: 1]], [[.drop: 2, .insert: 9], [.drop: 1000]])
        #expect(change.increase(.drop) == 1)
        #expect(change.increase(.insert) == nil)
    }

    @Test("No time, no rate", arguments: [Duration.zero, .nanoseconds(1), .seconds(-1)])
    func noTime(_ interval: Duration) {
        #expect(Self.change([[.drop: 1]], [[.drop: .max]], over: interval).rate(.drop) == nil)
    }

    @Test("The kernel's own count and limit come before the sysctls")
    func size() {
        let sysctls = [Sysctls.conntrackCount: "3", Sysctls.conntrackMax: "7", Sysctls.conntrackBuckets: "5"]
        let both = Self.statistics([], sysctls: sysctls)
        #expect([both.entries, both.limit, both.buckets] == [8, 10, 5])
        let older = Self.statistics([], entries: nil, limit: nil, sysctls: sysctls)
        #expect([older.entries, older.limit, older.buckets] == [3, 7, 5])
        let unlimited = Self.statistics([], limit: 0, sysctls: sysctls)
        #expect(unlimited.limit == nil)
        let unknown = Self.statistics([], entries: nil, limit: nil, sysctls: [Sysctls.conntrackMax: "-1"])
        #expect([unknown.entries, unknown.limit, unknown.buckets] == [nil, nil, nil])
        #expect(unknown.diagnosis().isEmpty)
    }

    @Test("A sysctl that no kernel has, as a capture may hold it, is none, and nothing overflows")
    func hugeSysctls() {
        let huge = [Sysctls.conntrackCount, Sysctls.conntrackMax, Sysctls.conntrackBuckets]
        for number in ["9223372036854775807", "4294967296"] {
            let statistics = Self.statistics(
                [], entries: nil, limit: nil, sysctls: Dictionary(uniqueKeysWithValues: huge.map { ($0, number) }))
            #expect([statistics.entries, statistics.limit, statistics.buckets] == [nil, nil, nil])
            #expect(statistics.diagnosis().isEmpty)
        }
        let most = Self.statistics(
            [], entries: .max, limit: .max, sysctls: [Sysctls.conntrackBuckets: String(UInt32.max)])
        #expect(most.diagnosis().count == 1)
    }

    @Test func everyCounterThatIsKnownIsExplained() {
        for kind in StatisticsCounter.Kind.allCases {
            let known = (0..<100).map { StatisticsCounter(kind, $0) }.filter(\.isKnown)
            #expect(known.count == (kind == .conntrack ? 15 : 3))
            #expect(known.allSatisfy { $0.explanation?.isEmpty == false })
            #expect(StatisticsCounter(kind, 99).explanation == nil)
        }
    }
}
