import Addresses
import Firewall
import Inspection
import Netlink

/// Which packets can be observed here without changing anything. Our rules look at the ctstate, which activates conntrack for a family
/// that nothing used it for so far, and with it defragmentation and the drops of a full table.
package struct ObservationPreconditions {
    package var targets: ObservationTargets
    package var notices: [ObservationNotice] = []

    /// - Parameter hints: what the user can do when nothing can be observed.
    /// - Throws: `.absent` when conntrack is inactive in every family to be observed, unless it may be started.
    package init(
        _ plan: ObservationPlan, _ kernel: any KernelSource, mayStartTracking: Bool, _ hints: ObservationHints
    ) throws(KernelError) {
        let tracking = try ConntrackActivation(reading: kernel)
        var families = plan.targets.families
        for family in families.sorted() {
            switch family == .ipv4 ? tracking.ipv4 : tracking.ipv6 {
            case .active: break
            case .inactive where mayStartTracking: notices.append(.startedTracking(family))
            case .inactive:
                families.remove(family)
                notices.append(.leftOut(family))
            case .unknown(let why): notices.append(.unknownTracking(family, why))
            }
        }
        targets = plan.targets.limited(to: families)
        guard targets.isEmpty else { return }
        throw KernelError(
            "observe ctstates", .absent,
            detail:
                "conntrack is not active in this network namespace: no rule here matches on ctstate, so none drops by it",
            nextStep: hints.startTracking)
    }
}

/// What the user can do when nothing can be observed: options and keys, which only the command knows.
package struct ObservationHints {
    /// Conntrack is not active.
    package var startTracking: String?
    /// IPVS has no services.
    package var addService: String?

    package init(startTracking: String? = nil, addService: String? = nil) {
        self.startTracking = startTracking
        self.addService = addService
    }
}
