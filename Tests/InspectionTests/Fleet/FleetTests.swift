import Addresses
import Conntrack
import Firewall
import IPVS
import Reports
import Sockets
import Testing

@testable import Inspection

@Suite("What several hosts say of the same connections")
struct FleetTests {
    /// Seconds since the epoch, of the directors' clocks.
    private static let now: UInt64 = 1_800_000_000

    private static func origin(_ host: String, _ second: UInt64 = now) -> Origin {
        Origin(
            takenAt: Moment(nanoseconds: second * 1_000_000_000), host: host, kernelRelease: "6.12.0",
            networkNamespace: nil)
    }

    private static let web = "10.0.0.100:80"

    private static func service(
        _ method: ForwardingMethod = .dr, weights: [UInt32] = [1, 1]
    ) throws -> Service {
        var service = try InspectionTests.service(tcp(web), [("10.0.0.3:80", method), ("10.0.0.4:80", method)])
        for (place, weight) in weights.enumerated() { service.destinations[place].weight = weight }
        return service
    }

    private static func director(
        _ name: String, _ connections: [Connection], _ service: Service, own: String = "10.0.0.2",
        daemon: (state: UInt32, id: UInt32)? = nil, at second: UInt64 = now, isWhole: Bool = true
    ) throws -> FleetHost {
        var settings = sysctls(conntrack: "0")
        settings.values[Sysctls.syncThreshold] = "3\t50"
        var picture = DirectorPicture(origin(name, second), settings: settings)
        var configuration = Director.Configuration()
        configuration.timeouts.tcp = 900
        if let daemon {
            var running = Daemon()
            (running.state, running.syncID, running.interface) = (daemon.state, daemon.id, "eth0")
            configuration.daemons = [running]
        }
        picture.balancer = .init(configuration, [service], [])
        var host = FleetHost(name, picture, addresses: [try #require(IPAddress(own)): ["eth0"]])
        var store = FlowStore()
        let context = FlowContext(settings, localAddresses: Set(host.addresses.keys))
        store.read([service], connections, at: 0, context, orphansAreKnown: true)
        var snapshot = FlowSnapshot(
            picture.origin, sysctls: settings, services: [service], report: FlowReport(store, settings), losses: [])
        if !isWhole { snapshot.connections.known += 1 }
        host.take(snapshot)
        return host
    }

    private static func server(
        _ name: String, _ own: String, _ sockets: [TCPSocket] = [], _ entries: [Entry] = [], at second: UInt64 = now
    ) throws -> FleetHost {
        let address = try #require(IPAddress(own))
        var served = ServedConnections(of: [address, try at(web).address])
        for socket in sockets { served.take(socket) }
        for entry in entries { served.take(entry) }
        let picture = DirectorPicture(origin(name, second), settings: Sysctls())
        return FleetHost(name, picture, addresses: [address: ["eth0"]], served: served)
    }

    private static func socket(
        _ client: String, _ state: TCPSocketState = .established, ended: UInt32? = nil, received: UInt32? = nil,
        local: String = web
    ) throws -> TCPSocket {
        TCPSocket(state, local: try at(local), remote: try at(client), ended: ended, lastReceived: received)
    }

    private static func verdicts(_ hosts: [FleetHost]) -> [String: FleetVerdict] {
        var found: [String: FleetVerdict] = [:]
        Fleet(hosts).forEachConnection { found["\($0.key.client)"] = $0.verdict }
        return found
    }

    private static func idle(_ seconds: UInt32, _ client: String, _ server: String = "10.0.0.3:80") throws -> Connection
    {
        try connection(client, web, server, expires: 900 - seconds)
    }

    @Test("A socket decides, and without one whether its connection can have ended before the director was read")
    func judged() throws {
        let connections = try [
            Self.idle(100, "10.0.0.1:1"), Self.idle(100, "10.0.0.1:2"), Self.idle(5, "10.0.0.1:3"),
            Self.idle(100, "10.0.0.1:4"), Self.idle(100, "10.0.0.1:5"), Self.idle(100, "10.0.0.1:6", "10.0.0.9:80"),
            connection("10.0.0.1:7", Self.web, "10.0.0.3:80", state: "SYN_RECV", expires: 20),
            connection("10.0.0.1:8", Self.web, "10.0.0.3:80", state: "FIN_WAIT", expires: 100),
        ]
        let sockets = try [
            Self.socket("10.0.0.1:1"), Self.socket("10.0.0.1:4", .finWait2),
            Self.socket("10.0.0.1:5", .timeWait, ended: 30_000),
        ]
        let hosts = [
            try Self.director("lb1", connections, Self.service()), try Self.server("rs1", "10.0.0.3", sockets),
        ]
        #expect(
            Self.verdicts(hosts) == [
                "10.0.0.1:1": .open, "10.0.0.1:2": .stuck, "10.0.0.1:3": .unclear, "10.0.0.1:4": .halfClosed,
                "10.0.0.1:5": .stuck, "10.0.0.1:6": .unknown, "10.0.0.1:7": .unanswered, "10.0.0.1:8": .closing,
            ])
        // A real server that was read a minute later proves less: what it lacks may have ended since, or less than a minute ago.
        let later = [hosts[0], try Self.server("rs1", "10.0.0.3", sockets, at: Self.now + 60)]
        #expect(Self.verdicts(later)["10.0.0.1:2"] == .unclear && Self.verdicts(later)["10.0.0.1:5"] == .unclear)
        // One that was read a minute earlier proves it of what had been idle before.
        let earlier = [hosts[0], try Self.server("rs1", "10.0.0.3", sockets, at: Self.now - 60)]
        #expect(Self.verdicts(earlier)["10.0.0.1:2"] == .stuck && Self.verdicts(earlier)["10.0.0.1:3"] == .unclear)
        let before = [hosts[0], try Self.server("rs1", "10.0.0.3", sockets, at: Self.now - 95)]
        #expect(Self.verdicts(before)["10.0.0.1:2"] == .unclear)
    }

    @Test("Three connections that agree show how clocks differ, and the verdicts are by that")
    func clocks() throws {
        let open = (1...3).map { "10.0.0.1:\($0)" }
        let connections = try open.map { try Self.idle(200, $0) } + [Self.idle(100, "10.0.0.1:9")]
        // Its clock is an hour ahead; the last packets came 201 s before the director was read, and it was read 2 s later.
        let sockets = try open.map { try Self.socket($0, received: 202_500) }
        let hosts = [
            try Self.director("lb1", connections, Self.service()),
            try Self.server("rs1", "10.0.0.3", sockets, at: Self.now + 3602),
        ]
        let clock = try #require(Fleet(hosts).clocks[.init(director: 0, other: 1)])
        #expect(clock.ahead == 3_599_500 && clock.connections == 3)
        #expect(Self.verdicts(hosts)["10.0.0.1:9"] == .stuck)
        let two = [hosts[0], try Self.server("rs1", "10.0.0.3", Array(sockets.dropLast()), at: Self.now + 3602)]
        #expect(Fleet(two).clocks.isEmpty && Self.verdicts(two)["10.0.0.1:9"] == .unclear)
        let found = FleetReport(Fleet(hosts)).findings.filter { $0.finding.id == .clocksDiffer }
        #expect(
            found.map(\.finding.reason).first?.hasPrefix("The clock of rs1 is 3599.5 s ahead of that of lb1") ?? false)
    }

