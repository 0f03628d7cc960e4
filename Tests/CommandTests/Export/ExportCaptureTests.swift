import Foundation
import TestSupport
import Testing

/// `export --once` of captures, beside what the peers said of the same directors.
struct ExportCaptureTests {
    private static func page(_ fixture: Fixture, _ options: [String] = []) throws -> [String] {
        let outcome = try Program.run(["export", "--once", "--capture", fixture.capture] + options)
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.complaint.isEmpty)
        return outcome.output.split(separator: "\n").map(String.init)
    }

    @Test(
        "The page is valid", .enabled(if: MetricsScript.isThere, MetricsScript.needed),
        arguments: Fixture.all)
    func valid(_ fixture: Fixture) throws {
        try MetricsScript.expectValid("prometheus", Self.page(fixture).joined(separator: "\n") + "\n")
    }

    /// `  -> 10.0.0.4:80                  Route   3      1          0`
    private static func weights(_ listing: String) -> [String] {
        var rows: [String] = []
        for line in listing.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 6, words[0] == "->", words[1] != "RemoteAddress:Port" else { continue }
            rows.append([words[1], words[3], words[4], words[5]].joined(separator: " "))
        }
        return rows.sorted()
    }

    @Test("Weights and connections of real servers are those of ipvsadm", arguments: Fixture.all)
    func ipvsadm(_ fixture: Fixture) throws {
        let lines = try Self.page(fixture)
        func value(_ metric: String, _ labels: Substring) -> String? {
            lines.first { $0.hasPrefix("ctinspect_ipvs_backend_\(metric){\(labels)} ") }?.split(separator: " ").last
                .map(String.init)
        }
        var ours: [String] = []
        for line in lines where line.hasPrefix("ctinspect_ipvs_backend_weight{") {
            let labels = try #require(line.split(separator: "{").last?.split(separator: "}").first)
            let remote = try labels.split(separator: ",").suffix(2).map {
                try #require($0.split(separator: "\"").dropFirst().first)
            }
            let host = remote[0].contains(":") ? "[\(remote[0])]" : String(remote[0])
            let numbers = try ["weight", "connections_active", "connections_inactive"].map {
                try #require(value($0, labels))
            }
            ours.append((["\(host):\(remote[1])"] + numbers).joined(separator: " "))
        }
        #expect(!ours.isEmpty)
        #expect(ours.sorted() == Self.weights(try fixture.peer("ipvsadm-Ln.txt")))
    }

    @Test("Connections by state are those of ipvsadm -Lcn", arguments: Fixture.all)
    func connections(_ fixture: Fixture) throws {
        let rows = try fixture.peer("ipvsadm-Lcn.txt").split(separator: "\n").dropFirst(2).map {
            $0.split(separator: " ")
        }
        // Templates have no port of a client.
        let peer = Dictionary(
            rows.filter { !$0[3].hasSuffix(":0") }.map { ("\($0[0]) \($0[2])", 1) }, uniquingKeysWith: +)
        var ours: [String: Int] = [:]
        for line in try Self.page(fixture) where line.hasPrefix("ctinspect_ipvs_connections{") {
            let words = line.split(separator: "\"")
            ours["\(words[1]) \(words[3])"] = Int(line.split(separator: " ").last ?? "")
        }
        #expect(!ours.isEmpty)
        #expect(ours == peer)
    }

    @Test("By service there are no real servers, and fewer series; too many are left out and said to be")
    func less() throws {
        let fixture = Fixture(name: "mixed")
        let all = try Self.page(fixture).filter { !$0.hasPrefix("#") }
        let services = try Self.page(fixture, ["--labels", "service"]).filter { !$0.hasPrefix("#") }
        #expect(services.count < all.count)
        #expect(!services.contains { $0.contains("remote_address") })
        let few = try Self.page(fixture, ["--max-series", "100"]).filter { !$0.hasPrefix("#") }
        let truncated = try #require(few.first { $0.hasPrefix("ctinspect_truncated_series ") })
        // Those that the exporter has of itself do not count.
        let own = all.count { line in
            ["build_info", "scrape_", "complete", "losses", "reading_age", "truncated"].contains {
                line.hasPrefix("ctinspect_\($0)")
            }
        }
        #expect(few.count - own <= 100)
        #expect(Int(truncated.split(separator: " ")[1]) == all.count - few.count)
    }

    @Test("Only some collectors")
    func collectors() throws {
        let lines = try Self.page(Fixture(name: "mixed"), ["--collectors", "conntrack,check"])
        #expect(lines.contains { $0.hasPrefix("ctinspect_conntrack_entries ") })
        #expect(lines.contains { $0.hasPrefix("ctinspect_check_finding{") })
        #expect(!lines.contains { $0.hasPrefix("ctinspect_ipvs_") || $0.hasPrefix("ctinspect_flows") })
        #expect(lines.count { $0.hasPrefix("ctinspect_scrape_success") } == 2)
    }

    @Test("A file is as readable as node_exporter needs it, whatever the umask is, and nothing is left beside it")
    func file() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("ct.prom")
        try Data("old".utf8).write(to: file)
        let outcome = try Program.shell(
            #"umask 077; exec "$0" export --once --capture "$1" --textfile "$2""#,
            [Program.path, Fixture(name: "mixed").capture, file.path])
        #expect(outcome.status == 0, "\(outcome.complaint)")
        #expect(outcome.output.isEmpty)
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o644)
        #expect(try String(contentsOf: file, encoding: .utf8).hasPrefix("# HELP ctinspect_build_info"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["ct.prom"])
    }

    @Test(
        "What cannot be done says why",
        arguments: [
            (["--once", "--listen", "127.0.0.1:0"], 64, "mutually exclusive"),
            (["--listen", "localhost:1"], 64, "--listen"),
            (["--listen", "::1:80"], 64, "--listen"), (["--listen", "127.0.0.1"], 64, "--listen"),
            (["--capture", "x"], 64, "--capture needs"),
            (["--once", "--capture", "x", "--observe"], 64, "no packets"),
            (["--netns", "a", "--netns", "a"], 64, "twice"), (["--interval", "10ms"], 64, "at least 1s"),
            (["--collectors", "ipvs,nonsense"], 64, "--collectors"),
            (["--collectors", "ipvs,ipvs"], 64, "--collectors"),
            (["--max-series", "0"], 64, "at least 1"), (["--labels", "client"], 64, "--labels"),
            (["--once", "--capture", "/nonexistent"], 74, "/nonexistent"),
            (["--once", "--textfile", "/nonexistent/x.prom", "--collectors", "conntrack"], 74, "/nonexistent/x.prom"),
            (["--once", "--netns", "no-such-namespace"], 69, "no-such-namespace"),
        ])
    func refused(_ arguments: [String], _ status: Int, _ words: String) throws {
        let outcome = try Program.run(["export"] + arguments)
        #expect(outcome.status == status, "\(outcome.complaint)")
        #expect(outcome.complaint.contains(words), "\(outcome.complaint)")
        #expect(outcome.output.isEmpty)
    }
}
