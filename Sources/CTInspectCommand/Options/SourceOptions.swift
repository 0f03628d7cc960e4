import Addresses
import ArgumentParser
import Collection
import Netlink

/// What to read: common to all reading commands.
struct SourceOptions: ParsableArguments {
    @OptionGroup var namespace: NamespaceOptions

    @Option(
        help: ArgumentHelp("Read a capture instead of this kernel; needs no privilege.", valueName: "DIR|FILE|-"),
        completion: .file())
    var capture: String?

    func validate() throws {
        if namespace.netns != nil, capture != nil {
            throw ValidationError(
                "--netns and --capture are mutually exclusive: a capture is of one namespace")
        }
        try CaptureArgument.validate(capture)
    }

    /// The selected source. For the live kernel, unneeded capabilities are dropped first.
    ///
    /// - Parameters:
    ///   - connections: how IPVS's connections are read; nil if they are not.
    ///   - also: capabilities that are kept for later.
    func open(
        _ connections: ConnectionOptions? = nil, keeping also: Privileges.Also = []
    ) throws(KernelError) -> any KernelSource {
        if let captured = try captured() { return captured }
        return try namespace.enterToAsk(connections, keeping: also)
    }

    /// The capture, with its checksums verified; nil for the live kernel.
    func captured() throws(KernelError) -> CapturedKernel? {
        try capture.map { path throws(KernelError) in try CaptureArgument.verified(path) }
    }
}

/// Which network namespace to use: common to all commands.
struct NamespaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Inspect another network namespace.", valueName: "NAME|PID|PATH"),
        completion: .networkNamespaces)
    var netns: String?

    /// The kernel as seen from that namespace, which the calling thread enters permanently.
    func enter() throws(KernelError) -> LiveKernel { try LiveKernel.entering(netns) }

    /// The same for commands that only query: all other capabilities are dropped.
    func enterToAsk(
        _ connections: ConnectionOptions? = nil, keeping also: Privileges.Also = []
    ) throws(KernelError) -> LiveKernel {
        try LiveKernel.enteringToAsk(netns, connections?.plan, keeping: also)
    }
}

extension LiveKernel {
    /// - Parameter netns: the network namespace that the calling thread enters permanently; nil to stay.
    static func entering(_ netns: String?) throws(KernelError) -> LiveKernel {
        if let netns { try NetworkNamespace.enter(netns) }
        let kernel = LiveKernel(networkNamespace: netns)
        kernel.stopRequested = { Output.isStopped }
        return kernel
    }

    /// The same for a thread that only queries: it drops all other capabilities.
    static func enteringToAsk(
        _ netns: String?, _ connections: ConnectionPlan? = nil, keeping also: Privileges.Also = []
    ) throws(KernelError) -> LiveKernel {
        let kernel = try entering(netns)
        try connections?.prepare(kernel)
        try Privileges.keepOnlyNetAdmin(and: also)
        return kernel
    }
}
