import Netlink
import Sandbox

/// The user namespace in which the packet filter of a capture, or files in its place, are tried.
package enum TrialShelter: Sendable {
    /// It is entered for the trial, which needs a process of one thread.
    case enteredForTrial
    /// The process has tried to enter one: why the system refused; nil if it did not.
    case attempted(KernelError?)

    /// Enters one now, for what will be tried once there are more threads. Root may do without.
    package static func entered() -> TrialShelter {
        do throws(KernelError) { try UserNamespace.enter() } catch { return .attempted(error) }
        return .attempted(nil)
    }

    /// - Returns: why the system refused one; nil if it did not.
    func enter() -> KernelError? {
        switch self {
        case .attempted(let refusal): refusal
        case .enteredForTrial: Self.entered().enter()
        }
    }
}
