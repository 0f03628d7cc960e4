import Addresses
import Conntrack
import Firewall
import IPVS
import ObservationSupport
import Testing

@testable import Inspection

/// Why packets do not come out of IPVS, from what was read around them.
struct LossInIPVSTests {
    /// A service, its history and settings over two readings.
    private struct Case {
        var service: Service
        var sysctls = Sysctls()
        var later: Service?
        var mayRulesDropLater = false
        var most: ConnectionRisks? = ConnectionRisks(gone: 0, ended: 0)
        var icmpErrors: UInt64 = 0

        init(_ weight: UInt32 = 1, _ method: ForwardingMethod = .dr) throws {
            service = Service(.address(.tcp, try endpoint("10.0.0.100:80")))
            service.scheduler = "rr"
            service.destinations = [Destination(try endpoint("10.0.0.3:80"), method)]
            service.destinations[0].weight = weight
            for name in BalancerHistory.settings { sysctls.values[name] = "0" }
        }

        func set(_ name: String, _ value: Int) -> Case {
            var other = self
            other.sysctls.values[name] = String(value)
            return other
        }

        func observation(_ counts: Counts) throws -> Observation {
            var observation = try Observation.of(counts.counts, [.service(service)])
            var history = BalancerHistory()
            history.localAddresses = [try endpoint("10.0.0.2:0").address]
            history.mayRulesDropLater = mayRulesDropLater
            history.take([service], sysctls)
            history.take([later ?? service], sysctls)
            observation.balancer = history
            observation.subjects[0].most = most
            observation.outside = OutsideCounter.errors(.ipv4).reduce(into: [:]) { $0[$1] = 0 }
            observation.outside?[OutsideCounter.errors(.ipv4)[0]] = icmpErrors
            return observation
        }

        func finding(_ counts: Counts) throws -> Finding? {
            let observation = try observation(counts)
            return observation.findings(about: observation.subjects[0]).first { $0.id == .lostInIPVS }
        }

        func causes(_ counts: Counts) throws -> [[LossInIPVS.Cause]] {
            guard case .lossInIPVS(let loss)? = try finding(counts)?.context else { return [] }
            return loss.parts.map(\.causes)
        }
    }

