import Addresses
import Conntrack
import Firewall
import Inspection
import ObservationSupport
import TestSupport
import Testing

/// Rules and samples of an observation, as a filter sees them.
struct FilteredPacketTests {
    private func shown(_ observation: Observation, _ line: String) throws -> ShownObservation {
        let expression = try #require(try FilterExpression.read(line, for: .observation(.none)))
        return observation.shown(by: ObservationFilter(line, expression))
    }

    @Test(
        "Of a rule the traced packets that match, or none of it",
        arguments: [
            ("class=FIN", [5, 1]), ("class=FIN,RST dport=80", [6]), ("dst=10.0.0.100", [7, 1, 1]),
            ("service=tcp/10.0.0.100:80", [7, 1, 1]), ("service=10.0.0.101:443", []), ("hook=LOCAL_IN", [7, 1]),
            ("INPUT", [7, 1, 1]), ("\"policy drop\"", [1]), ("\"handle 5\"", [7]), ("frag-needed", [1, 1]),
            ("packets>5", [7]), ("ctstate=NEW", []), ("protocol=udp", []), ("protocol=icmp", [1, 1]),
            // To a client, so of nobody knows which service.
            ("!service=10.0.0.100:80", []), ("src=10.0.0.1", []), ("!src=10.0.0.1", []),
        ])
    func rules(_ line: String, _ packets: [Int]) throws {
        #expect(try shown(.rich(), line).blame?.map(\.packets) == packets, "\(line)")
    }

    @Test("Of an answer the trace has the client, and not whose it is")
    func answers() throws {
        var observation = try Observation.of([])
        let state = CTState.invalid
        let target = TracedKind.Target(try address("10.0.0.100"), 4711)
        let rule = DroppingRule(family: .ip, table: "filter", chain: "FORWARD", decision: .rule(handle: 3))
        let kind = TracedKind(.fin, state: state, protocol: .tcp, target: target, after: .answerInPassed)
        observation.blame = [Blame(rule, .known(statement: "drop", hook: "forward"), dropped: [kind: 2])]
        for (line, isShown) in [
            ("hook=FORWARD", true), ("src=10.0.0.100:4711", true), ("sport=4711", true), ("dport=4711", false),
            ("dst=10.0.0.100", false), ("!dst=10.0.0.100", false), ("service=10.0.0.100:80", false),
            ("!service=10.0.0.100:80", false), ("mark=1", false), ("!mark=1", false),
        ] {
            #expect(try shown(observation, line).blame?.isEmpty == !isShown, "\(line)")
        }
        observation.blame = nil
        #expect(try shown(observation, "class=FIN").blame == nil)
    }

    @Test(
        "Samples have a client, and belong to services as their counts do",
        arguments: [
            ("class=FIN", [0, 1]), ("src=10.0.0.1", [0, 1]), ("sport=41048", [0, 1]), ("src=10.0.0.9", []),
            ("hook=FORWARD", [1]), ("service=tcp/10.0.0.102:80", [1]), ("dst=10.0.0.3:8080", [1]),
            ("dport=80", [0, 1, 2]), ("!dport=80", []), ("mark=7", [1]), ("protocol=icmp", [2]),
            ("protocol=tcp", [0, 1, 2]), ("10.0.0.7", [2]), ("\"frag\"", [2]), ("!class=FIN", [2]),
        ])
    func samples(_ line: String, _ wanted: [Int]) throws {
        var observation = try Observation.rich()
        let fin = try #require(observation.samples?.first)
        var answer = fin
        answer.hook = .forward
        (answer.headers.source, answer.headers.sourcePort) = (try address("10.0.0.3"), 8080)
        (answer.headers.destination, answer.headers.destinationPort) = (fin.headers.source, fin.headers.sourcePort)
        var error = PacketHeaders(
            from: try address("10.0.0.7"), to: try address("10.0.0.100"), protocol: .icmp, length: 576)
        (error.icmpType, error.icmpCode) = (3, 4)
        error.embedded = EmbeddedFlow(
            .tcp, from: try address("10.0.0.100"), 80, to: try address("10.0.0.8"), 4711)
        let samples = [fin, answer, Sample(error, .related, at: .preRouting, fin.moment)]
        observation.samples = samples
        #expect(try shown(observation, line).samples == wanted.map { samples[$0] }, "\(line)")
        observation.samples = nil
        #expect(try shown(observation, line).samples == nil)
    }

    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test("A loss is found by the rule that may have caused it, and by where it was lost")
    func losses() throws {
        for (line, packets) in [
            ("\"INPUT handle 5\"", 7), ("\"handle 12\"", 1), ("hook=LOCAL_IN class=RST", 1), ("hook=FORWARD", 0),
            ("hook=ipvs,routing", 0), ("local_in", 7), ("src=10.0.0.1", 0), ("!src=10.0.0.1", 0),
        ] as [(String, UInt64)] {
            let shown = try shown(.rich(), line)
            #expect(shown.subjects.first?.traffic.losses.packets ?? 0 == packets, "\(line)")
        }
    }
}
