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

    @Test("A 32-bit counter that wraps counts as an increase, for each CPU separately")
    func wrap() {
        let change = Self.change([[.invalid: .max], [.invalid: 5]], [[.invalid: 4], [.invalid: 6]])
        #expect(change.increase(.invalid) == 6)
    }

    @Test("A counter that decreased for another reason restarted at 0")
    func restart() {
        #expect(Self.change([[.invalid: 1000]], [[.invalid: 4]]).increase(.invalid) == 4)
        #expect(Self.change([[.invalid: 1000]], [[.invalid: 0]]).increase(.invalid) == 0)
    }

    @Test("A CPU or counter that was not there before counts as no increase")
    func newcomers() {
        let change = Self.change([[.drop: 1]], [[.drop: 2, .insert: 9], [.drop: 1000]])
        #expect(change.increase(.drop) == 1)
        #expect(change.increase(.insert) == nil)
    }

    @Test("Without elapsed time there is no rate", arguments: [Duration.zero, .nanoseconds(1), .seconds(-1)])
    func noTime(_ interval: Duration) {
        #expect(Self.change([[.drop: 1]], [[.drop: .max]], over: interval).rate(.drop) == nil)
    }

    @Test("The kernel's own count and limit take precedence over the sysctls")
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

    @Test("An impossible sysctl value, as a capture may contain, is ignored, and nothing overflows")
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
