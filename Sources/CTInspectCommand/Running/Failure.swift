import ArgumentParser
import Collection
import IPVS
import Inspection
import Netlink
import Reports

/// Exit codes, as documented in the man page (sysexits.h). 64, usage, is ArgumentParser's.
enum Failure: Int32 {
    /// A file is not what it should be.
    case data = 65
    /// The kernel lacks what is needed.
    case unavailable = 69
    /// Input or output failed.
    case inputOutput = 74
    /// No permission.
    case noPermission = 77

    /// Not a failure: `check` found something, or could not look.
    static let found: Int32 = 1

    /// Before there was anything to print: what a shell says of a program that SIGINT ended.
    private static let interrupted: Int32 = 130

    init(_ error: KernelError) {
        switch error.cause {
        case .absent: self = .unavailable
        case .forbidden: self = .noPermission
        case .invalid: self = .data
        case .notFound, .lost, .damaged, .stopped, .failed: self = .inputOutput
        }
    }

    /// Runs a command's work; converts an error to its message and exit code.
    static func reporting(_ work: () throws(KernelError) -> Void) throws {
        do throws(KernelError) {
            try work()
        } catch {
            if error.cause == .stopped { throw ExitCode(Self.interrupted) }
            Output.complain(error.description.printable)
            throw ExitCode(Failure(error).rawValue)
        }
    }
}

extension KernelError {
    /// The user named a service that IPVS does not have, or that could not be read; the error lists those it has.
    ///
    /// - Parameter losses: of the reading, which may have missed it.
    static func noSuchService(among services: [Service], _ losses: [Loss] = []) -> KernelError {
        let most = 8
        let names = services.prefix(most).map(\.identity.description).joined(separator: ", ")
        let rest = services.count > most ? " and \(services.count - most) more" : ""
        let none = services.isEmpty ? "IPVS has no services" : "no such service; IPVS has \(names)\(rest)"
        let missed = losses.filter { $0.what == Loss.services }.map { "; more may have been missed: \($0.why)" }
        return KernelError(
            "find the service", .notFound, detail: none + missed.joined(), nextStep: "ct-inspect services")
    }
}