    @Test("Connections that had packets in between do not show it, unless half agree", arguments: [0, 3, 4])
    func disturbed(_ others: Int) {
        let differences = [10, 500, 1200] + (0..<others).map { Int64(20_000 * ($0 + 1)) }
        let clock = FleetClock(differences)
        #expect((clock == nil) == (others > 3))
        #expect(clock.map { $0.ahead == 500 && $0.connections == 3 } ?? true)
    }

    @Test("What a real server has open, and no director has, is lost, unless it may be newer or had time to end")
    func lost() throws {
        let sockets = try [
            Self.socket("10.0.0.1:1", received: 60_000), Self.socket("10.0.0.1:2", received: 1_000),
            Self.socket("10.0.0.1:3", .timeWait, ended: 1000),
            Self.socket("10.0.0.1:4", received: 60_000, local: "10.0.0.100:22"),
            Self.socket("10.0.0.1:5", received: 60_000),
        ]
        let lb = try Self.director("lb1", [Self.idle(60, "10.0.0.1:5")], Self.service())
        func lost(at second: UInt64, _ director: FleetHost) throws -> [String] {
            Self.verdicts([director, try Self.server("rs1", "10.0.0.3", sockets, at: second)])
                .filter { $0.value == .lost }.keys.sorted()
        }
        #expect(try lost(at: Self.now, lb) == ["10.0.0.1:1"])
        #expect(try lost(at: Self.now + 45, lb) == ["10.0.0.1:1"])
        #expect(try lost(at: Self.now + 55, lb) == [])
        #expect(try lost(at: Self.now - 30, lb) == [])
        // What was not read may have it.
        let part = try Self.director("lb1", [Self.idle(60, "10.0.0.1:5")], Self.service(), isWhole: false)
        #expect(try lost(at: Self.now, part) == [])
        // By NAT the real server's own address has them, and clients may come to it directly.
        let nat = try Self.director("lb1", [], Self.service(.nat))
        #expect(try lost(at: Self.now, nat) == [])
    }

    @Test("By NAT the real server is asked for its own address")
    func nat() throws {
        let connections = try [Self.idle(100, "10.0.0.1:1"), Self.idle(100, "10.0.0.1:2")]
        let hosts = [
            try Self.director("lb1", connections, Self.service(.nat)),
            try Self.server("rs1", "10.0.0.3", [Self.socket("10.0.0.1:1", local: "10.0.0.3:80")]),
        ]
        #expect(Self.verdicts(hosts) == ["10.0.0.1:1": .open, "10.0.0.1:2": .stuck])
    }

