import Foundation
import TestSupport
import Testing

@Suite("The packet filter's rules in a capture", .needsRoot, .needsTool("nft"))
struct CaptureRulesetTests {
    /// In a namespace with a table of nft's, one of iptables-nft's, and a rule with a comment.
    private static func capture(_ options: String, into folder: TemporaryFolder) throws -> Program.Outcome {
        try Program.shell(
            #"""
            cd "$0" && exec unshare --net bash -c '
                nft "add table inet mine; add chain inet mine input; add rule inet mine input drop comment \"our secret\"" &&
                iptables-nft -A INPUT -j ACCEPT && exec "$0" capture lb1 $1' "$1" "$2"
            """#, [folder.url.path, Program.path, options])
    }

    private static func hasComment(_ folder: TemporaryFolder) throws -> Bool {
        try Data(contentsOf: folder.url.appendingPathComponent("lb1/netlink.pcap"))
            .range(of: Data("our secret".utf8)) != nil
    }

    @Test("They are there, and counted")
    func rules() throws {
        let folder = try TemporaryFolder()
        let outcome = try Self.capture("--json", into: folder)
        try SchemaScript.expectValid("capture", outcome)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let ruleset = try #require(document["ruleset"] as? [String: Any])
        #expect(["tables", "chains", "sets", "rules"].map { ruleset[$0] as? Int } == [2, 2, 0, 2])
        #expect(ruleset["managers"] as? [String] == ["iptables-nft", "nftables"])
        #expect(try Self.hasComment(folder))
    }

    @Test("In words")
    func words() throws {
        let outcome = try Self.capture("", into: try TemporaryFolder())
        #expect(outcome.output.contains(", 2 rules of nf_tables (iptables-nft, nftables). Read it with"))
    }

    @Test("With --no-ruleset they are not")
    func none() throws {
        let folder = try TemporaryFolder()
        let outcome = try Self.capture("--json --no-ruleset", into: folder)
        try SchemaScript.expectValid("capture", outcome)
        #expect(outcome.output.contains(#""ruleset":null"#))
        #expect(try !Self.hasComment(folder))
    }
}
