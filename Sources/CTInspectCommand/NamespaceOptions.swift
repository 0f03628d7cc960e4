import ArgumentParser
import Collection
import Netlink

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