    @Test("Of UDP and SCTP the real server's entries decide; without one nothing is known")
    func otherProtocols() throws {
        func verdicts(_ transport: IPProtocol, _ ipvs: ConnectionState, _ state: ProtocolState?) throws
            -> [FleetVerdict?]
        {
            var service = try Self.service()
            service.identity = .address(transport, try at(Self.web))
            let connections = try [1, 2].map {
                try connection("10.0.0.1:\($0)", Self.web, "10.0.0.3:80", transport, state: ipvs)
            }
            var entry = try entry("10.0.0.1:1", Self.web, transport)
            entry.state = state
            let found = Self.verdicts([
                try Self.director("lb1", connections, service), try Self.server("rs1", "10.0.0.3", [], [entry]),
            ])
            return [found["10.0.0.1:1"], found["10.0.0.1:2"]]
        }
        func sctp(_ state: UInt8) -> ProtocolState {
            var sctp = ProtocolState.SCTP()
            sctp.state = state
            return .sctp(sctp)
        }
        #expect(try verdicts(.udp, "UDP", nil) == [.open, .unknown])
        // ESTABLISHED, SHUTDOWN_SENT and SHUTDOWN_ACK_SENT (include/uapi/linux/netfilter/nf_conntrack_sctp.h).
        #expect(try verdicts(.sctp, "ESTABLISHED", sctp(4)) == [.open, .unknown])
        #expect(try verdicts(.sctp, "ESTABLISHED", sctp(5)) == [.halfClosed, .unknown])
        #expect(try verdicts(.sctp, "ESTABLISHED", sctp(7)) == [.stuck, .unknown])
    }

    @Test("Where sockets are elsewhere, or unknown, the real server's entries decide")
    func entries() throws {
        func entry(_ client: String, _ state: UInt8, _ status: Status = [.confirmed]) throws -> Entry {
            var entry = try InspectionTests.entry(client, Self.web, status: status)
            entry.state = .tcp(.init(state: state))
            return entry
        }
        let connections = try (1...3).map { try Self.idle(100, "10.0.0.1:\($0)") }
        let entries = try [
            entry("10.0.0.1:1", 3, [.confirmed, .destinationNAT]), entry("10.0.0.1:2", 3), entry("10.0.0.1:3", 7),
        ]
        let lb = try Self.director("lb1", connections, Self.service())
        var rs = try Self.server("rs1", "10.0.0.3", [], entries)
        #expect(Self.verdicts([lb, rs]) == ["10.0.0.1:1": .open, "10.0.0.1:2": .stuck, "10.0.0.1:3": .stuck])
        rs.served.socketsMissing = "an earlier version took it"
        #expect(Self.verdicts([lb, rs]) == ["10.0.0.1:1": .open, "10.0.0.1:2": .open, "10.0.0.1:3": .stuck])
        rs.served = ServedConnections(of: [])
        rs.served.socketsMissing = "an earlier version took it"
        #expect(Set(Self.verdicts([lb, rs]).values) == [.unknown])
    }

    @Test("The backup should have what is established and had packets enough; each connection counts once")
    func backups() throws {
        func with(_ packets: UInt32, _ client: String, _ flags: ConnectionDetails.Flags = []) throws -> Connection {
            var made = try Self.idle(20, client)
            made.details = ConnectionDetails(.dr, flags: flags, packets: packets)
            return made
        }
        let master = try Self.director(
            "lb1", [with(9, "10.0.0.1:1"), with(9, "10.0.0.1:2"), with(1, "10.0.0.1:3")], Self.service(), daemon: (1, 7)
        )
        let backup = try Self.director(
            "lb2", [with(0, "10.0.0.1:1", .synchronized)], Self.service(), own: "10.0.0.5", daemon: (2, 7))
        let fleet = Fleet([backup, master])
        var found: [String: ([Int], [Int], Int?)] = [:]
        fleet.forEachConnection { found["\($0.key.client)"] = ($0.backups, $0.missing, $0.director) }
        #expect(found.count == 3 && found.allSatisfy { $0.value.2 == 1 })
        #expect(found["10.0.0.1:1"]?.0 == [0] && found["10.0.0.1:1"]?.1 == [])
        #expect(found["10.0.0.1:2"]?.0 == [] && found["10.0.0.1:2"]?.1 == [0])
        #expect(found["10.0.0.1:3"]?.1 == [])
        #expect(fleet.roles(of: 0) == ["backup director"] && fleet.roles(of: 1) == ["director"])
        let report = FleetReport(fleet)
        #expect(report.findings.map(\.finding.id) == [.fleetMissing])
        #expect(report.findings.first?.hosts == [1, 0])
    }

    @Test("One that was only told of a connection has it, if nobody else does")
    func takenOver() throws {
        var told = try Self.idle(100, "10.0.0.1:1")
        told.details = ConnectionDetails(.dr, flags: .synchronized, packets: 0)
        let hosts = [
            try Self.director("lb2", [told], Self.service()),
            try Self.server("rs1", "10.0.0.3", [Self.socket("10.0.0.1:1")]),
        ]
        #expect(Self.verdicts(hosts) == ["10.0.0.1:1": .open])
        // Its timer says nothing of its last packet.
        #expect(Self.verdicts([hosts[0], try Self.server("rs1", "10.0.0.3")]) == ["10.0.0.1:1": .unclear])
    }
}
