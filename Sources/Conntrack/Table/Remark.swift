import Addresses
import Netlink

/// Where a condition of a filter is applied.
enum Remark: Equatable {
    /// By the kernel; the second says since which Linux, where not always.
    case kernel(String, KernelVersion?)
    /// By this program: what, and why not by the kernel.
    case here(String, String)

    /// - Parameter kernel: the one that is asked, as far as known.
    func line(for kernel: KernelVersion?) -> String {
        switch self {
        case .kernel(let what, nil): "in the kernel: \(what)"
        case .kernel(let what, let since?):
            if let kernel, kernel < since {
                "here: \(what): the kernel does since Linux \(since), and this is \(kernel)"
            } else {
                "in the kernel: \(what)"
            }
        case .here(let what, let why): "here: \(what): \(why)"
        }
    }
}

extension EntryFilter {
    /// Says which conditions the kernel applies to a dump, and which this program does and why. One line each, for
    /// `--explain-filter`; none when the filter has no condition.
    ///
    /// Asks the kernel nothing. One that refuses its part is asked again without.
    ///
    /// - Parameter inKernel: as given to `Table.dump`.
    package func explanation(
        of kind: Table.Kind = .conntrack, from source: any KernelSource, inKernel: Bool = true
    ) -> [String] {
        let version = KernelVersion(release: source.origin.kernelRelease)
        let remarks = DumpPlanner(self, for: version).remarks
        if remarks.isEmpty { return [] }
        let all = "the whole filter"
        if !inKernel { return [Remark.here(all, "the kernel was not to be asked").line(for: nil)] }
        if kind != .conntrack { return [Remark.here(all, "the kernel filters this list by nothing").line(for: nil)] }
        if !source.filters { return [Remark.here(all, "a capture holds the whole table").line(for: nil)] }
        return remarks.map { $0.line(for: version) }
            + ["what the kernel sends is compared here with the whole filter once more"]
    }
}
