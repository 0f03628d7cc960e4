import Addresses
import Conntrack
import IPVS
import ObservationSupport
import Testing

@testable import Inspection

extension DirectorFacts {
    /// A plain LVS-DR director on which all is well, with the settings that the kernel has by default.
    static func plain(_ change: (inout DirectorFacts) throws -> Void = { _ in }) throws -> DirectorFacts {
        let origin = Origin(
            takenAt: Moment(nanoseconds: 1_795_406_400_000_000_000), host: "lb1", kernelRelease: "6.1.0-56-amd64",
            networkNamespace: nil)
        var configuration = Director.Configuration()
        configuration.info.connectionTableSize = 4096
        var facts = DirectorFacts(
            origin, services: .known([try web("10.0.0.100:80", .dr)]), configuration: .known(configuration),
            sysctls: Sysctls(), table: .known(table(origin, entries: 100)),
            host: HostFacts(
                modules: .known(["ip_vs", "ip_vs_rr"]), forwarding: .known(.init(ipv4: true, ipv6: true)),
                memory: .known(.init(available: 400_000))),
            network: .known(NetworkFacts()), counters: .known(quiet), trial: .known(Trial()))
        facts.sysctls.values = defaults
        facts.network = .known(plainNetwork)
        facts.rules = .known(RuleFacts())
        facts.mergedReceiving = .known([])
        facts.sample = .known(ConnectionSample())
        facts.window = Window(
            elapsed: .seconds(30), table: facts.table, counters: facts.counters, services: facts.services,
            traffic: .known(try .of(Counts.fixed().counts)), sample: facts.sample)
        try change(&facts)
        return facts
    }

    /// The VIP and the default route are on eth0, and so are the real servers; nothing speaks VRRP.
    private static var plainNetwork: NetworkFacts {
        var network = NetworkFacts()
        network.speaksVRRP = false
        network.interfaces = ["eth0": .init(), "eth1": .init(), "lo": .init(usesARP: false, mtu: 65536)]
        for number in [UInt32(100), 101] {
            network.virtual[IPAddress(ipv4: 0x0A00_0000 + number)] = .init(holders: ["eth0"], defaultOutput: "eth0")
        }
        for number in [UInt32(3), 4] {
            network.paths[IPAddress(ipv4: 0x0A00_0000 + number)] = .init(.onLink, interface: "eth0", mtu: 1500)
        }
        return network
    }

    private static let quiet = HostCounters([
        "Ip.InReceives": 1000, "TcpExt.IPReversePathFilter": 0, "Icmp.OutRateLimitGlobal": 5,
        "Icmp.OutRateLimitHost": 5,
    ])

    /// Two destinations of weight 1, which a few connections use.
    static func web(
        _ virtual: String, _ method: ForwardingMethod, flags: Service.Flags = []
    ) throws -> Service {
        let port = try #require(virtual.split(separator: ":").last)
        var web = try service(
            try tcp(virtual), [("10.0.0.3:\(port)", method), ("10.0.0.4:\(port)", method)], flags: flags)
        for place in web.destinations.indices {
            web.destinations[place].weight = 1
            web.destinations[place].activeConnections = 5
        }
        return web
    }

    private static let defaults = [
        "net.ipv4.vs.conntrack": "0", "net.ipv4.vs.cache_bypass": "0", "net.ipv4.vs.expire_nodest_conn": "1",
        "net.ipv4.vs.expire_quiescent_template": "0", "net.ipv4.vs.conn_reuse_mode": "1",
        "net.ipv4.vs.sloppy_tcp": "0", "net.ipv4.vs.backup_only": "0", "net.ipv4.vs.sync_persist_mode": "0",
        "net.ipv4.vs.drop_entry": "0",
        "net.ipv4.vs.drop_packet": "0", "net.ipv4.vs.secure_tcp": "0", "net.ipv4.vs.run_estimation": "1",
        "net.ipv4.vs.nat_icmp_send": "1", "net.ipv4.vs.schedule_icmp": "1",
        "net.netfilter.nf_conntrack_tcp_loose": "1", "net.netfilter.nf_conntrack_events": "2",
        "net.netfilter.nf_conntrack_tcp_timeout_established": "432000", "net.ipv4.vs.amemthresh": "1024",
        "net.netfilter.nf_conntrack_acct": "1", "net.netfilter.nf_conntrack_timestamp": "1",
        "net.netfilter.nf_conntrack_checksum": "1", "net.netfilter.nf_conntrack_tcp_be_liberal": "0",
        "net.netfilter.nf_conntrack_tcp_ignore_invalid_rst": "0", "net.netfilter.nf_conntrack_log_invalid": "0",
        "net.netfilter.nf_conntrack_udp_timeout": "30", "net.netfilter.nf_conntrack_expect_max": "100",
    ]

