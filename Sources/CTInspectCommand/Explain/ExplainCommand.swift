import Addresses
import ArgumentParser
import Collection
import Conntrack
import IPVS
import Inspection
import Netlink
import Reports

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Predict a packet's ctstate on a director, hook by hook.",
        usage: "ct-inspect explain [<options>]",
        discussion: """
            EXAMPLES
              ct-inspect explain --flags FIN,ACK
              ct-inspect explain --flags . --entry syn-sent --vs-conntrack 1
              sudo ct-inspect explain --flags SYN --service tcp/10.0.0.100:80
              ct-inspect explain --proto icmp --icmp-type destination-unreachable --json

            More: man ct-inspect-explain
            """)

    @OptionGroup var packet: PacketOptions
    @OptionGroup var entry: EntryOptions

    @Option(help: "original: from a client to the VIP; reply: from the real server to the client.")
    var direction = TupleDirection.original

    @Option(
        help: ArgumentHelp("How IPVS forwards: dr (default), tun, nat, local or bypass.", valueName: "METHOD"),
        completion: .list(ForwardingMethod.allValueStrings))
    var method: ForwardingMethod?

    @Option(
        help: ArgumentHelp(
            "Use this service's forwarding method, e.g. tcp/10.0.0.100:80.",
            valueName: "[PROTO/]VIP[:PORT]|fwmark:N"), completion: .services)
    var service: ServiceSelector?

    @Option(
        help: ArgumentHelp("net.netfilter.nf_conntrack_tcp_loose, instead of this host's.", valueName: "0|1"),
        completion: .list(["0", "1"]))
    var tcpLoose: Switch?

    @Option(
        help: ArgumentHelp("net.ipv4.vs.conntrack, instead of this host's.", valueName: "0|1"),
        completion: .list(["0", "1"]))
    var vsConntrack: Switch?

    @OptionGroup var source: SourceOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if method != nil, service != nil {
            throw ValidationError("--service and --method are mutually exclusive")
        }
        let packet = try packet.packet(direction, serviceProtocol: service?.protocol)
        _ = try entry.trackedEntry(of: packet)
    }

    func run() throws {
        let packet = try packet.packet(direction, serviceProtocol: service?.protocol)
        let entry = try entry.trackedEntry(of: packet)
        try Failure.reporting { () throws(KernelError) in
            let kernel = try source.open(keeping: service == nil ? [] : .sandbox)
            print(try explanation(of: packet, entry, on: kernel))
        }
    }

    private func explanation(
        of packet: TrackedPacket, _ entry: TrackedEntry?, on kernel: any KernelSource
    ) throws(KernelError) -> PacketExplanation {
        let origin = kernel.origin
        let sysctls = Sysctls(named: [Sysctls.tcpLoose, Sysctls.ipvsConntrack], from: kernel)
        let loose = PacketExplanation.Setting(Sysctls.tcpLoose, given: tcpLoose?.isOn, sysctls, byDefault: true)
        let ipvs = PacketExplanation.Setting(Sysctls.ipvsConntrack, given: vsConntrack?.isOn, sysctls, byDefault: false)
        let conditions = TrackingConditions(
            tcpLoose: loose.isOn, ipvsConntrack: ipvs.isOn,
            leavesRouterDiscovery: TrackingConditions.leavesRouterDiscovery(origin.kernelRelease))
        var question = WalkQuestion(packet, entry: entry, direction, method: method ?? .dr, conditions)
        let found = try service.map { selector throws(KernelError) in
            try ServiceChoice(selector, for: packet, on: kernel)
        }
        question.isOnePacket = found?.isOnePacket ?? false
        let walks = (found?.methods ?? [question.method]).map { method in
            question.method = method
            return PacketWalk(question)
        }
        let rules = found.map { RulesMet(question, [loose, ipvs]).fact(for: $0.service, on: kernel) }
        if source.capture == nil { try Privileges.keepOnlyNetAdmin() }
        return PacketExplanation(
            origin, sysctls: sysctls, settings: [loose, ipvs], service: found?.identity, walks: walks, rules: rules)
    }

    private func print(_ explanation: PacketExplanation) {
        if output.json {
            explanation.writeJSON(to: Output.write)
        } else {
            Output.print(explanation.text(output.style, width: Output.width))
        }
    }
}

/// `0` or `1`, as in sysctls.
struct Switch: ExpressibleByArgument {
    var isOn: Bool

    init?(argument: String) {
        guard argument == "0" || argument == "1" else { return nil }
        isOn = argument == "1"
    }
}

extension TupleDirection: ExpressibleByArgument {}

extension ForwardingMethod: ExpressibleByArgument {
    /// Reads a method's name, ignoring case.
    package init?(argument: String) {
        guard let method = Self.named.first(where: { $0.description == argument.lowercased() }) else { return nil }
        self = method
    }

    /// The names, for help and completions.
    package static var allValueStrings: [String] { named.map(\.description) }
}
