import ArgumentParser
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
