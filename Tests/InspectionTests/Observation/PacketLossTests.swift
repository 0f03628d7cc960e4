import Addresses
import Conntrack
import Firewall
import IPVS
import ObservationSupport
import Testing

@testable import Inspection

struct PacketLossTests {
    private func losses(
        _ subject: ObservedSubject? = nil, forwards: Bool = true, _ fill: (inout Counts) -> Void
    ) throws -> [PacketLoss] {
        var counts = try Counts()
        fill(&counts)
        let plan = ObservationPlan([try subject ?? .service("10.0.0.100:80")], forwards: forwards)
        var observation = try Observation.of([])
        observation.take(counts.counts, plan)
        return try #require(observation.subjects.first).traffic.losses
    }

    private func places(_ losses: [PacketLoss]) -> [String] {
        losses.map { "\($0.place) \($0.packetClass.name) \($0.ctstate) \($0.volume.packets)" }
    }

    @Test("Between which points a packet is lost says where; the same counts without a loss say nothing")
    func everyPlace() throws {
        let way: [(ObservationPoint, CTState, String?)] = [
            (.arrived, .unseen, "beforeConntrack"), (.preRouting, .new, "preRouting"),
            (.preRoutingPassed, .new, "routing"), (.localIn, .new, "localIn"), (.localInPassed, .new, "ipvs"),
            (.localOut, .untracked, "localOut"), (.localOutPassed, .untracked, "postRouting"),
            (.postRouting, .untracked, nil),
        ]
        for (index, last) in way.enumerated() {
            let found = try losses { for (point, state, _) in way[...index] { $0.add(point, .ack, state, 2) } }
            #expect(places(found) == last.2.map { ["\($0) ack \(last.1) 2"] } ?? [], "\(last.0)")
        }
    }

