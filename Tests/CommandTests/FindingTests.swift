import Foundation
import TestSupport
import Testing

/// The findings for the bundled captures, and the advice they give.
struct FindingTests {
    private struct Found: Decodable {
        var findings: [Finding]
        var conclusion: [String]?
        var trap: String?
        var next_step: String?

        struct Finding: Decodable {
            var id: String
            var severity: String
            var evidence: [String: Int]
            var reason: String
            var remedy: String?
        }
    }

    private func found(_ words: String...) throws -> Found {
        let outcome = try Program.run(words)
        #expect(outcome.status == 0, "\(outcome.complaint)")
        return try JSONDecoder().decode(Found.self, from: Data(outcome.output.utf8))
    }

    // MARK: Advice

    /// Its NAT service needs `net.ipv4.vs.conntrack=1`.
    private static let mixed = Fixture(name: "mixed").capture

    @Test("With NAT beside DR and TUN, the advice is notrack for their services, not to turn the setting off")
    func mixedAdvice() throws {
        let screen = try Program.shell(
            #"COLUMNS=200 LINES=60 exec "$0" watch --once --capture "$1""#, [Program.path, Self.mixed])
        #expect(screen.status == 0)
        let flows = try Program.run(["flows", "--capture", Self.mixed])
        let words = [screen.output, flows.output].map {
            $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        // The banner's finding is about those whose ACKs the packet filter drops.
        #expect(
            words[0].contains("notrack rules for tcp 10.0.0.100:80, tcp 10.0.0.100:443, tcp 10.0.0.101:80 and fwmark 7")
        )
        #expect(words[1].contains("notrack rules for tcp 10.0.0.100:80, tcp 10.0.0.100:443, tcp 10.0.0.101:80, udp"))
        #expect(words[1].contains("tcp [2001:db8::100]:80 and fwmark 7"))
        for said in words {
            #expect(!said.contains("net.ipv4.vs.conntrack=0"))
            #expect(!said.contains("notrack rules for tcp 10.0.0.101:8080"))
        }
    }

    @Test("With DR alone, the advice is to turn the setting off")
    func plainAdvice() throws {
        let capture = Fixture(name: "dr-conntrack").capture
        let flows = try Program.run(["flows", "--capture", capture])
        #expect(flows.output.contains("sysctl -w net.ipv4.vs.conntrack=0"))
        #expect(!flows.output.contains("notrack rules for"))
    }

    // MARK: Monitoring

    @Test(
        "The README's monitoring recipe: pages do not load on dr-conntrack, and do on dr-untracked",
        .needsTool("jq"), arguments: [("dr-conntrack", "false\n"), ("mixed", "false\n"), ("dr-untracked", "true\n")])
    func monitoring(_ fixture: String, _ answer: String) throws {
        let readme = try String(contentsOf: Fixture.checkout.appendingPathComponent("README.md"), encoding: .utf8)
        let line = try #require(
            readme.split(separator: "\n").first { $0.hasPrefix("$ sudo ct-inspect flows --json | jq -e") })
        let filter = try #require(line.split(separator: "'").dropFirst().first)
        let outcome = try Program.shell(
            #""$0" flows --json --capture "$1" | jq -e "$2""#,
            [Program.path, Fixture(name: fixture).capture, String(filter)])
        #expect(outcome.output == answer)
        #expect((outcome.status == 0) == (answer == "true\n"))
    }

    @Test("Unreplied DR flows are an error and absent ones a warning; the worst comes first")
    func severities() throws {
        let unreplied = try found("flows", "--json", "--capture", Fixture(name: "dr-conntrack").capture)
        #expect(unreplied.findings.map(\.id) == ["vs-conntrack-dr", "flows-unreplied"])
        #expect(unreplied.findings.map(\.severity) == ["error", "info"])
        #expect(unreplied.findings[0].evidence["unreplied"] == 3)
        #expect(unreplied.findings[0].remedy?.contains("net.ipv4.vs.conntrack=0") == true)
        let absent = try found("flows", "--json", "--summary", "--capture", Fixture(name: "dr-untracked").capture)
        #expect(absent.findings.map(\.id) == ["ends-invalid", "flows-absent"])
        #expect(absent.findings.map(\.severity) == ["warning", "info"])
        // The sentences are the same, in narrative order.
        #expect(absent.conclusion == absent.findings.reversed().map(\.reason))
    }

    // MARK: Filters

    @Test(
        "An unknown service exits with 74, and the existing ones are named",
        arguments: ["tcp/10.9.9.9:80", "udp/10.0.0.100:443"])
    func noService(_ service: String) throws {
        for words in [[], ["--summary"], ["--json"]] {
            let outcome = try Program.run(
                ["flows", "--capture", Fixture(name: "dr-untracked").capture, "--service", service] + words)
            #expect(outcome.status == 74)
            #expect(outcome.output.isEmpty)
            #expect(outcome.complaint.contains("no such service; IPVS has tcp 10.0.0.100:80"), "\(outcome.complaint)")
        }
        // The same holds beside a service by mark if no flow has that address.
        for absent in ["fwmark:8", service] where absent != "udp/10.0.0.100:443" {
            let mark = try Program.run(["flows", "--capture", Self.mixed, "--service", absent])
            #expect(mark.status == 74, "\(absent)")
            #expect(mark.complaint.contains("tcp 10.0.0.100:80") && mark.complaint.contains("fwmark 7"))
        }
    }

    @Test("A service by mark may have flows to any address")
    func marked() throws {
        let outcome = try Program.run(["flows", "--capture", Self.mixed, "--service", "tcp/10.0.0.101:443"])
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("10.0.0.11:44753"))
    }

    @Test(
        "A filter that matched nothing says so, and nothing else is described",
        arguments: [
            ["--verdict", "tracked"], ["--client", "192.0.2.1"], ["--client", "192.0.2.1", "--verdict", "absent"],
        ])
    func noMatch(_ filter: [String]) throws {
        let capture = ["--capture", Fixture(name: "dr-untracked").capture]
        let flows = try Program.run(["flows"] + capture + filter)
        #expect(flows.status == 0)
        #expect(flows.output == "No flow matches the filter; IPVS has 5 connections.\n")
        let outcome = try Program.run(["flows", "--json"] + capture + filter)
        let found = try JSONDecoder().decode(Found.self, from: Data(outcome.output.utf8))
        #expect(found.findings.map(\.id) == ["no-match"])
        #expect(found.conclusion == ["No flow matches the filter; IPVS has 5 connections."])
    }

    // MARK: Text

    @Test("flows ends with the next steps, and wraps at the terminal's width")
    func next() throws {
        let words = [Program.path, Fixture(name: "dr-untracked").capture]
        let piped = try Program.shell(#"exec "$0" flows --capture "$1""#, words)
        let last = try #require(piped.output.split(separator: "\n").last)
        #expect(last.hasPrefix("Next: "))
        #expect(last.contains("ct-inspect observe") && last.contains("ct-inspect-lvs-dr(7)"))
        let line = #"script -qec "stty cols 75; '$0' flows --color never --capture '$1'" /dev/null"#
        let shown = try Program.shell(line, words)
        let lines = shown.output.split(whereSeparator: \.isNewline)
        #expect(lines.allSatisfy { $0.count <= 75 }, "\(shown.output)")
        #expect(piped.output.split(separator: "\n").contains { $0.count > 120 })
    }
}
