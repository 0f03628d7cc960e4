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

    @OptionGroup var settings: SettingOptions
    @OptionGroup var source: SourceOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if method != nil, service != nil {
            throw ValidationError("--service and --method are mutually exclusive")
        }
        let packet = try packet.packet(direction, serviceProtocol: service?.protocol)
        _ = try entry.trackedEntry(of: packet)
        _ = try settings.assumedConnection(for: packet)
    }

    func run() throws {
        let packet = try packet.packet(direction, serviceProtocol: service?.protocol)
        let entry = try entry.trackedEntry(of: packet)
        let connection = try settings.assumedConnection(for: packet)
        try Failure.reporting { () throws(KernelError) in
            let kernel = try source.open(keeping: service == nil ? [] : .sandbox)
            print(try explanation(of: packet, entry, connection, on: kernel))
        }
    }

    private func explanation(
        of packet: TrackedPacket, _ entry: TrackedEntry?, _ connection: AssumedConnection?, on kernel: any KernelSource
    ) throws(KernelError) -> PacketExplanation {
        let origin = kernel.origin
        let used = UsedSettings(settings, from: kernel)
        var question = WalkQuestion(
            packet, entry: entry, direction, method: method ?? .dr, used.tracking(on: origin.kernelRelease))
        question.flaws = self.packet.flaws
        question.scheduling = used.scheduling(connection, settings.destination ?? .available)
        let found = try service.map { selector throws(KernelError) in
            try ServiceChoice(selector, for: packet, on: kernel)
        }
        question.isOnePacket = found?.isOnePacket ?? false
        question.isPersistent = found?.isPersistent ?? false
        let walks = (found?.methods ?? [question.method]).map { method in
            question.method = method
            return PacketWalk(question)
        }
        let shown = used.shown(for: question)
        let rules = found.map { RulesMet(question, shown).fact(for: $0.service, on: kernel) }
        if source.capture == nil { try Privileges.keepOnlyNetAdmin() }
        return PacketExplanation(
            origin, sysctls: used.sysctls, settings: shown, service: found?.identity, walks: walks, rules: rules)
    }

    private func print(_ explanation: PacketExplanation) {
        if output.json {
            explanation.writeJSON(to: Output.write)
        } else {
            Output.print(explanation.text(output.style, width: Output.width))
        }
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
