import Addresses
import ArgumentParser
import Conntrack

/// Which entries are meant: common to the commands that show entries.
///
/// An option takes several values, by commas or by being repeated, any of which will do; `!` before them takes what has none of them.
struct FilterOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, help: ArgumentHelp("ipv4 or ipv6.", valueName: "FAMILY"), completion: .values(of: .family))
    var family: [String] = []

    @Option(
        name: [.short, .long, .customLong("proto")],
        help: ArgumentHelp("Protocol, by name or number: tcp,udp", valueName: "PROTO"),
        completion: .values(of: .protocol))
    var `protocol`: [String] = []

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Source of the original direction.", valueName: "ADDRESS[/LENGTH]"))
    var src: [String] = []

    @Option(name: .shortAndLong, help: ArgumentHelp("Its destination.", valueName: "ADDRESS[/LENGTH]"))
    var dst: [String] = []

    @Option(help: ArgumentHelp("Its source port.", valueName: "PORT[-PORT]"))
    var sport: [String] = []

    @Option(help: ArgumentHelp("Its destination port: 80,443 1000-2000 '!22'", valueName: "PORT[-PORT]"))
    var dport: [String] = []

    @Option(
        name: [.customShort("r"), .long],
        help: ArgumentHelp("Source of the reply direction.", valueName: "ADDRESS[/LENGTH]"))
    var replySrc: [String] = []

    @Option(
        name: [.customShort("q"), .long], help: ArgumentHelp("Its destination.", valueName: "ADDRESS[/LENGTH]"))
    var replyDst: [String] = []

    @Option(help: ArgumentHelp("Its source port.", valueName: "PORT[-PORT]"))
    var replySport: [String] = []

    @Option(help: ArgumentHelp("Its destination port.", valueName: "PORT[-PORT]"))
    var replyDport: [String] = []

    @Option(help: ArgumentHelp("Type of ICMP or ICMPv6, by number: 8,128", valueName: "TYPE"))
    var icmpType: [String] = []

    @Option(
        help: ArgumentHelp(
            "Protocol, destination and its port in one: tcp/10.0.0.100:80", valueName: "[PROTO/]VIP[:PORT]"),
        completion: .addressedServices)
    var service: [String] = []

    @Option(
        help: ArgumentHelp("State of the protocol: ESTABLISHED,TIME_WAIT", valueName: "STATE"),
        completion: .values(of: .state))
    var state: [String] = []

    @Option(
        name: [.customShort("u"), .long],
        help: ArgumentHelp("Status bits that are all set: ASSURED,SEEN_REPLY", valueName: "BIT"),
        completion: .values(of: .status))
    var status: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Mark, or the bits of it in a mask: 0x10/0xff", valueName: "MARK[/MASK]"))
    var mark: [String] = []

    @Option(name: [.customShort("w"), .long], help: ArgumentHelp("Zone of both directions.", valueName: "ZONE"))
    var zone: [String] = []

    @Option(help: ArgumentHelp("Zone of the original direction alone.", valueName: "ZONE"))
    var origZone: [String] = []

    @Option(help: ArgumentHelp("Zone of the reply direction alone.", valueName: "ZONE"))
    var replyZone: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Labels that are all set, by name or number.", valueName: "LABEL"), completion: .labels)
    var label: [String] = []

    @Flag(help: "One direction seen only.")
    var unreplied = false

    @Flag(help: "Status ASSURED.")
    var assured = false

    @Flag(help: "Status DYING.")
    var dying = false

    @Flag(help: "Handed to a flow table, in software or in hardware.")
    var offload = false

    @Flag(name: [.customShort("n"), .long], help: "With a translated source.")
    var srcNat = false

    @Flag(name: [.customShort("g"), .long], help: "With a translated destination.")
    var dstNat = false

    @Flag(name: [.customShort("j"), .long], help: "With a translated source or destination.")
    var anyNat = false

    @OptionGroup(visibility: .hidden) var spellings: ConntrackSpellings

    func validate() throws { _ = try filter }
}
