import ArgumentParser

/// How much room events have until they are read: common to the commands that hear them.
struct BufferOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Receive buffer for events to ask the kernel for, as 64M.", valueName: "SIZE"))
    var buffer = ByteCount(bytes: 32 << 20)
}
