import Addresses
import ArgumentParser
import Collection
import Netlink

/// What to read: common to all reading commands.
struct SourceOptions: ParsableArguments {
    @OptionGroup var namespace: NamespaceOptions

    @Option(
        help: ArgumentHelp("Read a capture instead of this kernel; needs no privilege.", valueName: "DIR"),
        completion: .directory)
    var capture: String?

    func validate() throws {
        if namespace.netns != nil, capture != nil {
            throw ValidationError(
                "--netns and --capture are mutually exclusive: a capture is of one namespace")
        }
    }

    /// The selected source. For the live kernel, unneeded capabilities are dropped first.
    ///
    /// - Parameters:
    ///   - connections: how IPVS's connections are read; nil if they are not.
    ///   - also: capabilities that are kept for later.
    func open(
        _ connections: ConnectionOptions? = nil, keeping also: Privileges.Also = []
    ) throws(KernelError) -> any KernelSource {
        if let capture { return try Self.verified(capture) }
        return try namespace.enterToAsk(connections, keeping: also)
    }

    /// One of several gigabytes takes some seconds.
    static func verified(_ capture: String) throws(KernelError) -> CapturedKernel {
        let progress = Progress()
        defer { progress.end() }
        return try CapturedKernel(capture) { bytes, size in
            progress.show("verified \(bytes >> 20) of \(size >> 20) MiB of the capture", at: bytes)
        }
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
