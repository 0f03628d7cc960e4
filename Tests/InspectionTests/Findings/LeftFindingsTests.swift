import Addresses
import Conntrack
import IPVS
import Testing

@testable import Inspection
@testable import Reports

/// Connections and templates of destinations that were removed, or have weight 0.
struct LeftFindingsTests {
    private let vip = "10.0.0.100:80"
    private let kept = "10.0.0.3:80"
    private let left = "10.0.0.9:80"

    private func sysctls(_ value: String?) -> Sysctls {
        var sysctls = Sysctls()
        sysctls.values[Sysctls.ipvsConntrack] = "0"
        sysctls.values[Sysctls.expireNodest] = value
        sysctls.values[Sysctls.expireQuiescent] = value
        return sysctls
    }

    private func findings(
        _ services: [Service], _ connections: [Connection], _ value: String? = "0"
    ) -> [Finding] {
        let report = flows(connections, services, [], sysctls(value))
        return FlowFindings(FlowTally(report), services, sysctls(value)).all.filter {
            $0.id == .leftGone || $0.id == .leftDrained
        }
    }

    private func connections(_ details: ConnectionDetails? = nil) throws -> [Connection] {
        var template = try connection("10.0.0.2:0", vip, left, state: "NONE")
        template.details = details.map { ConnectionDetails($0.method, flags: $0.flags.union(.template)) }
        return [
            try connection("10.0.0.1:1", vip, kept, details: details),
            try connection("10.0.0.1:2", vip, left, details: details), template,
        ]
    }

    private func service(drained: Bool) throws -> Service {
        var service = try InspectionTests.service(tcp(vip), [(kept, .dr)])
        guard drained else { return service }
        service.destinations.append(Destination(try at(left), .dr))
        return service
    }

    @Test(
        "Of a destination that is gone IPVS drops the packets, or ends the connections, by expire_nodest_conn",
        arguments: [
            ("0", .warning, "silently drops"), ("1", .info, "ends a connection"), (nil, .info, "could not be read"),
        ]
            as [(String?, Finding.Severity, String)], [nil, ConnectionDetails(.dr)])
    func gone(_ setting: (value: String?, severity: Finding.Severity, words: String), details: ConnectionDetails?)
        throws
    {
        let found = findings([try service(drained: false)], try connections(details), setting.value)
        #expect(found.map(\.id) == [.leftGone] && found.first?.severity == setting.severity)
        #expect(found.first?["connections"] == 1 && found.first?["templates"] == 1)
        let reason = try #require(found.first?.reason)
        #expect(reason.hasPrefix("1 connection and 1 persistence template are of 10.0.0.9:80, no destination of tcp"))
        #expect(reason.contains(setting.words) && reason.contains("templates bind nobody"))
        #expect(found.first?.remedies.isEmpty == (setting.value != "0"))
    }

    @Test(
        "One of weight 0 keeps its connections, and by expire_quiescent_template the clients of its templates",
        arguments: [("0", "clients stay"), ("1", "clients leave"), (nil, "could not be read")] as [(String?, String)])
    func drained(value: String?, words: String) throws {
        let found = findings([try service(drained: true)], try connections(), value)
        #expect(found.map(\.id) == [.leftDrained] && found.first?.severity == .info)
        let reason = try #require(found.first?.reason)
        #expect(reason.contains("with weight 0: the connections go on until they end") && reason.contains(words))
        #expect(!reason.contains("UDP"))
    }

    @Test("A connection of UDP does not end while its client sends")
    func udp() throws {
        var service = Service(.address(.udp, try at("10.0.0.100:53")))
        service.destinations = [Destination(try at("10.0.0.9:53"), .dr)]
        let found = findings(
            [service], [try connection("10.0.0.1:2", "10.0.0.100:53", "10.0.0.9:53", .udp, state: "UDP")])
        #expect(found.first?.reason.contains("those of UDP do not end while their clients send") == true)
    }

    @Test("Nothing is said of what another director told of, of what a helper made, or of templates that bind nobody")
    func silent() throws {
        let served = try service(drained: false)
        #expect(findings([served], try connections(ConnectionDetails(.dr, flags: .synchronized))).isEmpty)
        let data = try connection("10.0.0.1:2", "10.0.0.100:20", "10.0.0.3:20")
        #expect(findings([served], [data]).isEmpty)
        let invalidated = try connection("10.0.0.1:0", "10.0.0.100:65535", "10.0.0.9:65535", state: "NONE")
        #expect(findings([served], [invalidated]).isEmpty)
        let bypassed = try connection("10.0.0.1:2", "192.0.2.1:80", "0.0.0.0:0", details: ConnectionDetails(.bypass))
        #expect(findings([served], [bypassed]).isEmpty)
    }

    @Test("Without its service a destination is gone, unless another service of the VIP has it")
    func withoutService() throws {
        let rows = [try connection("10.0.0.1:2", vip, left)]
        let found = findings([], rows)
        #expect(found.map(\.subject) == [.director] && found.first?.reason.contains("of any service for it") == true)
        #expect(findings([try InspectionTests.service(tcp("10.0.0.100:443"), [(left, .dr)])], rows).isEmpty)
        #expect(findings([try InspectionTests.service(tcp("10.0.0.101:80"), [(left, .dr)])], rows).count == 1)
    }

    @Test("A destination that was added while connections were read is not gone")
    func added() throws {
        var store = FlowStore()
        store.begin([try service(drained: false)], at: 0)
        store.take(try connections())
        store.endConnections(isWhole: true)
        store.endEntries(isWhole: true)
        #expect(store.hasGone)
        store.takeAgain([try service(drained: true)], areAll: true)
        #expect(!store.hasGone)
        store.finish()
        #expect(FlowTally(store).left.keys.map(\.standing) == [.drained])
    }

    @Test("Services none of whose destinations takes connections are called out, and others not")
    func idle() throws {
        var full = try InspectionTests.service(tcp("10.0.0.101:80"), [(kept, .dr)])
        full.destinations[0].upperThreshold = 5
        full.destinations[0].activeConnections = 5
        var idle = try service(drained: true)
        idle.destinations.removeFirst()
        let services = [try service(drained: true), idle, full]
        let origin = Origin(
            takenAt: Moment(nanoseconds: 0), host: "lb1", kernelRelease: "6.1.0", networkNamespace: nil)
        let snapshot = FlowSnapshot(
            origin, sysctls: sysctls("0"), services: services, report: FlowReport(FlowStore(), sysctls("0")), losses: []
        )
        #expect(snapshot.idleServices.map(\.subject) == [.service(idle.identity), .service(full.identity)])
        let lines = snapshot.servicesRemarks(Director.Configuration())
        #expect(
            lines.allSatisfy { $0.hasPrefix("tcp 10.0.0.10") && $0.contains("No destination of the service takes") })
    }
}
