import Addresses
import Firewall
import Inspection
import Netlink

/// What may be observed here without changing anything: our rules look at the ctstate, which makes conntrack active for a family
/// that nobody used it for so far, and with it defragmentation and the drops of a full table.
struct ObservationGrounds {
    var targets: ObservationTargets
    /// What the reader has to know of it.
    var notices: [String] = []

    /// - Throws: `.absent` when conntrack is inactive in every family that is to be observed, unless it may be started.
    init(_ plan: ObservationPlan, _ kernel: any KernelSource, mayStartTracking: Bool) throws(KernelError) {
        let tracking = try Tracking(reading: kernel)
        var families = plan.targets.families
        for family in families.sorted() {
            let name = family == .ipv4 ? "IPv4" : "IPv6"
            switch family == .ipv4 ? tracking.ipv4 : tracking.ipv6 {
            case .active: break
            case .inactive where mayStartTracking:
                notices.append("conntrack was not active for \(name) here: it is while this runs, by our own rules")
            case .inactive:
                families.remove(family)
                notices.append(
                    "\(name) is left out: conntrack is not active for it here (--start-tracking makes it so)")
            case .unknown(let why):
                notices.append("it is not known whether conntrack was active for \(name) before this began: \(why)")
            }
        }
        targets = plan.targets.limited(to: families)
        guard targets.isEmpty else { return }
        throw KernelError(
            "observe ctstates", .absent,
            detail:
                "conntrack is not active in this network namespace: no rule here looks at a ctstate, so none drops by it",
            nextStep: "--start-tracking observes all the same, and makes conntrack active while it runs")
    }
}
