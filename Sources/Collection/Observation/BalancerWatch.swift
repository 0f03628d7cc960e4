import Addresses
import IPVS
import Inspection
import Netlink
import Routing

/// Reads what decides what IPVS does with packets, from when observing begins.
final class BalancerWatch {
    private let kernel: any KernelSource
    private var history: BalancerHistory?
    /// A director may have thousands of others.
    private let observed: Set<Service.Identity>

    /// Reads nothing where no service is observed.
    init(_ kernel: any KernelSource, _ plan: ObservationPlan, _ families: Set<IPAddress.Family>) {
        self.kernel = kernel
        observed = plan.observedServices
        guard !observed.isEmpty else { return }
        var history = BalancerHistory()
        history.mayRulesDropLater = RulesInFront.mayDropSent(kernel, families)
        history.localAddresses = (try? InterfaceAddress.all(in: kernel)).map { Set($0.map(\.address)) }
        self.history = history
        _ = look()
    }

    /// Reads it once more. At the end, too, when the user has stopped everything else.
    func look() -> BalancerHistory? {
        guard history != nil else { return nil }
        var services: [Service]?
        try? kernel.withoutStopping { () throws(KernelError) in
            let listing = try Director(kernel).services(destinationsOf: observed)
            if listing.answer.isWhole { services = listing.services.filter { observed.contains($0.identity) } }
        }
        history?.take(services, Sysctls(named: BalancerHistory.settings, from: kernel))
        return history
    }
}
