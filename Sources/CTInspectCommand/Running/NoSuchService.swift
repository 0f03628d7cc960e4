import IPVS
import Netlink

extension KernelError {
    /// The user named a service that IPVS does not have; the error lists those it has.
    static func noSuchService(among services: [Service]) -> KernelError {
        let most = 8
        let names = services.prefix(most).map(\.identity.description).joined(separator: ", ")
        let rest = services.count > most ? " and \(services.count - most) more" : ""
        return KernelError(
            "find the service", .notFound,
            detail: services.isEmpty ? "IPVS has no services" : "no such service; IPVS has \(names)\(rest)",
            nextStep: "ct-inspect services")
    }
}
