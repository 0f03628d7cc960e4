import Inspection
import Netlink

extension Fact {
    /// What `read` gives, or why it gave nothing.
    ///
    /// - Parameter absent: what the absence of what is read means; nil if that is not to be taken for "nothing to check".
    static func reading(
        absent: String?, _ read: () throws(KernelError) -> Fact
    ) -> (fact: Fact, error: KernelError?) {
        do throws(KernelError) {
            return (try read(), nil)
        } catch {
            if error.cause == .absent, let absent { return (.absent(absent), error) }
            return (.unreadable(error.description), error)
        }
    }
}
