import Addresses
import Foundation
import Inspection
import TestSupport
import Testing

/// `record` on a kernel without IPVS, in a namespace of the test's, and `replay` of what it wrote.
struct RecordCommandTests {
    /// Conntrack is active there, and changes while it is recorded.
    private static let setUp = """
        ip link set lo up
        nft add table ip t
        nft add chain ip t c '{ type filter hook input priority 0; }'
        nft add rule ip t c ct state invalid counter drop
        """

    private func inNamespace(_ script: String, _ arguments: [String] = []) throws -> Program.Outcome {
        try Program.shell(
            #"unshare -n sh -euc "$1" "$0" "${@:2}""#, [Program.path, Self.setUp + "\n" + script] + arguments)
    }

    private func lines(_ text: String) throws -> [RecordLine] {
        try text.split(separator: "\n").map { try #require(RecordLine(Array($0.utf8)), "\($0)") }
    }

    @Test(
        "To standard output: what is there, what changes, by whom, and the end, as the schema says", .needsRoot,
        .needsTool("nft"))
    func stream() throws {
        let outcome = try inNamespace(
            """
            "$0" record --to - --for 6s --interval 1s &
            sleep 3
            nft add rule ip t c accept
            sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
            wait $!
            """)
        #expect(outcome.status == 0 && outcome.complaint.isEmpty, "\(outcome.complaint)")
        let lines = try lines(outcome.output)
        #expect(lines.first?.kind == .start && lines.last?.kind == .end)
        #expect(lines.filter { $0.kind == .ruleset }.map { $0.text("process") } == ["nft"])
        let changes = lines.filter { $0.kind == .setting && $0.text("before") != nil }
        #expect(changes.map { $0.text("name") } == ["net.netfilter.nf_conntrack_tcp_loose"])
        #expect(changes.first?.text("before") == "1" && changes.first?.text("after") == "0")
        if SchemaScript.works || isContinuousIntegration {
            #expect(try SchemaScript.check("record", outcome.output).lines == ["\(lines.count) passed, 0 failed"])
        }
    }

    @Test(
        "To a directory, killed, and gone on with: replay has every line of both, filtered and by time", .needsRoot,
        .needsTool("nft"))
    func directory() throws {
        let folder = try TemporaryFolder()
        let record = folder.url.path + "/record"
        let outcome = try inNamespace(
            """
            "$0" record --to "$1" --interval 1s &
            sleep 3
            { kill -9 $!; wait $!; } 2>/dev/null || true
            "$0" record --to "$1" --interval 1s --for 2s
            """, [record])
        #expect(outcome.status == 0 && outcome.complaint.isEmpty, "\(outcome.complaint)")
        let files = try FileManager.default.contentsOfDirectory(atPath: record).filter { $0.contains(".jsonl") }
        #expect(files.count == 2 && files.allSatisfy { !$0.hasSuffix(".jsonl") }, "\(files)")
        if SchemaScript.works || isContinuousIntegration {
            let manifest = try String(contentsOfFile: record + "/manifest.json", encoding: .utf8)
            #expect(try SchemaScript.check("record-manifest", manifest).lines == ["1 passed, 0 failed"])
        }
        let all = try Program.run(["replay", record, "--json"])
        let lines = try lines(all.output)
        #expect(all.status == 0 && lines.filter { $0.kind == .start }.map { $0.number("segment") } == [1, 2])
        let last = try #require(lines.last)
        #expect(last.kind == .end)
        let since = try Program.run(["replay", record, "--since", last.time.rfc3339, "--json"])
        #expect(try self.lines(since.output).map(\.kind) == [.end])
        let until = try Program.run(["replay", record, "--until", last.time.rfc3339, "--json"])
        #expect(try self.lines(until.output).count == lines.count - 1)
        let text = try Program.run(["replay", record, "--filter", "kind=start,end"])
        #expect(text.output.split(separator: "\n").count == 3 && text.output.contains("recording ended"))
        // A segment alone, and from a pipe.
        let piped = try Program.shell(#"cat "$1"/000002-* | "$0" replay - --json"#, [Program.path, record])
        let second = try #require(lines.firstIndex { $0.number("segment") == 2 })
        #expect(try self.lines(piped.output).count == lines.count - second)
    }

    @Test("What is no record is said, with the status for data; the lines that are one are printed")
    func noRecord() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("lines")
        let line = #"{"time":"2026-11-29T10:14:42.205708Z","host":"lb1","netns":null,"record":"end"}"#
        try Data("\(line)\nnonsense\n{}\n\(line)".utf8).write(to: file)
        let outcome = try Program.run(["replay", file.path])
        #expect(outcome.status == 65)
        #expect(outcome.output == "2026-11-29T10:14:42.205Z lb1  recording ended\n")
        #expect(outcome.complaint.contains("2 lines are none of a record"))
        #expect(outcome.complaint.contains("its last line is incomplete"))
        let nothing = try Program.run(["replay", folder.url.path + "/nosuch"])
        #expect(nothing.status == 74 && nothing.complaint.contains("No such file"), "\(nothing.status)")
    }

    @Test("Without privileges it exits with 77, and leaves no directory behind")
    func forbidden() throws {
        let folder = try TemporaryFolder()
        let record = folder.url.path + "/record"
        let outcome = try Program.shell(
            #"setpriv --inh-caps=-all --bounding-set=-all "$0" record --to "$1""#, [Program.path, record])
        #expect(outcome.status == 77 && outcome.complaint.contains("run with sudo"))
        #expect(!FileManager.default.fileExists(atPath: record))
    }
}
