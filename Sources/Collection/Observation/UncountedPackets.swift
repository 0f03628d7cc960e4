import Firewall
import Inspection
import Netlink

extension ObservationTable.Counts {
    /// What is missing in the counts, with the reason, in the order of packets' paths.
    package var losses: [Loss] {
        ObservationPoint.allCases.flatMap { point in
            let what = "packets at \(point.name)"
            let missed = missed[point].map { Loss(what, "\($0) not counted: \(whyMissed(at: point))") }
            return [missed, unusable[point].map { Loss(what, $0.description) }].compactMap(\.self)
        }
    }

    /// The memory of an element's counter is refilled by a thread of the kernel (`pcpu_balance_workfn`, mm/percpu.c), which may be late.
    private func whyMissed(at point: ObservationPoint) -> String {
        full.contains(point)
            ? "a counting set is full: additional addresses and ports are not counted"
            : "the kernel had no memory for new addresses and ports at that moment"
    }
}
