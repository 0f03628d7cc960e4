import ArgumentParser
import BPF
import IPVS
import Netlink

/// How to read IPVS's connections.
struct ConnectionOptions: ParsableArguments {
    enum Choice: String, CaseIterable, ExpressibleByArgument, Sendable {
        case auto, bpf, proc
    }

    @Option(
        help: ArgumentHelp(
            "Read IPVS's connections through BPF or /proc; auto: BPF where it is possible.",
            valueName: Choice.allCases.map(\.rawValue).joined(separator: "|")))
    var connections = Choice.auto

    @Option(help: ArgumentHelp("Stop reading connections from /proc after this long (60s).", valueName: "DURATION"))
    var maxReadTime: TimeSpan?

    /// - Throws: if there is a capture, whose files say how they are read.
    func validate(with source: SourceOptions) throws {
        guard source.capture != nil else { return }
        for (option, isGiven) in [("--connections", connections != .auto), ("--max-read-time", maxReadTime != nil)]
        where isGiven {
            throw ValidationError(
                "\(option) and --capture are mutually exclusive: a capture contains what was read then")
        }
    }

    /// What the options say, for another thread, too.
    var plan: ConnectionPlan { ConnectionPlan(choice: connections, bound: maxReadTime?.duration) }
}

/// How IPVS's connections are read.
struct ConnectionPlan: Sendable {
    fileprivate let choice: ConnectionOptions.Choice
    /// After this long reading from /proc is stopped; nil for the default.
    fileprivate let bound: Duration?

    /// Loads what reading the kernel's own table needs, which takes about 0.1 s, and capabilities that reading itself does not need:
    /// CAP_BPF, CAP_PERFMON and CAP_SYSLOG.
    ///
    /// - Throws: why that is not possible, if BPF is asked for.
    func prepare(_ kernel: LiveKernel) throws(KernelError) {
        if let bound { kernel.connectionBound = bound }
        kernel.connectionAccess = try access(to: kernel)
    }

    private func access(to kernel: LiveKernel) throws(KernelError) -> ConnectionAccess {
        if choice == .proc { return .proc }
        guard Director.isPresent(in: kernel) else {
            // It may be loaded later, which is too late: then the capabilities are gone.
            let error = KernelError(
                ConnectionWalk.purpose, .absent, detail: "ip_vs was not loaded when ct-inspect started",
                nextStep: "start ct-inspect again")
            return .unavailable(error, isRequired: choice == .bpf)
        }
        do throws(KernelError) {
            return .table(try ConnectionWalk(kernel), isRequired: choice == .bpf)
        } catch {
            guard choice == .bpf else { return .unavailable(error) }
            throw error.orReadProc
        }
    }
}
