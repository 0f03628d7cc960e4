import Addresses
import ArgumentParser
import Inspection

/// Settings of the kernel, and what IPVS is assumed to have, instead of this host's.
struct SettingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("net.netfilter.nf_conntrack_tcp_loose, instead of this host's.", valueName: "0|1"),
        completion: .list(["0", "1"]))
    var tcpLoose: Switch?

    @Option(
        help: ArgumentHelp("net.netfilter.nf_conntrack_tcp_be_liberal, instead of this host's.", valueName: "0|1"),
        completion: .list(["0", "1"]))
    var beLiberal: Switch?

    @Option(
        help: ArgumentHelp("net.ipv4.vs.conntrack, instead of this host's.", valueName: "0|1"),
        completion: .list(["0", "1"]))
    var vsConntrack: Switch?

    @Option(
        help: ArgumentHelp("net.ipv4.vs.sloppy_tcp, instead of this host's.", valueName: "0|1"),
        completion: .list(["0", "1"]))
    var sloppyTCP: Switch?

    @Option(
        help: ArgumentHelp("net.ipv4.vs.sloppy_sctp, instead of this host's.", valueName: "0|1"),
        completion: .list(["0", "1"]))
    var sloppySCTP: Switch?

    @Option(
        help: ArgumentHelp("net.ipv4.vs.conn_reuse_mode, instead of this host's.", valueName: "0-3"),
        completion: .list(["0", "1", "2", "3"]))
    var connReuseMode: Int?

    @Option(
        help: ArgumentHelp("net.ipv4.vs.expire_nodest_conn, instead of this host's.", valueName: "0|1"),
        completion: .list(["0", "1"]))
    var expireNodestConn: Switch?

    @Option(
        help: ArgumentHelp("net.ipv4.vs.schedule_icmp, instead of this host's.", valueName: "0|1"),
        completion: .list(["0", "1"]))
    var scheduleICMP: Switch?

    @Option(
        help: ArgumentHelp(
            "What IPVS has for the packet: none, present, or for TCP a state such as established.", valueName: "STATE"),
        completion: .list(["none", "present"] + SettingOptions.states.map(\.word)))
    var connection: String?

    @Option(
        help: ArgumentHelp(
            "Destination of that connection, or the service's only one: available (default), quiesced (weight 0) or gone.",
            valueName: "STATE"), completion: .list(AssumedDestination.allCases.map(\.rawValue)))
    var destination: AssumedDestination?

    func validate() throws {
        if let connReuseMode, !(0...3).contains(connReuseMode) {
            throw ValidationError("--conn-reuse-mode: “\(connReuseMode)” is invalid; expected 0 to 3")
        }
    }

    /// - Throws: if the packet cannot have such a connection.
    func assumedConnection(for packet: TrackedPacket) throws -> AssumedConnection? {
        guard let connection else { return nil }
        let word = connection.optionWord
        if word == "none" { return AssumedConnection.none }
        if word == "present" { return .present }
        guard packet.protocol == .tcp, let state = Self.states.first(where: { $0.word == word })?.state else {
            let takes = ["none", "present"] + (packet.protocol == .tcp ? Self.states.map(\.word) : [])
            throw ValidationError(
                "--connection: “\(connection)” is invalid for \(packet.protocol); expected \(takes.joined(separator: ", "))"
            )
        }
        return .tcp(state)
    }

    private static var states: [(word: String, state: ConnectionStateMachine.State)] {
        ConnectionStateMachine.State.allCases.filter { $0 != .none }.map { ($0.name.optionWord, $0) }
    }
}

extension AssumedDestination: ExpressibleByArgument {}

/// `0` or `1`, as in sysctls.
struct Switch: ExpressibleByArgument {
    var isOn: Bool

    init?(argument: String) {
        guard argument == "0" || argument == "1" else { return nil }
        isOn = argument == "1"
    }
}
