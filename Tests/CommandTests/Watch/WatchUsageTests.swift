import Foundation
import TestSupport
import Testing

/// `watch` as started by users, without a terminal on standard output.
struct WatchUsageTests {
    private let capture = Fixture(name: "mixed").capture

    @Test("Without a terminal it prints one screen and exits; COLUMNS and LINES set its size")
    func once() throws {
        for words in [["watch", "--once"], ["watch"]] {
            let outcome = try Program.run(
                words + ["--capture", capture], environment: ["COLUMNS": "80", "LINES": "24", "LC_ALL": "C.UTF-8"])
            #expect(outcome.status == 0)
            #expect(outcome.complaint.isEmpty)
            let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(lines.count <= 25)
            #expect(lines.allSatisfy { $0.count <= 80 })
            #expect(outcome.output.contains("[1 Svcs]"))
            #expect(outcome.output.contains("tcp 10.0.0.100:80"))
        }
    }

    @Test("A printed screen has the findings of check, those of the packet filter's trial included", .needsRoot)
    func findings() throws {
        let checked = try Program.run(["check", "--json", "--capture", Fixture(name: "dr-untracked").capture])
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(checked.output.utf8)) as? [String: Any])
        let found = try #require(document["findings"] as? [[String: Any]]).compactMap { $0["id"] as? String }
        #expect(found.contains("invalid-dropped") && found.contains("icmp-not-accepted"))
        let words = ["watch", "--once", "--capture", Fixture(name: "dr-untracked").capture]
        let size = ["COLUMNS": "200", "LINES": "60", "LC_ALL": "C.UTF-8"]
        let listed = try Program.run(words + ["--tab", "findings"], environment: size)
        for id in found { #expect(listed.output.contains("\n\(id) "), "\(id)") }
        #expect(listed.output.contains(" 8 could not be made"))
        let services = try Program.run(words, environment: size).output
        #expect(services.contains("\ninvalid-dropped (") && services.contains("ip filter INPUT handle 6"))
    }

    @Test("Without a UTF-8 locale, output is ASCII")
    func ascii() throws {
        let outcome = try Program.run(["watch", "--capture", capture], environment: ["LC_ALL": "C"])
        #expect(outcome.status == 0)
        #expect(outcome.output.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test(
        "Impossible requests are usage errors that suggest the next step", .needsRoot,
        arguments: [
            (["--tab", "flow"], "services"),
            (["--tab", "services", "--sort", "size"], "“size” is invalid for the tab services; expected service"),
            (["--tab", "services", "--columns", "service,size"], "“size” is invalid for the tab services"),
            (["--tab", "health", "--sort", "x"], "has no columns"),
            (["--tab", "services", "--filter", "verdict=absent"], "unknown word verdict; services have service"),
            (["--tab", "flows", "--filter", "verdict=gone"], "absent, never"),
            (["--interval", "50ms"], "at least 100ms"),
            (["--capture", "/tmp", "--connections", "bpf"], "--connections and --capture are mutually exclusive"),
            (["--capture", "/tmp", "--max-read-time", "5s"], "--max-read-time and --capture are mutually exclusive"),
            (["--connections", "netlink"], "auto|bpf|proc"),
            (["--capture", "/tmp", "--observe"], "a capture has no packets to count"), (["--once", "now"], "now"),
            // The kernel determines the initial tab: the table if there is no IPVS.
            (["--once", "--sort", "size"], "“size” is invalid for the tab table"),
        ])
    func usage(_ words: [String], _ complaint: String) throws {
        let outcome = try Program.run(["watch"] + words)
        #expect(outcome.status == 64)
        #expect(outcome.complaint.contains(complaint), "\(outcome.complaint)")
    }

    @Test("Filter, sort and columns on the command line match those set by keys")
    func start() throws {
        let outcome = try Program.run(
            [
                "watch", "--tab", "flows", "--filter", "verdict=tracked,unreplied", "--sort", "client", "--reverse",
                "--columns", "client,verdict", "--capture", capture,
            ], environment: ["COLUMNS": "80", "LINES": "24", "LC_ALL": "C.UTF-8"])
        #expect(outcome.status == 0)
        let rows = outcome.output.split(separator: "\n").drop { !$0.hasPrefix("CLIENT") }.dropFirst()
        #expect(!rows.isEmpty)
        #expect(rows.allSatisfy { $0.split(separator: " ").count == 2 })
        #expect(rows.allSatisfy { $0.hasSuffix("tracked") || $0.hasSuffix("unreplied") })
        #expect(rows.first?.hasPrefix("[2001:") == true)
    }

    @Test("A closed pipe is not an error")
    func head() throws {
        let outcome = try Program.shell(
            #"set -o pipefail; "$0" watch --capture "$1" | head -1 >/dev/null"#, [Program.path, capture])
        #expect(outcome.status == 0)
        #expect(outcome.complaint.isEmpty)
    }

    @Test("An ordinary user is told what is required, with exit status 77", .needsRoot, .needsTool("setpriv"))
    func forbidden() throws {
        let outcome = try Program.shell(
            #"exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$0" watch --once"#,
            [Program.path])
        #expect(outcome.status == 77 || outcome.complaint.contains("Permission denied"))
        #expect(outcome.complaint.contains("CAP_NET_ADMIN") || outcome.complaint.contains("Permission denied"))
    }

    @Test("On this kernel, which has no IPVS, the table tab comes first", .needsRoot)
    func live() throws {
        let outcome = try inFreshNamespace { try Program.run(["watch", "--once"]) }
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("[5 Table]"))
        #expect(outcome.output.contains("The conntrack table has no entries here."))
    }
}
