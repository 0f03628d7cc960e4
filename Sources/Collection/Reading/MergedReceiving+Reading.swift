import Inspection
import Netlink
import Routing

extension Fact<Set<String>> {
    /// The interfaces that are up and merge packets. Blocks for milliseconds; needs no privilege.
    static func mergedReceiving(_ source: any KernelSource, _ surroundings: Surroundings) -> Self {
        do throws(KernelError) {
            let up = Set((surroundings.network?.links ?? []).lazy.filter { $0.flags.contains(.up) }.map(\.name))
            let merging = try InterfaceFeature.interfaces(with: InterfaceFeature.largeReceive, in: source)
            return .known(merging.intersection(up))
        } catch {
            // Captures of older versions are whole without it.
            if error.cause == .failed, source is CapturedKernel {
                return .absent(
                    "the capture lacks the features of interfaces: take it again with this version of ct-inspect")
            }
            return error.cause == .absent
                ? .absent("this kernel cannot be asked for the features of interfaces") : .unreadable(error.description)
        }
    }
}
