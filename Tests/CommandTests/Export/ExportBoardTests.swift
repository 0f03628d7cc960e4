import Addresses
import Collection
import Conntrack
import Inspection
import Netlink
import Reports
import Testing

@testable import CTInspectCommand

struct ExportBoardTests {
    private let job = Exporter.Job(.conntrack, networkNamespace: "lb", every: .seconds(5)) { LiveKernel() }

    private static func reading(_ losses: [Loss] = []) -> Exporter.Outcome {
        let origin = Origin(
            takenAt: Moment(nanoseconds: 0), host: "lb1", kernelRelease: "6.1", networkNamespace: nil)
        var statistics = TableStatistics(origin, sysctls: Sysctls(), size: TableSize(entries: 7, limit: 9), cpus: [])
        statistics.unread = losses
        let table = TableReading(statistics, CounterTotals(), expectations: 0)
        return Exporter.Outcome(result: .success(.table(table)), took: .milliseconds(2))
    }

    private static func failure(_ detail: String) -> Exporter.Outcome {
        Exporter.Outcome(result: .failure(KernelError("read", .absent, detail: detail)), took: .zero)
    }

    private func lines(_ board: ExportBoard) -> [String] {
        var (text, bytes) = (board.page.text(.prometheus), [UInt8]())
        while let piece = text.next() { bytes += piece }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("Trouble is said once, and that it is over; numbers in it are no news")
    func news() {
        let board = ExportBoard([job], kernelRelease: "6.1", .backend, mostSeries: 100)
        #expect(board.take(job, Self.reading()) == nil)
        #expect(board.take(job, Self.failure("no module")) == "conntrack in lb: cannot read: no module")
        #expect(board.take(job, Self.failure("no module")) == nil)
        #expect(board.take(job, Self.failure("no memory"))?.hasSuffix("no memory") == true)
        #expect(board.take(job, Self.reading()) == "conntrack in lb: reads all of it again")
        let some = board.take(job, Self.reading([Loss("counters", "3 of 4"), Loss("sizes", "unknown")]))
        #expect(some == "conntrack in lb: incomplete: counters: 3 of 4 (and 1 more)")
        #expect(board.take(job, Self.reading([Loss("counters", "2 of 4"), Loss("sizes", "unknown")])) == nil)
    }

    @Test("Nothing is left of what a collector read before it failed, and the others stay")
    func failed() throws {
        let other = Exporter.Job(.conntrack, networkNamespace: nil, every: nil) { LiveKernel() }
        let board = ExportBoard([job, other], kernelRelease: "6.1", .backend, mostSeries: 100)
        #expect(!board.isReady)
        _ = board.take(job, Self.reading())
        _ = board.take(other, Self.reading())
        #expect(board.isReady)
        #expect(lines(board).count { $0.hasPrefix("ctinspect_conntrack_entries") && !$0.contains("limit") } == 2)
        _ = board.take(job, Self.failure("no module"))
        let after = lines(board)
        #expect(after.contains("ctinspect_conntrack_entries 7"))
        #expect(!after.contains { $0.hasPrefix("ctinspect_conntrack") && $0.contains("netns") })
        #expect(after.contains(#"ctinspect_scrape_success{netns="lb",collector="conntrack"} 0"#))
        #expect(after.contains(#"ctinspect_interval_seconds{netns="lb",collector="conntrack"} 5.0"#))
        #expect(board.commonFailure == nil)
        _ = board.take(other, Self.failure("no module"))
        #expect(board.commonFailure?.detail == "no module")
    }
}
