import Addresses
import Conntrack
import Firewall
import IPVS
import Testing

@testable import Inspection

@Suite("What is observed for services, and which service a count belongs to")
struct ObservationPlanTests {
    private func count(
        _ point: ObservationPoint, _ end: String, _ protocol: IPProtocol = .tcp, _ packetClass: PacketClass = .syn,
        mark: UInt32? = nil
    ) throws -> PacketCount {
        let end = try at(end)
        return PacketCount(point, packetClass, .new, `protocol`, end.address, port: end.port, mark: mark, packets: 1)
    }

    @Test("DR: the destination address never changes")
    func directRouting() throws {
        let plan = ObservationPlan([.service(try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)]))])
        let virtual = ObservationTargets.Target.port(.tcp, try at("10.0.0.100:80"))
        #expect(plan.targets.entering == [virtual])
        #expect(plan.targets.leaving == [virtual])
        #expect(plan.targets.answering == [virtual])
        for point in ObservationPoint.allCases {
            #expect(plan.owners(of: try count(point, "10.0.0.100:80")) == [0])
            // Of what NAT took elsewhere the port is not known.
            #expect(plan.owners(of: try count(point, "10.0.0.100:81")) == (point == .rewritten ? [0] : []))
            #expect(plan.owners(of: try count(point, "10.0.0.100:80", .udp)) == [])
        }
    }

    @Test("NAT: packets leave for the real server, and answers come from it; two services may share it")
    func translation() throws {
        let plan = ObservationPlan([
            .service(try service(tcp("10.0.0.100:80"), [("10.0.0.3:8080", .nat)])),
            .service(try service(tcp("10.0.0.101:80"), [("10.0.0.3:8080", .nat), ("10.0.0.4:8080", .nat)])),
        ])
        #expect(plan.owners(of: try count(.postRouting, "10.0.0.3:8080")) == [0, 1])
        #expect(plan.owners(of: try count(.forward, "10.0.0.4:8080")) == [1])
        #expect(plan.owners(of: try count(.preRouting, "10.0.0.4:8080")) == [])
        #expect(plan.owners(of: try count(.localIn, "10.0.0.101:80")) == [1])
    }

    @Test("TUN: packets leave encapsulated, and other packets to the real server belong to no service")
    func tunnel() throws {
        let plan = ObservationPlan([.service(try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .tun)]))])
        let server = try at("10.0.0.3:0").address
        let wrapped = PacketCount(.postRouting, .other, .untracked, IPProtocol(rawValue: 4), server)
        #expect(plan.owners(of: wrapped) == [0])
        #expect(plan.owners(of: try count(.postRouting, "10.0.0.3:22")) == [])
    }

    @Test("Services by mark, and services for all ports")
    func marksAndAnyPort() throws {
        let plan = ObservationPlan([
            .service(try service(.fwmark(7, .ipv4), [("10.0.0.3:0", .nat)])),
            .service(try service(.address(.udp, try at("10.0.0.100:0")), [("10.0.0.3:0", .dr)])),
            .address(try at("10.0.0.9:0").address, port: nil),
        ])
        #expect(plan.targets.marks == [.init(7, .ipv4)])
        #expect(plan.owners(of: try count(.localIn, "10.0.0.77:443", mark: 7)) == [0])
        #expect(plan.owners(of: try count(.localIn, "10.0.0.77:443", mark: 8)) == [])
        #expect(plan.owners(of: try count(.forward, "10.0.0.3:443")) == [0])
        #expect(plan.owners(of: try count(.localIn, "10.0.0.100:5060", .udp, .udp)) == [1])
        #expect(plan.owners(of: try count(.localIn, "10.0.0.100:5060", .tcp)) == [])
        #expect(plan.owners(of: try count(.localIn, "10.0.0.9:22", .tcp)) == [2])
        #expect(plan.owners(of: PacketCount(.localIn, .other, .new, .icmp, try at("10.0.0.9:0").address)) == [2])
    }

    @Test("Connections are counted by subject and state; templates and unrelated connections are not")
    func census() throws {
        let plan = ObservationPlan([
            .service(try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .dr)])),
            .service(try service(.address(.udp, try at("10.0.0.101:0")), [("10.0.0.3:0", .dr)])),
        ])
        var census = ConnectionCensus(plan)
        census.take(try connection("10.0.0.1:1", "10.0.0.100:80", "10.0.0.3:80"))
        census.take(try connection("10.0.0.1:2", "10.0.0.100:80", "10.0.0.3:80", state: "FIN_WAIT"))
        census.take(try connection("10.0.0.1:3", "10.0.0.100:81", "10.0.0.3:80"))
        census.take(try connection("10.0.0.1:4", "10.0.0.101:5060", "10.0.0.3:5060", .udp, state: "UDP"))
        census.take(try connection("10.0.0.1:0", "10.0.0.101:0", "10.0.0.3:0", .udp, state: "NONE"))
        #expect(census.states == [["ESTABLISHED": 1, "FIN_WAIT": 1], ["UDP": 1]])
    }

    @Test("Without IPVS, no leaving packets are counted for an address")
    func withoutForwarding() throws {
        let plan = ObservationPlan([.address(try at("10.0.0.9:0").address, port: 80)], forwards: false)
        #expect(plan.targets.leaving.isEmpty && plan.targets.entering.count == 3 && plan.targets.answering.count == 3)
    }

    @Test("Counts are grouped by subject; unclaimed ones by their address, if they were incoming")
    func sharing() throws {
        let plan = ObservationPlan([
            .service(try service(tcp("10.0.0.100:80"), [("10.0.0.3:80", .nat)])),
            .service(try service(tcp("10.0.0.101:80"), [("10.0.0.3:80", .nat)])),
        ])
        var observation = Observation(
            Origin(takenAt: Moment(nanoseconds: 0), host: "", kernelRelease: "", networkNamespace: nil),
            from: Moment(nanoseconds: 1_500_000_000),
            to: Moment(nanoseconds: 4_000_000_000))
        observation.take(
            [
                try count(.localIn, "10.0.0.100:80"), try count(.localIn, "10.0.0.100:80"),
                try count(.localInPassed, "10.0.0.100:80"), try count(.postRouting, "10.0.0.3:80"),
                try count(.preRouting, "10.0.0.100:9"), try count(.postRouting, "10.0.0.100:9"),
            ], plan)
        let lost = observation.subjects[0].traffic.losses
        #expect(lost.map(\.point) == [.localIn] && lost.map(\.place) == [.localIn])
        #expect(lost.map(\.packetClass) == [.syn] && lost.map(\.ctstate) == [.new])
        #expect(lost.map(\.volume.packets) == [1])
        #expect(observation.subjects.map(\.sharedWith) == [["tcp 10.0.0.101:80"], ["tcp 10.0.0.100:80"]])
        #expect(observation.elsewhere.keys.map(\.description) == ["10.0.0.100"])
        #expect(observation.elsewhere.values.first?.total(at: .preRouting).packets == 1)
        #expect(observation.elsewhere.values.first?.total(at: .postRouting).packets == 0)
        #expect(observation.milliseconds == 2500)
    }
}