    private static func endpoint(_ text: String) throws -> Endpoint { try #require(Endpoint(text)) }

    /// Packets that pass the filter, of which so many come out of IPVS.
    private func lost(_ packetClass: PacketClass, _ passed: UInt64 = 3, left: UInt64 = 0) throws -> Counts {
        var counts = try Counts()
        counts.way(packetClass, .new, passed)
        counts.counts.removeAll { $0.point.side == .leaving }
        for point in [ObservationPoint.localOut, .localOutPassed, .postRouting] {
            counts.add(point, packetClass, .untracked, left)
        }
        return counts
    }

    @Test("Without a destination that takes connections a SYN is rejected, for certain, and capacity helps")
    func idle() throws {
        let found = try #require(try Case(0).finding(lost(.syn)))
        #expect(found["lost"] == 3 && found["packets"] == 3 && found.severity == .warning)
        #expect(found.remedies == [.addCapacity(try tcp("10.0.0.100:80"))])
        #expect(try Case(0).causes(lost(.syn)) == [[.noDestination]])
        // One more thing that may have done it, and nothing is certain.
        var ruled = try Case(0)
        ruled.mayRulesDropLater = true
        #expect(try ruled.causes(lost(.syn)) == [[.noDestination, .rule]])
        #expect(try ruled.finding(lost(.syn))?.remedies == [])
        // At a threshold it may be so in between.
        var full = try Case()
        full.service.destinations[0].upperThreshold = 5
        #expect(try full.causes(lost(.syn)) == [[.noDestination]])
        #expect(try Case().causes(lost(.syn)) == [[]])
        #expect(try Case(0).finding(lost(.syn, left: 3)) == nil)
    }

    @Test("A weight of 0 in one reading only, and other errors, leave more than one possible")
    func sometimes() throws {
        var found = try Case(0)
        found.later = try Case(1).service
        found.icmpErrors = 2
        #expect(try found.causes(lost(.syn)) == [[.noDestination, .unsendable(errors: 2)]])
        // Nothing of it concerns a packet of a connection that is there.
        #expect(try found.causes(lost(.ack)) == [[.unsendable(errors: 2)]])
        #expect(try Case(0).causes(lost(.ack)) == [[]])
    }

    @Test("A removed destination drops each packet with expire_nodest_conn=0, and only tracked ones with 1")
    func gone() throws {
        var found = try Case()
        found.most = ConnectionRisks(gone: 2, ended: 0)
        #expect(try found.causes(lost(.ack)) == [[.gone(2)]])
        #expect(try found.finding(lost(.ack))?.remedies == [.set([.init(Sysctls.expireNodest, 1)])])
        #expect(try found.set(Sysctls.expireNodest, 1).causes(lost(.ack)) == [[]])
        let tracked = found.set(Sysctls.expireNodest, 1).set(Sysctls.ipvsConntrack, 1)
        #expect(try tracked.causes(lost(.ack)) == [[.forgotten(2)]])
        // The connections of a service by mark cannot be told.
        found.most = nil
        #expect(try found.causes(lost(.ack)) == [[.gone(nil)]])
    }

    @Test("Reused ports need vs.conntrack and conn_reuse_mode; drop_packet drops what opens connections")
    func opening() throws {
        var found = try Case()
        found.most = ConnectionRisks(gone: 0, ended: 4)
        #expect(try found.set(Sysctls.connReuse, 1).causes(lost(.syn)) == [[]])
        let reusing = found.set(Sysctls.connReuse, 1).set(Sysctls.ipvsConntrack, 1)
        #expect(try reusing.causes(lost(.syn)) == [[.reused(4)]])
        #expect(try found.set(Sysctls.dropPacket, 1).causes(lost(.syn)) == [[]])
        #expect(try found.set(Sysctls.dropPacket, 3).causes(lost(.syn)) == [[.defence]])
        #expect(try found.set(Sysctls.dropPacket, 3).causes(lost(.fin)) == [[]])
    }

    @Test("Source hashing misses a destination that takes none, unless it falls back")
    func hashed() throws {
        var found = try Case()
        found.service.scheduler = "sh"
        found.service.destinations.append(Destination(try Self.endpoint("10.0.0.4:80"), .dr))
        #expect(try found.causes(lost(.syn)) == [[.missedDestination]])
        found.service.flags.insert(.scheduler1)
        #expect(try found.causes(lost(.syn)) == [[]])
    }

    @Test("Packets that leave as others are compared in number, and only where all of them are counted")
    func tunnelled() throws {
        var found = try Case(1, .tun)
        found.icmpErrors = 2
        var counts = try lost(.ack, 5)
        counts.counts.removeAll { $0.point.side == .leaving }
        var wrapped = try Counts("10.0.0.3:0", IPProtocol(rawValue: 4))
        wrapped.add(.localOut, .other, .untracked, 3)
        counts.counts += wrapped.counts
        let finding = try #require(try found.finding(counts))
        #expect(finding["lost"] == 2 && finding["packets"] == 5)
        #expect(try found.causes(counts) == [[.unsendable(errors: 2)]])
        found.later = try Case(1, .tun).service
        found.later?.destinations.append(Destination(try Self.endpoint("10.0.0.4:80"), .tun))
        #expect(try found.finding(counts) == nil)
        found.later = nil
        found.service.destinations[0] = Destination(try #require(Endpoint("[2001:db8::3]:80")), .tun)
        #expect(try found.finding(counts) == nil)
    }

    @Test("What IPVS leaves to the host is told where no destination is the host itself, and what else is active")
    func left() throws {
        func left(_ found: Case) throws -> LeftToHost? {
            var counts = try lost(.ack, 2)
            counts.add(.delivered, .ack, .new, 2)
            let observation = try found.observation(counts)
            let findings = observation.findings(about: observation.subjects[0])
            #expect(!findings.contains { $0.id == .lostInIPVS })
            guard case .leftToHost(let left)? = findings.first(where: { $0.id == .leftToHost })?.context else {
                return nil
            }
            return left
        }
        let found = try #require(try left(Case()))
        #expect(found.groups.map(\.packets) == [2] && found.isStrict == true && found.settings.isEmpty)
        let active = try #require(try left(Case().set(Sysctls.secureTCP, 3).set(Sysctls.sloppyTCP, 1)))
        #expect(active.settings == [.init(Sysctls.secureTCP, 3)] && active.isStrict == false)
        var own = try Case()
        own.service.destinations[0] = Destination(try Self.endpoint("10.0.0.2:80"), .dr)
        #expect(try left(own) == nil)
    }

    @Test("A setting that could not be read may be anything; a kernel without it behaves as if it were 0")
    func settings() throws {
        var history = BalancerHistory()
        #expect(history.mayBe(Sysctls.dropPacket) { $0 > 1 })
        var sysctls = Sysctls()
        sysctls.values[Sysctls.ipvsConntrack] = "1"
        sysctls.unreadable[Sysctls.sloppyTCP] = "no"
        history.take([], sysctls)
        #expect(history.value(Sysctls.ipvsConntrack) == 1 && history.value(Sysctls.dropPacket) == 0)
        #expect(history.value(Sysctls.sloppyTCP) == nil && history.mayBe(Sysctls.sloppyTCP) { $0 == 7 })
        sysctls.values[Sysctls.ipvsConntrack] = "0"
        history.take([], sysctls)
        #expect(history.value(Sysctls.ipvsConntrack) == nil && history.mayBe(Sysctls.ipvsConntrack) { $0 == 1 })
    }

    @Test("Connections of removed destinations are counted, those of templates and bypasses are not")
    func census() throws {
        let plan = ObservationPlan([.service(try Case().service), try .service(.fwmark(7, .ipv4), "10.0.0.3:0", .dr)])
        var census = ConnectionCensus(plan)
        census.take(try connection("10.0.0.1:1", "10.0.0.100:80", "10.0.0.3:80", state: "TIME_WAIT"))
        census.take(try connection("10.0.0.1:2", "10.0.0.100:80", "10.0.0.9:80", state: "ESTABLISHED"))
        census.take(try connection("10.0.0.1:3", "10.0.0.100:80", "0.0.0.0:80", state: "CLOSE"))
        #expect(census.risks([try Case().service]) == [ConnectionRisks(gone: 1, ended: 2), nil])
        #expect(census.risks([]) == [ConnectionRisks(gone: 2, ended: 2), nil])
        #expect(census.lacksOrigins)
    }

    @Test(
        "A connection that another director told of goes where that one said, whether it is a destination here or not")
    func told() throws {
        var census = ConnectionCensus(ObservationPlan([.service(try Case().service)]))
        for (port, flags) in [(1, ConnectionDetails.Flags.synchronized), (2, [])] {
            let details = ConnectionDetails(.dr, flags: flags)
            census.take(try connection("10.0.0.1:\(port)", "10.0.0.100:80", "10.0.0.9:80", details: details))
        }
        #expect(census.risks([try Case().service]) == [ConnectionRisks(gone: 1, ended: 0)])
        #expect(!census.lacksOrigins)
    }
}
