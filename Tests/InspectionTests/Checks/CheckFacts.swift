import Addresses
import Conntrack
import IPVS
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
            host: HostFacts(modules: .known(["ip_vs", "ip_vs_rr"]), forwarding: .known(.init(ipv4: true, ipv6: true))),
            trial: .known(Trial()))
        facts.sysctls.values = defaults
        try change(&facts)
        return facts
    }

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
        "net.ipv4.vs.sloppy_tcp": "0", "net.ipv4.vs.sync_persist_mode": "0", "net.ipv4.vs.drop_entry": "0",
        "net.ipv4.vs.drop_packet": "0", "net.ipv4.vs.secure_tcp": "0", "net.ipv4.vs.run_estimation": "1",
        "net.ipv4.vs.nat_icmp_send": "1", "net.ipv4.vs.schedule_icmp": "1",
        "net.netfilter.nf_conntrack_tcp_loose": "1", "net.netfilter.nf_conntrack_events": "2",
        "net.netfilter.nf_conntrack_tcp_timeout_established": "432000",
    ]

    static func table(_ origin: Origin, entries: UInt32, limit: UInt32 = 1000, buckets: Int = 1000) -> TableStatistics {
        var sysctls = Sysctls()
        sysctls.values[Sysctls.conntrackBuckets] = String(buckets)
        return TableStatistics(
            origin, sysctls: sysctls, size: TableSize(entries: entries, limit: limit),
            cpus: [CPUStatistics(cpu: 0, counters: [.drop: 0, .insertFailed: 0])])
    }

    // MARK: Changes

    /// The first service, which becomes another one.
    var web: Service {
        get { services.value?.first ?? Service(.fwmark(0, .ipv4)) }
        set { services = .known([newValue]) }
    }

    mutating func add(_ service: Service) { services = .known(knownServices + [service]) }

    mutating func set(_ name: String, _ value: Int) { sysctls.values["net.ipv4.vs.\(name)"] = String(value) }

    mutating func fill(_ entries: UInt32, limit: UInt32 = 1000, buckets: Int = 1000) {
        table = .known(Self.table(origin, entries: entries, limit: limit, buckets: buckets))
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