    static func table(_ origin: Origin, entries: UInt32, limit: UInt32 = 1000, buckets: Int = 1000) -> TableStatistics {
        var sysctls = Sysctls()
        sysctls.values[Sysctls.conntrackBuckets] = String(buckets)
        return TableStatistics(
            origin, sysctls: sysctls, size: TableSize(entries: entries, limit: limit),
            cpus: [CPUStatistics(cpu: 0, counters: [.drop: 0, .insertFailed: 0])])
    }

    // MARK: Changes

    /// What was counted meanwhile: of a service and real server of 10.0.0.100:80 and 10.0.0.3:80.
    mutating func see(_ method: ForwardingMethod = .dr, _ counts: Counts..., blame: [Blame]? = nil) throws {
        let subject = try ObservedSubject.service("10.0.0.100:80", .tcp, "10.0.0.3:80", method)
        var observation = try Observation.of(counts.flatMap(\.counts), [subject])
        observation.blame = blame
        window?.traffic = .known(observation)
    }

    /// The first service, which becomes another one.
    var web: Service {
        get { services.value?.first ?? Service(.fwmark(0, .ipv4)) }
        set { services = .known([newValue]) }
    }

    mutating func add(_ service: Service) { services = .known(knownServices + [service]) }

    mutating func set(_ name: String, _ value: Int) { sysctls.values["net.ipv4.vs.\(name)"] = String(value) }

    mutating func track(_ name: String, _ value: Int) {
        sysctls.values["net.netfilter.nf_conntrack_\(name)"] = String(value)
    }

    mutating func fill(_ entries: UInt32, limit: UInt32 = 1000, buckets: Int = 1000) {
        table = .known(Self.table(origin, entries: entries, limit: limit, buckets: buckets))
    }

    /// Changes what is known of an address; of nothing else.
    mutating func place(
        _ address: String = "10.0.0.100", _ change: (inout NetworkFacts.VirtualAddress) -> Void
    ) throws {
        try changeNetwork { change(&$0.virtual[try #require(IPAddress(address)), default: .init()]) }
    }

    /// The way to the first destination.
    mutating func lead(_ path: NetworkFacts.Path) throws {
        try changeNetwork { $0.paths[try at("10.0.0.3:80").address] = path }
    }

    mutating func changeNetwork(_ change: (inout NetworkFacts) throws -> Void) rethrows {
        var network = network.value ?? NetworkFacts()
        try change(&network)
        self.network = .known(network)
    }

    mutating func count(_ name: String, _ value: UInt64) {
        var counters = counters.value ?? HostCounters()
        counters.values[name] = value
        self.counters = .known(counters)
    }

    mutating func run(_ daemon: UInt32) {
        var configuration = configuration.value ?? Director.Configuration()
        var running = Daemon()
        running.state = daemon
        configuration.daemons = [running]
        self.configuration = .known(configuration)
    }

    mutating func boot(_ release: String) { origin.kernelRelease = release }

    /// What a check says, by its id.
    func found(_ id: String) throws -> [Finding] {
        let check = try #require(Check.named(id), "\(id)")
        switch check.result(self) {
        case .findings(let findings): return findings
        case .fine: return []
        case .notMade(let lack):
            Issue.record("\(id) was not made: \(lack.why)")
            return []
        }
    }
}
