import Addresses
import Conntrack
import Foundation
import Inspection
import TestSupport
import Testing

@testable import Reports

struct StatisticsTextTests {
    /// CPU 1 has counted nothing.
    static func snapshot(drop: UInt32 = 0, entries: UInt32 = 8) -> TableStatistics {
        var sysctls = Sysctls()
        sysctls.values = [Sysctls.conntrackBuckets: "1024", Sysctls.conntrackMax: "1000"]
        let unknown = StatisticsCounter(.conntrack, 17)
        return TableStatistics(
            Origin(
                takenAt: Moment(nanoseconds: 1_795_406_400_000_000_000), host: "lb1", kernelRelease: "6.1.0",
                networkNamespace: "lb"),
            sysctls: sysctls, size: TableSize(entries: entries, limit: 1000),
            cpus: [
                CPUStatistics(cpu: 0, counters: [.invalid: 20, .drop: drop, unknown: 1]),
                CPUStatistics(cpu: 1, counters: [.invalid: 0, .drop: 0, unknown: 0]),
                CPUStatistics(cpu: 2, counters: [.invalid: 1, .drop: 0]),
            ])
    }

    static let change = StatisticsChange(from: snapshot(drop: 1), to: snapshot(drop: 4), over: .seconds(2))

    @Test("One complete block")
    func block() {
        let lines = Self.snapshot().text(since: nil, verbose: false, .plain, width: nil)
        let expected = """
            2026-11-23T04:00:00.000Z: 8 entries of 1000 (0.8 %), 1024 buckets
            COUNTER  TOTAL  CPU0  CPU2
            invalid     21    20     1
            drop         0     0     0
            17           1     1     -
            """
        #expect(lines.joined(separator: "\n") == expected)
    }

    @Test("With a previous block there are rates, and an increase of an error counter is red and explained")
    func rates() {
        let lines = Self.snapshot(drop: 4).text(since: Self.change, verbose: false, .coloured, width: nil)
        #expect(lines[1].contains("PER SECOND"))
        #expect(lines[3].contains("\u{1B}[31mdrop\u{1B}[0m"))
        #expect(lines[3].contains("\u{1B}[31m1.5\u{1B}[0m"))
        #expect(!lines[2].contains("\u{1B}"))
        #expect(lines.last?.hasPrefix("drop grew by 3: packets were dropped") == true)
    }

    @Test("Verbose explains each counter, even an unknown one")
    func verbose() {
        let lines = Self.snapshot().text(since: nil, verbose: true, .plain, width: nil)
        #expect(lines.contains { $0.hasPrefix("invalid: packets that are malformed") })
        #expect(lines.contains("17: unknown to this version"))
    }

    @Test("A narrow terminal drops the last CPUs first, and never a total", arguments: [10, 20, 22, 26])
    func narrow(width: Int) {
        let lines = Self.snapshot().text(since: nil, verbose: false, .plain, width: width)
        #expect(lines[1].hasPrefix("COUNTER  TOTAL"))
        #expect(lines[1].contains("CPU0") == (width >= 20))
        #expect(lines[1].contains("CPU2") == (width >= 26))
    }

    @Test("Unknown values are reported as unknown, and a missing limit as none")
    func unknown() {
        var snapshot = Self.snapshot(entries: 1)
        snapshot.sysctls = Sysctls()
        snapshot.size.limit = 0
        #expect(
            snapshot.text(since: nil, verbose: false, .plain, width: nil).first
                == "2026-11-23T04:00:00.000Z: 1 entry, no limit, unknown buckets")
        snapshot.size = TableSize()
        snapshot.sysctls.unreadable = [Sysctls.conntrackMax: "Permission denied"]
        let lines = snapshot.text(since: nil, verbose: false, .plain, width: nil)
        #expect(lines.first == "2026-11-23T04:00:00.000Z: unknown entries, limit unknown, unknown buckets")
        #expect(lines.last == "Not complete: net.netfilter.nf_conntrack_max: Permission denied.")
    }

    @Test("JSON has the common document heading, the counters per CPU, and rates after the first block")
    func json() throws {
        func document(_ change: StatisticsChange?, verbose: Bool = false) throws -> [String: Any] {
            let text = written { Self.snapshot(drop: 4).writeJSON(since: change, verbose: verbose, to: $0) }
            #expect(text.count { $0 == "\n" } == 1)
            return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        }
        let once = try document(nil)
        #expect(once["schema"] as? String == "ct-inspect/1")
        #expect(once["command"] as? String == "stats")
        #expect(once["netns"] as? String == "lb")
        #expect(once["complete"] as? Bool == true)
        #expect([once["entries"], once["limit"], once["buckets"]].map { $0 as? Int } == [8, 1000, 1024])
        #expect(once["interval_ms"] == nil)
        let counters = try #require(once["counters"] as? [[String: Any]])
        #expect(counters.map { $0["name"] as? String } == ["invalid", "drop", "17"])
        #expect(counters[1]["total"] as? Int == 4)
        #expect(counters[1]["increase"] == nil && counters[1]["meaning"] == nil)
        let cpus = try #require(counters[2]["cpus"] as? [[String: Any]])
        #expect(cpus.map { $0["cpu"] as? Int } == [0, 1, 2])
        #expect(cpus[2]["count"] is NSNull)
        let later = try document(Self.change, verbose: true)
        #expect(later["interval_ms"] as? Int == 2000)
        let grown = try #require(later["counters"] as? [[String: Any]])
        #expect(grown[1]["increase"] as? Int == 3)
        #expect(grown[1]["per_second"] as? Int == 2)
        #expect((grown[1]["meaning"] as? String)?.hasPrefix("packets that conntrack dropped") == true)
        #expect(grown[2]["meaning"] is NSNull)
        #expect((later["diagnosis"] as? [String])?.count == 1)
    }
}
