import IPVS
import Inspection
import Netlink

/// A director's services in the IPVS of the network namespace of the calling thread.
struct IPVSCopy {
    /// The services that are there.
    private(set) var services: Set<Service.Identity> = []
    /// Those that could not be made.
    private(set) var missing: [Loss] = []

    /// - Returns: nil if there are none to make, or this kernel has no IPVS.
    /// - Throws: before anything is made, if the calling thread is not in a namespace of its own.
    init?(of services: [Service], into kernel: any KernelSource) throws(KernelError) {
        guard !services.isEmpty, Director.isPresent(in: kernel) else { return nil }
        try PrivateNamespace.requireOwn(for: "make services in the sandbox")
        guard let director = try? Director(kernel) else { return nil }
        for service in services {
            do throws(KernelError) {
                try director.make(service)
                self.services.insert(service.identity)
            } catch { missing.append(Loss("\(service.identity) in IPVS", error.description)) }
        }
    }
}
