import Foundation
import TestSupport
import Testing

/// `dump` of a capture, without any privileges.
struct DumpCaptureTests {
    private static func dump(_ capture: String, _ words: [String]) throws -> Program.Outcome {
        let unprivileged = geteuid() == 0 ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] : []
        let command = unprivileged + [Program.path, "dump"] + words + ["--capture", capture]
        return try Program.shell(#"exec "$0" "$@""#, command)
    }

    /// The output of conntrack(8) from around the time of the capture, so timeouts differ by a few seconds.
    private static func peer(_ fixture: Fixture) throws -> [ConntrackLine] {
        try ["conntrack-L.txt", "conntrack-L-ipv6.txt"].flatMap { file in
            let text = (try? fixture.peer(file)) ?? ""
            return try text.split(separator: "\n").filter { $0.contains("src=") }.map { try ConntrackLine(String($0)) }
        }
    }

    @Test("Each format shows each entry of the bundled captures", arguments: Fixture.all)
    func formats(_ fixture: Fixture) throws {
        let expected = try Self.dump(fixture.capture, ["--count"])
        #expect(expected.status == 0)
        let count = try #require(Int(expected.output.dropLast()))
        for (words, extra) in [(["--json"], 0), (["--format", "conntrack"], 0), ([], 1)] {
            let outcome = try Self.dump(fixture.capture, words)
            #expect(outcome.status == 0)
            #expect(outcome.output.split(separator: "\n").count == count + extra, "\(words)")
            let remark =
                count == 0 ? "IPv4: conntrack is active (rule ip filter" : extra > 0 ? "nf_conntrack_acct=0" : ""
            #expect(remark.isEmpty ? outcome.complaint.isEmpty : outcome.complaint.contains(remark), "\(words)")
        }
    }

    @Test("The entries are those that conntrack(8) listed at the time of the capture", arguments: Fixture.all)
    func entries(_ fixture: Fixture) throws {
        let outcome = try Self.dump(fixture.capture, ["--format", "conntrack"])
        let ours = try outcome.output.split(separator: "\n").map { try ConntrackLine(String($0)) }
        func tuples(_ lines: [ConntrackLine]) -> Set<[[String: String]]> { Set(lines.map { [$0.original, $0.reply] }) }
        #expect(tuples(ours) == tuples(try Self.peer(fixture)))
    }

    @Test("--get finds each entry of a capture in its table", arguments: Fixture.all)
    func one(_ fixture: Fixture) throws {
        let whole = try Self.dump(fixture.capture, ["--format", "conntrack"]).output.split(separator: "\n")
        for line in whole.prefix(8) {
            let entry = try ConntrackLine(String(line))
            guard let source = entry.original["src"], let destination = entry.original["dst"],
                let sport = entry.original["sport"], let dport = entry.original["dport"]
            else { continue }
            let words = ["-p", entry.protocol, "-s", source, "-d", destination, "--sport", sport, "--dport"]
            let found = try Self.dump(fixture.capture, ["--get", "--format", "conntrack"] + words + [dport])
            #expect(found.status == 0 && found.output == line + "\n", "\(words)")
        }
        let missing = try Self.dump(
            fixture.capture,
            ["--get", "-p", "udp", "-s", "192.0.2.1", "-d", "192.0.2.2", "--sport", "1", "--dport", "2"])
        #expect(missing.status == 74 && missing.complaint.contains("there is no such entry"))
    }

    @Test("Filters select from a capture, all in the program itself", arguments: Fixture.all)
    func filters(_ fixture: Fixture) throws {
        let whole = try Self.dump(fixture.capture, ["--format", "conntrack"]).output.split(separator: "\n")
        for (words, isRight) in [
            (["--unreplied"], { $0.contains("[UNREPLIED]") }), (["-p", "tcp"], { $0.contains(" tcp ") }),
            (["-p", "!tcp"], { !$0.contains(" tcp ") }), (["-f", "ipv6"], { $0.hasPrefix("ipv6") }),
        ] as [([String], (Substring) -> Bool)] {
            let outcome = try Self.dump(fixture.capture, ["--format", "conntrack"] + words)
            #expect(outcome.output.split(separator: "\n") == whole.filter(isRight), "\(words)")
        }
        let explained = try Self.dump(fixture.capture, ["--explain-filter", "-p", "tcp"])
        #expect(explained.output == "here: the whole filter: a capture contains the whole table\n")
    }

    @Test(
        "A capture from an older version reports that it has no expectations",
        arguments: ["expect", "dying", "unconfirmed"])
    func notHeld(_ table: String) throws {
        let outcome = try Self.dump(Fixture.older.capture, [table])
        #expect(outcome.status == 74)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaint.contains("the capture has no answer to this"))
        #expect(outcome.complaint.contains("take it again with this version of ct-inspect"))
    }

    @Test(
        "A new capture answers every kind of dump as the kernel did", .needsRoot, .needsTool("conntrack"),
        .needsTool("nft"))
    func recorded() throws {
        try LiveTable.inside(crowd: 100) { table in
            let listener = try DeafListener()
            _ = try table.run(["conntrack", "-D", "-p", "sctp"])
            let folder = try TemporaryFolder()
            let path = folder.url.appendingPathComponent("lb1").path
            let taken = try table.run([Program.path, "capture", path])
            #expect(taken.status == 0, "\(taken.complaint)")
            for words in [["conntrack"], ["expect"], ["dying"], ["unconfirmed"]] {
                // Words that do not change over time, including all ids.
                let ids: (Program.Outcome) throws -> [String] = { outcome in
                    try outcome.output.split(separator: "\n").map { line in
                        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                        return "\(try #require(object?["id"] as? Int))"
                    }
                }
                let live = try table.dump(words + ["--json"])
                let replayed = try Self.dump(path, words + ["--json"])
                #expect(live.status == 0 && replayed.status == 0, "\(replayed.complaint)")
                #expect(try ids(live).sorted() == ids(replayed).sorted(), "\(words)")
                if words != ["unconfirmed"] { #expect(!live.output.isEmpty, "\(words)") }
            }
            listener.close()
        }
    }
}
