import Addresses
import Conntrack
import Inspection
import Netlink

extension TableStatistics {
    /// Reads everything at once from the kernel.
    ///
    /// - Parameter origin: where and when; nil for the source's own.
    package init(reading source: any KernelSource, at origin: Origin? = nil) throws(KernelError) {
        let origin = origin ?? source.origin
        let table = Table(source)
        let cpus = try table.statistics()
        let size = try table.size()
        self.init(
            origin, sysctls: Sysctls(named: Self.limits, from: source), size: size,
            cpus: cpus)
    }
}
