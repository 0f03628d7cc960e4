import Addresses
import Foundation
import Reports
import TestSupport
import Testing

@testable import Conntrack

/// The program's output, checked against `docs/schema`: the published schema, and a strict variant that allows no
/// members the schema does not name.
@Suite(.enabled(if: SchemaScript.works || isContinuousIntegration, "needs python3-jsonschema"))
struct SchemaTests {
    @Test("The schema files are valid, and their references resolve")
    func files() throws {
        let outcome = try Program.shell(#"exec "$0""#, [SchemaScript.path])
        #expect(outcome.output == "23 passed, 0 failed\n")
    }

    @Test("Output for the bundled captures", arguments: Fixture.all)
    func captures(_ fixture: Fixture) throws {
        for words in [["flows"], ["flows", "--summary"], ["services"]] {
            let outcome = try Program.run(words + ["--json", "--capture", fixture.capture])
            try SchemaScript.expectValid(words[0], outcome)
        }
    }

    @Test("Statistics of this kernel, once and with rates", .needsRoot)
    func statistics() throws {
        try SchemaScript.expectValid("stats", try Program.run(["stats", "--json", "--verbose"]))
        let watched = try Program.run(["stats", "--json", "--interval", "1", "--count", "2"])
        try SchemaScript.expectValid("stats", watched, documents: 2)
    }

    @Test("explain, for packets of each kind", arguments: ExplainTests.questions)
    func explanation(_ words: String) throws {
        let outcome = try Program.run(["explain", "--json"] + words.split(separator: " ").map(String.init))
        try SchemaScript.expectValid("explain", outcome)
    }

    @Test(
        "explain, for a captured service",
        arguments: ["tcp/10.0.0.101:80", "udp/10.0.0.100:53", "fwmark:7"])
    func explainedService(_ service: String) throws {
        let capture = Fixture(name: "mixed").capture
        let packet = service.hasPrefix("udp") ? [] : ["--flags", "SYN"]
        let outcome = try Program.run(["explain", "--json", "--capture", capture, "--service", service] + packet)
        try SchemaScript.expectValid("explain", outcome)
    }

    @Test("The result of capture", .needsRoot)
    func capture() throws {
        let folder = try TemporaryFolder()
        try SchemaScript.expectValid("capture", try Program.run(["capture", "--json", folder.url.path + "/lb1"]))
    }

    @Test("An entry with every possible member, for each protocol that has a state")
    func entries() throws {
        var text = ""
        for state in [Self.tcp, .sctp(Self.sctp), .dccp(Self.dccp), nil] {
            for entry in [Self.fullEntry(state), Self.bareEntry(state)] {
                text += written { sink in
                    var json = JSONWriter(sink)
                    json.entry(entry)
                    json.finish()
                }
            }
        }
        #expect(try SchemaScript.check("entry", text).lines == ["8 passed, 0 failed"])
        #expect(text.contains("dccp_handshake_sequence") && text.contains(#""unknown":[{"#))
    }

    private static var tcp: ProtocolState {
        var tcp = ProtocolState.TCP(state: 99)
        (tcp.scaleOriginal, tcp.scaleReply) = (7, 9)
        (tcp.flagsOriginal, tcp.flagsReply) = (.init(flags: 10, mask: 15), .init(flags: 8, mask: 15))
        return .tcp(tcp)
    }

    private static var sctp: ProtocolState.SCTP {
        var sctp = ProtocolState.SCTP(state: 3)
        (sctp.verificationTagOriginal, sctp.verificationTagReply) = (1, .max)
        return sctp
    }

    private static var dccp: ProtocolState.DCCP {
        var dccp = ProtocolState.DCCP(state: 4)
        (dccp.role, dccp.handshakeSequence) = (1, .max)
        return dccp
    }

    private static func bareEntry(_ state: ProtocolState?) -> Entry {
        var entry = Entry()
        entry.state = state
        return entry
    }

    private static func fullEntry(_ state: ProtocolState?) -> Entry {
        var entry = bareEntry(state)
        entry.family = 10
        entry.original.protocol = .tcp
        entry.original.source = IPAddress("2001:db8::1")
        entry.original.destination = IPAddress("2001:db8::2")
        entry.original.discriminator = .ports(source: 41048, destination: 80)
        entry.original.zone = 5
        entry.reply.source = IPAddress("10.0.0.2")
        entry.reply.discriminator = .icmp(type: 8, code: 0, id: 77)
        entry.master = entry.original
        entry.status = Status(rawValue: .max)
        (entry.timeout, entry.mark, entry.zone, entry.id, entry.use) = (118, .max, .max, .max, 1)
        entry.originalCounters = .init(packets: .max, bytes: .max)
        entry.replyCounters = .init(packets: 0, bytes: 0)
        entry.timestamps = .init(start: 1_700_000_000_000_000_000, stop: .max)
        entry.labels = Array(repeating: 0xAB, count: 16)
        (entry.helper, entry.securityContext) = ("ftp", "system_u:object_r:unlabeled_t:s0")
        entry.sequenceAdjustmentOriginal = .init(correctionPosition: 1, offsetBefore: -1, offsetAfter: .min)
        entry.sequenceAdjustmentReply = .init(correctionPosition: 2, offsetBefore: 0, offsetAfter: .max)
        entry.synproxy = .init(initialSequence: 1, initialTimestamp: 2, timestampOffset: 3)
        entry.unknown = [.init(path: [1, 99], bytes: [0, 255]), .init(path: [77], bytes: [])]
        return entry
    }

    @Test(
        "Violations of the schema are found",
        arguments: [
            (#""entries":1"#, #""entries":"1""#, "is not valid"), (#""buckets":2,"#, "", "'buckets' is a required"),
            (#""limit":3"#, #""limit":3,"new":0"#, "strict: at /: Additional properties"),
            (#""cpu":0"#, #""cpu":0,"cpu":1"#, "stands twice"),
            (#""cpu":0"#, #""cpu":0,"x":1"#, "strict: at /counters/0/cpus/0"),
            (#"00:00Z"#, #"00:00"#, "does not match"), (#"ct-inspect/1"#, #"ct-inspect/2"#, "was expected"),
            (#"]}"#, #"]"#, "not JSON"),
        ])
    func broken(_ part: String, _ replacement: String, _ complaint: String) throws {
        let document = """
            {"schema":"ct-inspect/1","command":"stats","taken_at":"2026-11-23T04:00:00Z","host":"lb1","netns":null,"kernel":"6.1",\
            "complete":true,"losses":[],"sysctls":{},"entries":1,"limit":3,"buckets":2,\
            "counters":[{"name":"drop","total":1,"cpus":[{"cpu":0,"count":1}]}],"diagnosis":[]}
            """
        #expect(try SchemaScript.check("stats", document).lines == ["1 passed, 0 failed"])
        let broken = document.replacingOccurrences(of: part, with: replacement)
        let checked = try SchemaScript.check("stats", broken)
        #expect(checked.status == 1)
        #expect(checked.lines.contains { $0.contains(complaint) }, "\(checked.lines)")
        #expect(checked.lines.last == "0 passed, 1 failed")
    }

    @Test("An invalid address, another command's document, and empty input are rejected")
    func others() throws {
        let entry = #"{"family":"ipv4","protocol":"tcp","protocol_number":6,"status":[],"zone":0,"#
        let good = #""original":{"source":null,"destination":"10.0.0.2"},"reply":{"source":null,"destination":"::1"}}"#
        #expect(try SchemaScript.check("entry", entry + good).lines.last == "1 passed, 0 failed")
        let bad = good.replacingOccurrences(of: "10.0.0.2", with: "10.0.0.256")
        #expect(try SchemaScript.check("entry", entry + bad).lines.last == "0 passed, 1 failed")
        #expect(try SchemaScript.check("flows", entry + good).status == 1)
        #expect(try SchemaScript.check("flows", "").lines == ["0 passed, 0 failed"])
        #expect(try SchemaScript.check("flows", "").status == 1)
        #expect(try SchemaScript.check("nosuch", "{}").status == 64)
    }
}
