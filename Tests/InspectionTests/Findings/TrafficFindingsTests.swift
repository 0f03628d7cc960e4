import Addresses
import Conntrack
import Firewall
import IPVS
import ObservationSupport
import Testing

@testable import Inspection

struct TrafficFindingsTests {
    /// The findings about the first subject.
    private func findings(_ observation: Observation) throws -> [Finding] {
        observation.findings(about: try #require(observation.subjects.first))
    }

    private static let notConfirming = Remedy.set([.init("net.ipv4.vs.conntrack", 0)])

    private func accept(_ packets: Remedy.Accepted) throws -> Remedy {
        .accept(packets, to: try at("10.0.0.100:80").address)
    }

    @Test("Dropped INVALID packets of a DR service are an error, with the counts")
    func dropped() throws {
        let found = try findings(.of(Counts.filtered().counts, connections: ["ESTABLISHED": 2]))
        #expect(found.map(\.id) == [.invalidDropped])
        #expect(found[0].severity == .error)
        #expect(found[0].subject == .service(try tcp("10.0.0.100:80")))
        #expect(
            found[0].evidence.map(\.name) == ["dropped", "packets", "fin", "rst", "icmp_error", "still_established"])
        #expect(found[0].evidence.map(\.value) == [7, 15, 5, 1, 1, 2])
        #expect(found[0].remedies == [try accept(.endsAndErrors)])
    }

    @Test("Other drops, of NAT, or for an address, are a warning: a filter may intend them")
    func others() throws {
        var syns = try Counts()
        syns.way(.syn, .new, 3, passed: 0)
        let nat = try ObservedSubject.service("10.0.0.100:80", .tcp, "10.0.0.3:8080", .nat)
        let address = try ObservedSubject.address("10.0.0.100:80")
        for observation in [
            try Observation.of(syns.counts), try .of(Counts.filtered().counts, [nat]),
            try .of(Counts.filtered().counts, [address]),
        ] {
            let found = try findings(observation)
            #expect(found.map(\.id) == [.packetsDropped])
            #expect(found[0].severity == .warning && found[0].remedies.isEmpty)
        }
    }

    @Test("Packets that pass are informational and need no action; packets that disappear on the way are a warning")
    func passed() throws {
        var counts = try Counts()
        counts.way(.syn, .new, 1)
        #expect(try findings(.of(counts.counts)).map(\.severity) == [.info])
        counts.add(.preRouting, .fin, .invalid, 3)
        counts.add(.localOut, .rst, .untracked, 2)
        let found = try findings(.of(counts.counts))
        #expect(found.map(\.id) == [.lostBeforeLocalIn, .nothingDropped, .lostBeforePostRouting])
        #expect(found.map { $0["lost"] } == [3, nil, 2])
        #expect(try Observation.of([]).findings.map(\.id) == [.nothingSeen])
    }

    // MARK: INVALID ACKs

    @Test("ACKs INVALID because of vs.conntrack=1: if all services are DR, the setting is the remedy")
    func confirmed() throws {
        let found = try findings(.of(Counts.confirmed().counts, vsConntrack: "1"))
        #expect(found[0].remedies == [Self.notConfirming, try accept(.endsAndErrors)])
        let cured = try findings(.of(Counts.confirmedAndMended().counts, vsConntrack: "1"))
        #expect(cured[0].remedies == [Self.notConfirming])
    }

    @Test("With NAT beside DR the remedy is notrack, even if the NAT service is not observed")
    func mixed() throws {
        var observation = try Observation.of(Counts.confirmed().counts, vsConntrack: "1")
        observation.services.append(try service(tcp("10.0.0.101:80"), [("10.0.0.3:80", .nat)]))
        #expect(try findings(observation)[0].remedies == [.notrack([try tcp("10.0.0.100:80")]), .readManual])
        // Of several DR services, the one whose packets were dropped.
        observation.services.append(try service(tcp("10.0.0.102:80"), [("10.0.0.3:80", .tun)]))
        #expect(try findings(observation)[0].remedies.first == .notrack([try tcp("10.0.0.100:80")]))
    }

    @Test("The plan passes on services that are not observed")
    func plan() throws {
        let nat = try service(tcp("10.0.0.101:80"), [("10.0.0.3:80", .nat)])
        let dr = try ObservedSubject.service("10.0.0.100:80")
        var observation = try Observation.of([])
        observation.take([], ObservationPlan([dr], services: [nat]))
        #expect(observation.services.map(\.identity) == [nat.identity])
        observation.take([], ObservationPlan([dr]))
        #expect(observation.services.map(\.identity) == [try tcp("10.0.0.100:80")])
    }

    @Test("tcp_loose=0 makes them INVALID too: both settings at once")
    func strict() throws {
        var observation = try Observation.of(Counts.confirmedAndMended().counts, vsConntrack: "1")
        observation.sysctls.values[Sysctls.tcpLoose] = "0"
        let both = Remedy.set([.init("net.ipv4.vs.conntrack", 0), .init(Sysctls.tcpLoose, 1)])
        #expect(try findings(observation)[0].remedies == [both])
    }

    // MARK: Answers

    private func answers(_ conntrack: String, known: UInt64 = 0, _ packetClass: PacketClass = .synAck) throws
        -> Observation
    {
        let nat = try ObservedSubject.service("10.0.0.100:80", .tcp, "10.0.0.3:8080", .nat)
        var counts = try Counts("10.0.0.3:8080")
        counts.add(.forward, packetClass, .invalid, 7)
        for point in [ObservationPoint.forward, .forwardPassed] { counts.add(point, .ack, .established, known) }
        return try .of(counts.counts, [nat], vsConntrack: conntrack)
    }

    @Test("Dropped answers are an error; without confirmation the remedy is the setting, and notrack for DR")
    func nat() throws {
        let found = try findings(answers("0"))
        #expect(found.map(\.id) == [.vsConntrackNAT])
        #expect(found[0].severity == .error && found[0]["dropped"] == 7)
        #expect(found[0].remedies == [.set([.init("net.ipv4.vs.conntrack", 1)])])
        #expect(try findings(answers("1")).map(\.id) == [.answersDropped])
        // If other answers are tracked, a stray FIN does not point to the setting; a SYN+ACK does.
        #expect(try findings(answers("0", known: 9, .fin)).map(\.id) == [.answersDropped])
        #expect(try findings(answers("0", known: 9)).map(\.id) == [.vsConntrackNAT])
        var mixed = try answers("0")
        mixed.services.append(try service(tcp("10.0.0.101:80"), [("10.0.0.3:80", .dr)]))
        #expect(try findings(mixed)[0].remedies.contains(.notrack([try tcp("10.0.0.101:80")])))
    }

    // MARK: Silence

    @Test("No drops is only claimed if everything was counted, for long enough, with no drop anywhere")
    func quiet() throws {
        var counts = try Counts()
        counts.way(.fin, .invalid, 2)
        let quiet = try Observation.of(counts.counts)
        #expect(quiet.quietSeconds == 30)
        var short = quiet
        short.to = Moment(nanoseconds: short.from.nanoseconds + 1_000_000_000)
        var partial = quiet
        partial.losses = [Loss("packets", "a set is full")]
        var noticed = quiet
        noticed.notices = [.leftOut(.ipv6)]
        var elsewhere = quiet
        elsewhere.elsewhere[try at("10.0.0.100:1").address] = try Observation.of(Counts.filtered().counts).subjects[0]
            .traffic
        for observation in [short, partial, noticed, elsewhere, try .of(Counts.filtered().counts)] {
            #expect(observation.quietSeconds == nil)
        }
    }
}
