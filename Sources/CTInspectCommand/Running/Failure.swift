import ArgumentParser
import Netlink
import Reports

/// Exit codes, as the man page promises them (sysexits.h). 64, usage, is ArgumentParser's own.
enum Failure: Int32 {
    /// The kernel lacks what is needed.
    case unavailable = 69
    /// Input or output failed.
    case inputOutput = 74
    /// No permission.
    case noPermission = 77

    init(_ error: KernelError) {
        switch error.cause {
        case .absent: self = .unavailable
        case .forbidden: self = .noPermission
        case .notFound, .lost, .damaged, .failed: self = .inputOutput
        }
    }

    /// Runs a command's work; an error becomes its message and its exit code.
    static func reporting(_ work: () throws(KernelError) -> Void) throws {
        do throws(KernelError) {
            try work()
        } catch {
            Output.complain(error.description.printable)
            throw ExitCode(Failure(error).rawValue)
        }
    }
}
