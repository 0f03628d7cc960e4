import ArgumentParser
import Reports

/// The listings of ipvsadm(8), by its own options.
struct ServicesListingOptions: ParsableArguments {
    @Flag(help: "Counters of connections, packets and bytes, as ipvsadm -Ln --stats.")
    var stats = false

    @Flag(help: "The same per second, as the kernel estimates them.")
    var rate = false

    @Flag(help: "Thresholds of connections.")
    var thresholds = false

    @Flag(help: "Connections that templates of persistence hold.")
    var persistentConn = false

    @Flag(help: "How TUN destinations' packets are encapsulated.")
    var tunInfo = false

    @Flag(help: "All digits of large numbers, with --stats and --rate.")
    var exact = false

    @Flag(help: "Only the timeouts of TCP, of TCP after a FIN, and of UDP, in seconds.")
    var timeout = false

    @Flag(help: "Only the sync daemons.")
    var daemon = false

    private var chosen: [(name: String, columns: ServicesListing.Columns?)] {
        let all: [(Bool, String, ServicesListing.Columns?)] = [
            (stats, "--stats", .statistics), (rate, "--rate", .rates), (thresholds, "--thresholds", .thresholds),
            (persistentConn, "--persistent-conn", .persistence), (tunInfo, "--tun-info", .tunnels),
            (timeout, "--timeout", nil), (daemon, "--daemon", nil),
        ]
        return all.filter(\.0).map { ($0.1, $0.2) }
    }

    var isWanted: Bool { !chosen.isEmpty }

    var names: String { chosen.map(\.name).joined(separator: ", ") }

    var listing: ServicesListing {
        ServicesListing(chosen.compactMap(\.columns).first ?? .settings, isExact: exact)
    }

    func validate() throws {
        if chosen.count > 1 { throw ValidationError("\(names) are mutually exclusive") }
        if exact, !stats, !rate { throw ValidationError("--exact is for --stats and --rate") }
    }
}
