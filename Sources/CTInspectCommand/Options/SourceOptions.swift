import Addresses
import ArgumentParser
import Collection
import Netlink

/// Where to look: common to all commands that read.
struct SourceOptions: ParsableArguments {
    @OptionGroup var namespace: NamespaceOptions

    @Option(
        help: ArgumentHelp("Read a capture instead of this kernel; needs no privilege.", valueName: "DIR"),
        completion: .directory)
    var capture: String?

    func validate() throws {
        if namespace.netns != nil, capture != nil {
            throw ValidationError(
                "--netns chooses where to look in this kernel; a capture is of one namespace: leave one out")
        }
    }

    /// The source that the options name. Of the live kernel's, the capabilities that are not needed are given up first.
    func open() throws(KernelError) -> any KernelSource {
        if let capture { return try CapturedKernel(capture) }
        return try namespace.enterToAsk()
    }
}

/// Which network namespace is meant: common to all commands.
struct NamespaceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Look into another network namespace.", valueName: "NAME|PID|PATH"),
        completion: .networkNamespaces)
    var netns: String?

    /// The kernel as it is seen from that namespace, which the calling thread enters for as long as it lives.
    func enter() throws(KernelError) -> LiveKernel {
        if let netns { try NetworkNamespace.enter(netns) }
        return LiveKernel(networkNamespace: netns)
    }

    /// The same for who needs no more than to ask: all other capabilities are given up.
    func enterToAsk() throws(KernelError) -> LiveKernel {
        let kernel = try enter()
        try Privileges.keepOnlyNetAdmin()
        return kernel
    }
}
