import Addresses
import Conntrack
import IPVS

@testable import Inspection

extension CheckTests {
    @Sendable private static func sip(_ port: UInt16 = 5060, engine: String? = nil) throws -> Service {
        var web = try DirectorFacts.web("10.0.0.100:\(port)", .nat)
        web.identity = .address(.udp, try at("10.0.0.100:\(port)"))
        web.persistenceEngine = engine
        return web
    }

    static let kernelParts = [
        Case("helpers", .error) {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .nat)
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .nat)
            $0.host.modules = .known(["ip_vs", "ip_vs_ftp"])
        },
        // Where IPVS is built in, its helper may be, too.
        Case("helpers", .error) {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .nat)
        } butNot: {
            $0.web = try DirectorFacts.web("10.0.0.100:21", .nat)
            $0.host.modules = .known(["nf_conntrack"])
        },
        Case("helpers", .info, ["destinations": 2]) {
            $0.web = try sip()
        } butNot: {
            $0.web = try sip(engine: "sip")
        },
        // With one real server all calls go there.
        Case("helpers", .info) {
            $0.web = try sip()
        } butNot: {
            $0.web = try sip()
            $0.web.destinations[0].weight = 0
        },
        Case("modules", .error) {
            $0.web.scheduler = "none"
        } butNot: {
            $0.web.scheduler = "rr"
        },
        Case("modules", .info) {
            $0.table = .unreadable("the kernel has no such thing")
            $0.host.modules = .known(["ip_vs", "nf_conntrack"])
        } butNot: {
            $0.table = .unreadable("the kernel has no such thing")
            $0.host.modules = .known(["ip_vs", "nf_conntrack", "nf_conntrack_netlink"])
        },
        // Built in, neither is listed.
        Case("modules", .info) {
            $0.table = .unreadable("the kernel has no such thing")
            $0.host.modules = .known(["nf_conntrack"])
        } butNot: {
            $0.table = .unreadable("the kernel has no such thing")
            $0.host.modules = .known(["ip_vs"])
        },
        Case("expect-max", .error, ["expectations": 100, "limit": 100]) {
            $0.expect(made: 700, gone: 600)
        } butNot: {
            $0.expect(made: 700, gone: 611)
        },
        // A CPU's counter has wrapped.
        Case("expect-max", .warning, ["expectations": 90]) {
            $0.expect(made: 50, gone: .max - 39)
        } butNot: {
            $0.expect(made: 50, gone: 60)
        },
        Case("v6-missing", .info, ["services": 1, "of_both_families": 1]) {
            $0.add(try DirectorFacts.web("[2001:db8::100]:80", .dr))
            $0.add(try DirectorFacts.web("10.0.0.100:443", .dr))
        } butNot: {
            $0.add(try DirectorFacts.web("[2001:db8::100]:80", .dr))
        },
        // Where nothing is of both families nothing is meant to be.
        Case("v6-missing", .info, ["services": 1]) {
            $0.services = .known([
                Service(.fwmark(7, .ipv4)), Service(.fwmark(8, .ipv4)), Service(.fwmark(7, .ipv6)),
            ])
        } butNot: {
            $0.services = .known([
                try DirectorFacts.web("[2001:db8::100]:80", .dr), try DirectorFacts.web("10.0.0.100:80", .dr),
                Service(.fwmark(8, .ipv4)),
            ])
        },
    ]

    @Sendable private static func sample(
        _ count: Int, _ state: ConnectionState = "ESTABLISHED", expires: UInt32 = 800, from port: UInt16 = 1000
    ) throws -> ConnectionSample {
        var sample = ConnectionSample()
        for number in 0..<UInt16(count) {
            sample.take(
                Connection(
                    .tcp, client: .init(try at("192.0.2.1:1").address, port + number), virtual: try at("10.0.0.100:80"),
                    destination: try at("10.0.0.3:80"), state: state, expires: expires))
        }
        return sample
    }

    /// After 30 s.
    static let stuck = [
        Case("stuck-established", .warning, ["established": 10, "without_packets": 10, "new": 10, "seconds": 30]) {
            $0.window?.sample = .known(try sample(10, expires: 800))
            $0.sample = .known(try sample(20, expires: 770))
        } butNot: {
            $0.window?.sample = .known(try sample(10, expires: 800))
            $0.sample = .known(try sample(19, expires: 770))
        },
        // One that has ended shows that ends get here.
        Case("stuck-established", .warning) {
            $0.window?.sample = .known(try sample(40, expires: 800))
            $0.sample = .known(try sample(60, expires: 771))
        } butNot: {
            $0.window?.sample = .known(try sample(1, "FIN_WAIT", expires: 20, from: 9000))
            $0.sample = .known(try sample(60, expires: 771))
        },
        // Those that have packets are in use.
        Case("stuck-established", .warning) {
            $0.window?.sample = .known(try sample(20, expires: 800))
            $0.sample = .known(try sample(40, expires: 770))
        } butNot: {
            $0.window?.sample = .known(try sample(20, expires: 800))
            $0.sample = .known(try sample(40, expires: 790))
        },
        // What a backup knows comes from its master.
        Case("stuck-established", .warning) {
            $0.run(1)
            $0.window?.sample = .known(try sample(20, expires: 800))
            $0.sample = .known(try sample(40, expires: 770))
        } butNot: {
            $0.run(2)
            $0.window?.sample = .known(try sample(20, expires: 800))
            $0.sample = .known(try sample(40, expires: 770))
        },
    ]
}

extension DirectorFacts {
    /// Expectations of two CPUs, of whose counters each may wrap.
    fileprivate mutating func expect(made: UInt32, gone: UInt32) {
        var table = Self.table(origin, entries: 1)
        table.cpus = [
            CPUStatistics(cpu: 0, counters: [.init(.expectations, 2): made, .init(.expectations, 3): 0]),
            CPUStatistics(cpu: 1, counters: [.init(.expectations, 2): 0, .init(.expectations, 3): gone]),
        ]
        self.table = .known(table)
    }
}
