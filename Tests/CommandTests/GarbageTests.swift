import Collection
import Firewall
import Foundation
import Netlink
import Routing
import TestSupport
import Testing

@testable import CTInspectCommand

/// What the kernel sends and cannot be used is missing from what is shown, and said to be: with what, and where.
@Suite("Messages that cannot be used, in a capture")
struct GarbageTests {
    private static let fixture = Fixture(name: "dr-conntrack")

    /// An entry, the first of three.
    private static let entries: [(edit: EditedCapture.Edit, why: String)] = [
        (.type(0x10E), "message at byte 4: its type is 270, not 256"),
        (.sequence(9999), "message at byte 8: its sequence number is 9999, not "),
        (.without([1]), "entry at byte 16: it has no original tuple"),
        (.without([1, 1]), "entry at byte 16: it has no addresses in its original tuple"),
        (.without([1, 2, 2]), "entry at byte 16: it has no ports in its original tuple"),
    ]

    private static func document(_ outcome: Program.Outcome) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    private static func losses(_ document: [String: Any]) -> [String] {
        (document["losses"] as? [[String: Any]] ?? []).map {
            "\($0["what"] as? String ?? ""): \($0["why"] as? String ?? "")"
        }
    }

    @Test("dump shows the other entries, and fails", arguments: entries)
    func dump(_ edit: EditedCapture.Edit, why: String) throws {
        let capture = try EditedCapture(of: Self.fixture, type: 0x100, edit)
        let shown = try Program.run(["dump", "--json", "--capture", capture.path])
        #expect(shown.status == 74 && shown.output.split(separator: "\n").count == 2)
        let complaint = "cannot dump the conntrack table as a whole: 1 message could not be used"
        #expect(shown.complaint.contains(complaint) && shown.complaint.contains(why), "\(shown.complaint)")
        let repeated = try Program.run(["dump", "--on-interrupt", "repeat", "--capture", capture.path])
        #expect(repeated.status == 74 && repeated.complaint.contains(complaint))
    }

    @Test("dump tells no number, and says that what it counts is not all", arguments: entries)
    func count(_ edit: EditedCapture.Edit, why: String) throws {
        let capture = try EditedCapture(of: Self.fixture, type: 0x100, edit)
        let counted = try Program.run(["dump", "--count", "--json", "--capture", capture.path])
        #expect(counted.status == 74 && counted.complaint.contains(why))
        let document = try Self.document(counted)
        #expect(document["complete"] as? Bool == false && document["entries"] is NSNull)
        let top = try Program.run(["dump", "--top", "src", "--json", "--capture", capture.path])
        let tallied = try Self.document(top)
        #expect(top.status == 74 && tallied["complete"] as? Bool == false)
    }

    @Test("flows names the loss, and calls no flow absent", arguments: entries)
    func flows(_ edit: EditedCapture.Edit, why: String) throws {
        let capture = try EditedCapture(of: Self.fixture, type: 0x100, edit)
        let document = try Self.document(try Program.run(["flows", "--json", "--capture", capture.path]))
        let losses = Self.losses(document)
        #expect(document["complete"] as? Bool == false)
        #expect(
            losses.contains { $0.hasPrefix("the conntrack table: 1 message could") && $0.contains(why) }, "\(losses)")
        let text = try Program.run(["flows", "--capture", capture.path])
        #expect(text.output.contains(why))
    }

    @Test(
        "services and flows name the loss of a service or destination",
        arguments: [
            (1, .without([1, 3]), "service at byte 24: it has no address and no firewall mark"),
            (1, .command(4), "message at byte 16: its command is 4, not 1"),
            (1, .sequence(9999), "message at byte 8: its sequence number is 9999, not "),
            (5, .without([2, 1]), "destination at byte 24: it has no address"),
            (5, .type(0x21), "message at byte 4: its type is 33, not 32"),
        ] as [(UInt8, EditedCapture.Edit, String)])
    func services(_ command: UInt8, _ edit: EditedCapture.Edit, why: String) throws {
        let capture = try EditedCapture(of: Self.fixture, type: 0x20, command: command, edit)
        for name in ["services", "flows"] {
            let outcome = try Program.run([name, "--json", "--capture", capture.path])
            let document = try Self.document(outcome)
            let losses = Self.losses(document)
            #expect(outcome.status == 0 && document["complete"] as? Bool == false)
            // Its connections are there.
            #expect(!outcome.output.contains("flows-gone"), "\(name)")
            #expect(losses.count { $0.contains("services of IPVS: ") && $0.contains(why) } == 1, "\(name): \(losses)")
        }
        let text = try Program.run(["services", "--capture", capture.path])
        #expect(text.output.contains(why), "\(text.output)")
    }

    @Test("A service that may be among those that could not be read is not said to be absent without that")
    func chosen() throws {
        let capture = try EditedCapture(of: Self.fixture, type: 0x20, command: 1, .without([1, 3]))
        let outcome = try Program.run(["services", "--service", "tcp/192.0.2.1:9", "--capture", capture.path])
        #expect(outcome.status == 74 && outcome.complaint.contains("more may have been missed: 1 message could not"))
    }

    @Test("stats names the loss of counters")
    func statistics() throws {
        let capture = try EditedCapture(of: Self.fixture, type: 0x104, .type(0x10E))
        let outcome = try Program.run(["stats", "--json", "--capture", capture.path])
        let document = try Self.document(outcome)
        #expect(document["complete"] as? Bool == false)
        #expect(Self.losses(document).contains { $0.hasPrefix("the counters of conntrack: 1 message") })
    }

    @Test("Rules and the network around say that they are not whole")
    func surroundings() throws {
        let rules = try EditedCapture(of: Self.fixture, type: 0xA06, .type(0xA0E))
        let ruleset = try Ruleset(reading: CapturedKernel(rules.path))
        let whole = try Ruleset(reading: CapturedKernel(Self.fixture.capture))
        #expect(whole.isWhole && ruleset[.rule].count == whole[.rule].count - 1)
        #expect(ruleset.shortfall?.contains("its type is 2574, not 2566") == true)
        let route = try EditedCapture(of: Self.fixture, type: 24, .sequence(1))
        let network = try NetworkConfiguration(reading: CapturedKernel(route.path))
        #expect(network.gaps.count == 1)
        guard case .unusable(let messages)? = network.gaps.first?.why else {
            Issue.record("\(network.gaps)")
            return
        }
        #expect(messages.count == 1)
    }
}
