import ArgumentParser

/// What conntrack(8) calls some of the filters, so that its users need not learn. Not in the help.
struct ConntrackSpellings: ParsableArguments {
    @Option(name: .customLong("protonum"), help: .hidden) var protocolNumber: [String] = []
    @Option(name: .customLong("orig-src"), help: .hidden) var originalSource: [String] = []
    @Option(name: .customLong("orig-dst"), help: .hidden) var originalDestination: [String] = []
    @Option(name: .customLong("orig-port-src"), help: .hidden) var originalSourcePort: [String] = []
    @Option(name: .customLong("orig-port-dst"), help: .hidden) var originalDestinationPort: [String] = []
    @Option(name: .customLong("reply-port-src"), help: .hidden) var replySourcePort: [String] = []
    @Option(name: .customLong("reply-port-dst"), help: .hidden) var replyDestinationPort: [String] = []
    @Option(name: .customLong("srckey"), help: .hidden) var sourceKey: [String] = []
    @Option(name: .customLong("dstkey"), help: .hidden) var destinationKey: [String] = []
    @Option(name: .customLong("icmpv6-type"), help: .hidden) var icmpv6Type: [String] = []
}
