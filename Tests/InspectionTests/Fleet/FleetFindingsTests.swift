import Addresses
import IPVS
import Reports
import Testing

@testable import Inspection

@Suite("What is wrong between hosts")
struct FleetFindingsTests {
    private static func picture(_ host: String, _ services: [Service], _ daemons: [Daemon] = []) -> DirectorPicture {
        let origin = Origin(
            takenAt: Moment(nanoseconds: 0), host: host, kernelRelease: "6.12.0", networkNamespace: nil)
        var picture = DirectorPicture(origin, settings: Sysctls())
        var configuration = Director.Configuration()
        configuration.daemons = daemons
        if !services.isEmpty { picture.balancer = .init(configuration, services, []) }
        return picture
    }

    private static func host(
        _ name: String, _ own: String, _ services: [Service] = [], daemons: [Daemon] = [], network: NetworkFacts? = nil
    ) throws -> FleetHost {
        var host = FleetHost(name, picture(name, services, daemons), addresses: [try address(own): ["eth0"]])
        host.network = network
        return host
    }

    private static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private static func daemon(_ state: UInt32, id: UInt32 = 7, port: UInt16 = 8848, group: String = "224.0.0.81")
        throws -> Daemon
    {
        var daemon = Daemon()
        (daemon.state, daemon.syncID, daemon.port, daemon.interface) = (state, id, port, "eth0")
        daemon.group = try address(group)
        return daemon
    }

    private static func web(_ method: ForwardingMethod = .dr, weight: UInt32 = 1, vip: String = "10.0.0.100:80") throws
        -> Service
    {
        var service = try service(tcp(vip), [(vip.hasPrefix("[") ? "[2001:db8::3]:80" : "10.0.0.3:80", method)])
        service.destinations[0].weight = weight
        return service
    }

    /// A host with eth0 and lo, of which one has the VIP.
    private static func network(
        _ vip: String = "10.0.0.100", on holder: String? = "lo", ignore: Int = 1, announce: Int = 2
    ) throws -> NetworkFacts {
        var facts = NetworkFacts()
        facts.virtual[try address(vip)] = .init(isLocal: holder != nil, holders: holder.map { [$0] } ?? [])
        facts.interfaces["lo"] = .init(usesARP: false, arpIgnore: ignore)
        facts.interfaces["eth0"] = .init(arpIgnore: ignore)
        facts.interfaces["eth0"]?.arpAnnounce = announce
        return facts
    }

    private static func found(_ hosts: [FleetHost]) -> [Finding.ID: FleetFinding] {
        Dictionary(uniqueKeysWithValues: FleetReport(Fleet(hosts)).findings.map { ($0.finding.id, $0) })
    }

    @Test("Sync daemons that speak to each other are in order; others are not")
    func sync() throws {
        func ids(_ one: [Daemon], _ other: [Daemon]) throws -> Set<Finding.ID> {
            Set(
                Self.found([
                    try Self.host("lb1", "10.0.0.2", [Self.web()], daemons: one),
                    try Self.host("lb2", "10.0.0.5", [Self.web()], daemons: other),
                ]).keys)
        }
        #expect(try ids([Self.daemon(1)], [Self.daemon(2)]) == [])
        #expect(try ids([Self.daemon(2)], [Self.daemon(1)]) == [])
        #expect(try ids([Self.daemon(1), Self.daemon(2)], [Self.daemon(1), Self.daemon(2)]) == [])
        // A backup with id 0 takes all.
        #expect(try ids([Self.daemon(1)], [Self.daemon(2, id: 0)]) == [])
        #expect(try ids([Self.daemon(1)], [Self.daemon(2, id: 8)]) == [.syncDiffers])
        #expect(try ids([Self.daemon(1)], [Self.daemon(2, port: 8849)]) == [.syncDiffers])
        #expect(try ids([Self.daemon(1)], [Self.daemon(2, group: "224.0.0.82")]) == [.syncDiffers])
        #expect(try ids([], []) == [.syncNone])
        #expect(try ids([Self.daemon(1)], [Self.daemon(1)]) == [.syncNone])
        #expect(try ids([Self.daemon(1)], []) == [.syncNone])
    }