    @Test("Answers have their own way, back through the director or from it")
    func answers() throws {
        for (from, to, place) in [
            (ObservationPoint.answerIn, ObservationPoint.answerInPassed, "preRouting"),
            (.forward, .forwardPassed, "forward"), (.answerOut, .answerOutPassed, "localOut"),
            (.answerLeaving, .answerLeft, "postRouting"),
        ] {
            #expect(
                places(
                    try losses {
                        $0.add(from, .synAck, .invalid, 3); $0.add(to, .synAck, .invalid, 1)
                    }) == ["\(place) synAck INVALID 2".replacing("synAck", with: "syn_ack")])
            #expect(
                try losses {
                    $0.add(from, .synAck, .invalid, 3); $0.add(to, .synAck, .invalid, 3)
                }.isEmpty)
        }
    }

    /// What is lost of the answers of 10.0.0.3:8080, by NAT: by its own address, and by the service's.
    private func lostAnswers(
        _ subject: ObservedSubject? = nil, beside others: [Service] = [], _ server: (inout Counts) -> Void,
        behind: (inout Counts) -> Void = { _ in }
    ) throws -> [String] {
        let subject = try subject ?? .service("10.0.0.100:80", .tcp, "10.0.0.3:8080", .nat)
        var (own, translated) = (try Counts("10.0.0.3:8080"), try Counts("10.0.0.100:80"))
        server(&own)
        behind(&translated)
        var observation = try Observation.of([])
        observation.take(
            own.counts + translated.counts,
            ObservationPlan([subject], services: [subject.service].compactMap(\.self) + others))
        return places(try #require(observation.subjects.first).traffic.losses)
    }

    @Test("Answers by NAT that no rule dropped are lost in routing before FORWARD, or in IPVS behind it")
    func answersWithoutRules() throws {
        let routed: (inout Counts) -> Void = {
            $0.add(.answerInPassed, .ack, .established, 5); $0.add(.forward, .ack, .established, 2)
            $0.add(.answerDelivered, .ack, .established, 1); $0.add(.forwardPassed, .ack, .established, 2)
        }
        let leaving: (inout Counts) -> Void = { $0.add(.answerLeaving, .ack, .untracked, 2) }
        #expect(
            try lostAnswers(nil, routed) {
                leaving(&$0); $0.add(.answerLeft, .ack, .untracked, 2)
            } == ["routing ack ESTABLISHED 2"])
        let dropped: (inout Counts) -> Void = { $0.add(.forwardPassed, .synAck, .established, 3) }
        #expect(
            try lostAnswers(nil, dropped) {
                $0.add(.answerLeaving, .synAck, .untracked, 1); $0.add(.answerLeft, .synAck, .untracked, 1)
            } == ["ipvs syn_ack ESTABLISHED 2"])
        // The director's own answers come to POST_ROUTING as well, and hide none.
        #expect(
            try lostAnswers(nil, dropped) {
                for point in [ObservationPoint.answerOut, .answerOutPassed, .answerLeaving, .answerLeft] {
                    $0.add(point, .synAck, .untracked, 2)
                }
            } == ["ipvs syn_ack ESTABLISHED 3"])
        // As many as came.
        #expect(
            try lostAnswers(nil, dropped) {
                $0.add(.answerLeaving, .synAck, .new, 3); $0.add(.answerLeft, .synAck, .new, 3)
            }.isEmpty)
    }

    @Test(
        "Answers that may be another service's behind IPVS, or are known by no address there, are not said to be lost")
    func answersOfOthers() throws {
        let dropped: (inout Counts) -> Void = {
            $0.add(.answerInPassed, .ack, .established, 2); $0.add(.forwardPassed, .ack, .established, 2)
        }
        func other(_ server: String, _ transport: IPProtocol = .tcp) throws -> Service {
            try service(.address(transport, at("10.0.0.101:80")), [(server, .nat)])
        }
        for server in ["10.0.0.3:8080", "10.0.0.3:0"] {
            #expect(try lostAnswers(nil, beside: [other(server)], dropped).isEmpty)
        }
        for other in [try other("10.0.0.3:8081"), try other("10.0.0.4:8080"), try other("10.0.0.3:8080", .udp)] {
            #expect(try lostAnswers(nil, beside: [other], dropped).count == 2)
        }
        #expect(try lostAnswers(.service(.fwmark(7, .ipv4), "10.0.0.3:8080", .nat), dropped).isEmpty)
    }

    @Test("What NAT took elsewhere is not lost; what is missing beyond that is")
    func rewritten() throws {
        let some = try losses {
            $0.add(.preRouting, .syn, .new, 5); $0.add(.rewritten, .syn, .new, 4)
        }
        #expect(places(some) == ["preRouting syn NEW 1"])
        #expect(
            try losses {
                $0.add(.preRouting, .syn, .new, 4); $0.add(.rewritten, .syn, .new, 4)
            }.isEmpty)
        // Errors about rewritten connections are rewritten as well.
        let errors = try losses {
            $0.add(.preRouting, .icmpError, .related, 1); $0.add(.preRouting, .syn, .new, 1)
            $0.add(.rewritten, .syn, .new, 1)
        }
        #expect(errors.isEmpty)
    }

    @Test("A mark set at LOCAL_IN begins the way there, and one set before does not hide a loss before that")
    func marks() throws {
        let nat = try ObservedSubject.service("10.0.0.100:80", .tcp, "10.0.0.3:8080", .nat)
        let late = try losses(nat) {
            $0.add(.localInMarked, .fin, .invalid, 3); $0.add(.localInPassed, .fin, .invalid, 1)
        }
        #expect(places(late) == ["localIn fin INVALID 2"])
        let early = try losses(nat) {
            $0.add(.localIn, .fin, .invalid, 3); $0.add(.localInMarked, .fin, .invalid, 2)
            $0.add(.localInPassed, .fin, .invalid, 2)
        }
        #expect(places(early) == ["localIn fin INVALID 1"])
    }

    @Test("A client on the director passes LOCAL_OUT twice, and twice is not lost once")
    func localRequests() throws {
        let way: (inout Counts) -> Void = {
            $0.add(.localRequest, .syn, .new, 3); $0.add(.localRequestPassed, .syn, .new, 3)
            $0.add(.localRequestSent, .syn, .untracked, 3); $0.add(.localRequestLeft, .syn, .untracked, 3)
        }
        #expect(try losses(nil, way).isEmpty)
        let first = try losses {
            $0.add(.localRequest, .syn, .new, 3); $0.add(.localRequestPassed, .syn, .new, 1)
        }
        #expect(places(first) == ["localOut syn NEW 2"])
        let second = try losses {
            way(&$0); $0.add(.localRequestPassed, .ack, .new, 1); $0.add(.localRequestSent, .ack, .untracked, 1)
        }
        #expect(places(second) == ["localOut ack UNTRACKED 1"])
        // Both passages by the same route.
        let alike = try losses {
            $0.add(.localRequestSent, .syn, .new, 6); $0.add(.localRequestLeft, .syn, .new, 3)
        }
        #expect(alike.isEmpty)
    }

    @Test("IPVS is only said to lose packets that would leave as they came, or stay here")
    func delivery() throws {
        func lost(_ method: ForwardingMethod, _ fill: (inout Counts) -> Void) throws -> [String] {
            places(try losses(.service("10.0.0.100:80", .tcp, "10.0.0.3:80", method), fill))
        }
        let taken: (inout Counts) -> Void = {
            $0.add(.localInPassed, .ack, .new, 4); $0.add(.delivered, .ack, .new, 1)
            $0.add(.localOut, .ack, .untracked, 1); $0.add(.localOutPassed, .ack, .untracked, 1)
            $0.add(.postRouting, .ack, .untracked, 1)
        }
        #expect(try lost(.dr, taken) == ["ipvs ack NEW 2"])
        #expect(try lost(.nat, taken).isEmpty && lost(.tun, taken).isEmpty)
        let address = try ObservedSubject.address("10.0.0.100:80")
        let passed: (inout Counts) -> Void = { $0.add(.localInPassed, .ack, .new, 1) }
        #expect(places(try losses(address, forwards: false, passed)) == ["localIn ack NEW 1"])
        // A service of IPVS may be there, too.
        #expect(try losses(address, passed).isEmpty)
    }
}
