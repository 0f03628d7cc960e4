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
        counts.add(.preRoutingPassed, .fin, .invalid, 3)
        counts.add(.localInPassed, .udp, .new, 1)
        counts.add(.localOut, .rst, .untracked, 2)
        let found = try findings(.of(counts.counts))
        #expect(found.map(\.id) == [.lostBeforeLocalIn, .nothingDropped, .lostInIPVS, .lostBeforePostRouting])
        #expect(found.map { $0["lost"] } == [3, nil, 1, 2])
        #expect(try Observation.of([]).findings.map(\.id) == [.nothingSeen])
    }

    // MARK: INVALID ACKs

    @Test("ACKs INVALID because of vs.conntrack=1: if all services are DR, the setting is the remedy")
    func confirmed() throws {
        let found = try findings(.of(Counts.confirmed().counts, vsConntrack: "1"))
        #expect(found[0].remedies == [Self.notConfirming, try accept(.endsAndErrors)])
        let cured = try findings(.of(Counts.confirmedAndMended().counts, vsConntrack: "1"))
        #expect(cured[0].remedies == [Self.notConfirming])
        // Only FINs came, sent again and again: accepting them would not make a page load.
        var ends = try Counts()
        ends.way(.fin, .invalid, 4, passed: 0)
        #expect(
            try findings(.of(ends.counts, vsConntrack: "1"))[0].remedies == [
                Self.notConfirming, try accept(.endsAndErrors),
            ])
        #expect(try findings(.of(ends.counts))[0].remedies == [try accept(.endsAndErrors)])
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

    // MARK: Other places and other rules

    @Test("INVALID packets dropped at PRE_ROUTING are as bad as those dropped at LOCAL_IN, and each place is a finding")
    func preRouting() throws {
        var counts = try Counts()
        counts.way(.syn, .new, 2)
        counts.add(.arrived, .fin, .unseen, 5)
        counts.add(.preRouting, .fin, .invalid, 3)
        let found = try findings(.of(counts.counts))
        #expect(found.map(\.id) == [.packetsDropped, .invalidDropped])
        #expect(found.map(\.severity) == [.warning, .error] && found.map { $0["dropped"] } == [2, 3])
        #expect(found[1].remedies == [try accept(.endsAndErrors)])
    }

    private func newACKs(_ more: (inout Counts) -> Void = { _ in }) throws -> Observation {
        var counts = try Counts()
        counts.way(.syn, .new, 2)
        counts.way(.ack, .new, 6, passed: 0)
        more(&counts)
        return try .of(counts.counts)
    }

    @Test("ACKs dropped as NEW where SYNs pass need notrack; accepting INVALID packets does not help")
    func newACKs() throws {
        let service = try tcp("10.0.0.100:80")
        let found = try findings(newACKs())
        #expect(found.map(\.id) == [.acksDropped] && found[0].severity == .error)
        #expect(found[0].remedies == [.exempt([service]), .readManual])
        let both = try findings(newACKs { $0.way(.fin, .invalid, 2, passed: 0) })
        #expect(both.map(\.id) == [.acksDropped] && both[0].remedies == [.exempt([service]), .readManual])
        // A filter that does not let the service pass.
        let closed = try findings(newACKs { $0.way(.syn, .new, 1, passed: 0) })
        #expect(closed.map(\.id) == [.packetsDropped] && closed[0].remedies.isEmpty)
        var acks = try Counts()
        acks.way(.syn, .new, 2)
        acks.way(.ack, .new, 6, passed: 0)
        let nat = try ObservedSubject.service("10.0.0.100:80", .tcp, "10.0.0.3:8080", .nat)
        #expect(try findings(.of(acks.counts, [nat])).map(\.id) == [.packetsDropped])
    }

    @Test("Before a catch-all or a policy the place is named; a rule in a table that is made again is not to be edited")
    func rules() throws {
        func remedies(_ change: (inout Blame) -> Void) throws -> [Remedy] {
            var observation = try Observation.of(Counts.filtered().counts)
            var blame = try Blame.of([.fin: 5, .rst: 1])
            change(&blame)
            observation.blame = [blame]
            return try findings(observation)[0].remedies
        }
        let address = try at("10.0.0.100:80").address
        let stateful = try remedies { $0.text = .known(statement: "ct state { invalid, new } drop", hook: nil) }
        #expect(stateful == [try accept(.endsAndErrors)])
        for statement in ["reject", "meta l4proto tcp counter drop"] {
            var rule: DroppingRule?
            let found = try remedies {
                $0.text = .known(statement: statement, hook: nil)
                rule = $0.rule
            }
            #expect(found == [.acceptBefore(.endsAndErrors, to: address, try #require(rule))])
        }
        let policy = try remedies { $0.rule.decision = .policy }
        guard case .acceptBefore(.endsAndErrors, _, let place)? = policy.first else {
            Issue.record("\(policy)")
            return
        }
        #expect(place.isPolicy && policy.count == 1)
        for text in [RuleText.unknown("gone"), .known(statement: "ct state vmap @states", hook: nil)] {
            #expect(try remedies { $0.text = text } == [try accept(.endsAndErrors)])
        }
        #expect(try remedies { $0.rule.table = "firewalld" } == [.advise, .readManual])
        #expect(try remedies { $0.managers = [.firehol] } == [.advise, .readManual])
        #expect(try remedies { $0.managers = [.ufw] } == [try accept(.endsAndErrors)])
    }

    @Test("A rule that was seen to drop elsewhere is not named")
    func elsewhere() throws {
        var observation = try Observation.of(Counts.filtered().counts)
        var blame = try Blame.of([:])
        let target = TracedKind.Target(try at("10.0.0.100:80").address, 80)
        func culprits(_ after: ObservationPoint) throws -> Drops.Culprits? {
            blame.dropped = [TracedKind(.fin, state: .invalid, protocol: .tcp, target: target, after: after): 5]
            observation.blame = [blame]
            guard case .drops(let drops) = try findings(observation)[0].context else { return nil }
            return drops.culprits
        }
        #expect(try culprits(.localIn) == .certain([.init(rule: blame.rule, packets: 5)]))
        for point in [ObservationPoint.arrived, .preRouting, .localOut] {
            #expect(try culprits(point) == Drops.Culprits.none)
        }
    }

    @Test(
        "Answers of a local destination that are INVALID at LOCAL_OUT: there confirming helps, unless others need the opposite"
    )
    func ownAnswers() throws {
        var counts = try Counts()
        counts.way(.syn, .new, 2)
        counts.counts.removeAll { $0.point.side == .leaving }
        counts.add(.delivered, .syn, .new, 2)
        counts.add(.answerOut, .synAck, .invalid, 2)
        let found = try findings(.of(counts.counts))
        #expect(found.map(\.id) == [.nothingDropped, .answersDropped])
        #expect(found[1].remedies == [.set([.init("net.ipv4.vs.conntrack", 1)])])
        var others = try Observation.of(counts.counts)
        others.services.append(try service(tcp("10.0.0.101:80"), [("10.0.0.3:80", .dr)]))
        #expect(try findings(others)[1].remedies == [.readManual])
        #expect(try findings(.of(counts.counts, vsConntrack: "1"))[1].remedies.isEmpty)
    }

    @Test("Counters outside netfilter are only told where packets are lost there")
    func outside() throws {
        var counts = try Counts()
        counts.way(.syn, .new, 1)
        func ids(_ growth: UInt64) throws -> [Finding.ID] {
            var observation = try Observation.of(counts.counts)
            observation.outside = [OutsideCounter("TcpExt.IPReversePathFilter"): growth, .softnet: 0]
            return observation.findings.map(\.id)
        }
        #expect(try ids(4) == [.nothingDropped])
        counts.add(.preRoutingPassed, .syn, .new, 3)
        #expect(try ids(0) == [.lostBeforeLocalIn, .nothingDropped])
        #expect(try ids(4) == [.lostBeforeLocalIn, .nothingDropped, .lostOutside])
        var observation = try Observation.of(counts.counts)
        observation.outside = [OutsideCounter("TcpExt.IPReversePathFilter"): 4]
        #expect(
            observation.findingOutside?["tcpext_ipreversepathfilter"] == 4 && observation.findingOutside?["lost"] == 3)
    }

    @Test("Counters of the family whose packets were lost are told, and not those of the other")
    func outsideOfFamily() throws {
        func found(_ end: String, _ counter: String) throws -> Finding? {
            var counts = try Counts(end)
            counts.way(.syn, .new, 1)
            counts.add(.preRoutingPassed, .syn, .new, 3)
            let service = try service(tcp(end), [(end.hasPrefix("[") ? "[2001:db8::3]:80" : "10.0.0.3:80", .dr)])
            var observation = try Observation.of(counts.counts, [.service(service)])
            observation.outside = [OutsideCounter(counter): 4, .softnet: 0]
            return observation.findingOutside
        }
        #expect(try found("[2001:db8::100]:80", "Ip6.InNoRoutes")?["ip6_innoroutes"] == 4)
        #expect(try found("[2001:db8::100]:80", "Icmp.OutRateLimitGlobal") != nil)
        #expect(try found("[2001:db8::100]:80", "IpExt.InNoRoutes") == nil)
        #expect(try found("10.0.0.100:80", "Ip6.InNoRoutes") == nil)
        #expect(try found("10.0.0.100:80", "IpExt.InNoRoutes") != nil)
    }

    @Test("A packet that two subjects share is lost once, and one with a mark is its address's, too")
    func sharedOutside() throws {
        func lost(_ subjects: [ObservedSubject], _ counts: [Counts]) throws -> UInt64? {
            var observation = try Observation.of(counts.flatMap(\.counts), subjects)
            observation.outside = [OutsideCounter("TcpExt.IPReversePathFilter"): 4]
            return observation.findingOutside?["lost"]
        }
        func counts(_ end: String, _ packets: UInt64, mark: UInt32? = nil) throws -> Counts {
            var counts = try Counts(end)
            counts.add(.preRoutingPassed, .syn, .new, packets)
            for place in counts.counts.indices { counts.counts[place].mark = mark }
            return counts
        }
        let (web, tls) = (try ObservedSubject.service("10.0.0.100:80"), try ObservedSubject.service("10.0.0.100:443"))
        let address = try ObservedSubject.address("10.0.0.100:80")
        let mark = try ObservedSubject.service(.fwmark(7, .ipv4), "10.0.0.3:80", .dr)
        #expect(try lost([web, tls], [counts("10.0.0.100:80", 3), counts("10.0.0.100:443", 2)]) == 5)
        #expect(try lost([web, address], [counts("10.0.0.100:80", 3)]) == 3)
        let both = [try counts("10.0.0.100:80", 3), try counts("10.0.0.100:80", 3, mark: 7)]
        #expect(try lost([web, mark], both) == 3)
        #expect(try lost([web, mark], both + [counts("10.0.0.101:80", 4, mark: 7)]) == 7)
    }

    @Test("Answers that no rule dropped are a warning of their own, with where they were lost")
    func lostAnswers() throws {
        let nat = try ObservedSubject.service("10.0.0.100:80", .tcp, "10.0.0.3:8080", .nat)
        var counts = try Counts("10.0.0.3:8080")
        counts.add(.answerInPassed, .ack, .established, 5)
        for point in [ObservationPoint.forward, .forwardPassed] { counts.add(point, .ack, .established, 3) }
        let found = try findings(.of(counts.counts, [nat]))
        #expect(found.map(\.id) == [.answersLostInRouting, .answersLostInIPVS])
        #expect(found.map { $0["lost"] } == [2, 3] && found.map { $0["packets"] } == [5, 3])
        #expect(found.allSatisfy { $0.severity == .warning })
    }

    // MARK: Answers

    private func answers(_ conntrack: String, known: UInt64 = 0, _ packetClass: PacketClass = .synAck) throws
        -> Observation
    {
        let nat = try ObservedSubject.service("10.0.0.100:80", .tcp, "10.0.0.3:8080", .nat)
        var counts = try Counts("10.0.0.3:8080")
        counts.add(.forward, packetClass, .invalid, 7)
        for point in [ObservationPoint.forward, .forwardPassed, .answerLeaving, .answerLeft] {
            counts.add(point, .ack, .established, known)
        }
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