    @Test("Directors with other weights differ; those without a service in common are not compared")
    func services() throws {
        let daemons = (try [Self.daemon(1)], try [Self.daemon(2)])
        func hosts(_ other: Service) throws -> [FleetHost] {
            [
                try Self.host("lb1", "10.0.0.2", [Self.web()], daemons: daemons.0),
                try Self.host("lb2", "10.0.0.5", [other], daemons: daemons.1),
            ]
        }
        let differing = Self.found(try hosts(Self.web(weight: 5)))
        #expect(Set(differing.keys) == [.servicesDiffer])
        #expect(
            differing[.servicesDiffer]?.finding.reason.contains(
                "lb1 and lb2 do not have the same services: tcp 10.0.0.100:80") ?? false)
        #expect(Self.found(try hosts(Self.web(vip: "10.0.0.101:80"))).isEmpty)
        #expect(Fleet(try hosts(Self.web(vip: "10.0.0.101:80"))).pairs.isEmpty)
    }

    @Test("A real server of DR has the VIP where it does not answer for it")
    func realServer() throws {
        func finding(_ network: NetworkFacts) throws -> [Finding] {
            Self.found([
                try Self.host("lb1", "10.0.0.2", [Self.web()], network: Self.network(on: "eth0")),
                try Self.host("rs1", "10.0.0.3", network: network),
            ]).values.map(\.finding)
        }
        #expect(try finding(Self.network()) == [])
        #expect(try finding(Self.network(on: nil)).map(\.id) == [.vipMissingOnServer])
        let answering = try #require(try finding(Self.network(ignore: 0)).first)
        #expect(answering.id == .arpFlux && answering.severity == .error && answering["answers"] == 1)
        #expect(
            answering.reason.contains("rs1, a real server of lb1, answers ARP for 10.0.0.100 on eth0 (arp_ignore=0)"))
        #expect(try finding(Self.network(on: "eth0")).map(\.severity) == [.error])
        #expect(try finding(Self.network(on: "eth0", ignore: 8)) == [])
        let announcing = try #require(try finding(Self.network(announce: 1)).first)
        #expect(announcing.id == .arpFlux && announcing.severity == .warning && announcing["arp_announce"] == 1)
    }

    @Test("A real server that keeps idle connections longer than its director is told")
    func keepalive() throws {
        func found(_ timeout: UInt32?, _ asks: UInt32?, of server: String = "10.0.0.3") throws -> [Finding] {
            var director = try Self.host("lb1", "10.0.0.2", [Self.web()])
            director.picture.balancer?.configuration.timeouts.tcp = timeout
            var host = try Self.host("rs1", server)
            host.keepaliveTime = asks
            return Self.found([director, host]).values.map(\.finding)
        }
        let told = try #require(try found(900, 7200).first)
        #expect(told.id == .timeoutShort && told.severity == .info && told["keepalive_seconds"] == 7200)
        #expect(told.reason.contains("lb1 forgets a TCP connection after 900 s without a packet, and rs1 asks"))
        #expect(told.remedies == [.keepIdle(7500)])
        #expect(try found(7500, 7200) == [] && found(nil, 7200) == [] && found(900, nil) == [])
        #expect(try found(900, 7200, of: "10.0.0.9") == [])
    }

    @Test("One of IPv6 has it on an interface that is not asked")
    func neighbourDiscovery() throws {
        func ids(_ holder: String) throws -> [Finding.ID] {
            let vip = "2001:db8::100"
            return Self.found([
                try Self.host(
                    "lb1", "2001:db8::2", [Self.web(vip: "[\(vip)]:80")], network: Self.network(vip, on: "eth0")),
                try Self.host("rs1", "2001:db8::3", network: Self.network(vip, on: holder, ignore: 0, announce: 0)),
            ]).keys.map(\.self)
        }
        #expect(try ids("lo") == [])
        #expect(try ids("eth0") == [.neighbourDiscovery])
    }

    @Test("A real server of NAT answers by way of the director, and needs no VIP")
    func gateway() throws {
        func ids(_ gateway: String?) throws -> [Finding.ID] {
            var server = try Self.host("rs1", "10.0.0.3", network: NetworkFacts())
            if let gateway { server.gateways[try Self.address("10.0.0.3")] = try Self.address(gateway) }
            return Self.found([try Self.host("lb1", "10.0.0.2", [Self.web(.nat)]), server]).keys.map(\.self)
        }
        #expect(try ids("10.0.0.2") == [])
        #expect(try ids("10.0.0.254") == [.natGateway])
        #expect(try ids(nil) == [.natGateway])
    }

    @Test("Two directors that answer for the VIP are two owners; one that has it on lo is none")
    func owners() throws {
        func ids(_ holder: String?, ignore: Int = 0) throws -> [Finding.ID] {
            Self.found([
                try Self.host(
                    "lb1", "10.0.0.2", [Self.web()], daemons: [Self.daemon(1)],
                    network: Self.network(on: "eth0", ignore: 0)),
                try Self.host(
                    "lb2", "10.0.0.5", [Self.web()], daemons: [Self.daemon(2)],
                    network: Self.network(on: holder, ignore: ignore)),
            ]).keys.map(\.self)
        }
        #expect(try ids(nil) == [])
        #expect(try ids("lo") == [])
        #expect(try ids("eth0") == [.vipTwoOwners])
        #expect(try ids("eth0", ignore: 8) == [])
    }

    @Test("Names differ, and are no longer than they need to be")
    func names() {
        func origin(_ host: String, _ netns: String?) -> Origin {
            Origin(takenAt: Moment(nanoseconds: 0), host: host, kernelRelease: "6.12.0", networkNamespace: netns)
        }
        let origins = [origin("lb1", nil), origin("rs", "a"), origin("rs", "b"), origin("x", nil), origin("x", nil)]
        let captures = ["1.tar", "2.tar", "3.tar", "4.tar", "5.tar"]
        #expect(FleetHost.names(origins, captures) == ["lb1", "rs/a", "rs/b", "4.tar", "5.tar"])
    }
}
