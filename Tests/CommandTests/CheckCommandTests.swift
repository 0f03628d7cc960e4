import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import CTInspectCommand
@testable import Inspection

/// `check` as run by a user.
struct CheckCommandTests {
    private struct Document: Decodable {
        var complete: Bool
        var findings: [Found]
        var checked: [Checked]
        var not_checked: [NotChecked]

        struct Found: Decodable {
            var id: String
            var severity: String
            var reason: String
            var proof: String?
        }

        struct Checked: Decodable {
            var id: String
            var what: String
        }

        struct NotChecked: Decodable {
            var id: String
            var reason: String
        }
    }

    private func document(_ outcome: Program.Outcome) throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    }

    /// A capture is of one moment.
    /// What a capture of an older version lacks, and what takes time.
    private static func ofTime(hasNAT: Bool = false) -> [String] {
        ["lro", "ct-invalid-rate", "icmp-ratelimit", "stuck-established", "packets-dropped"]
            + (hasNAT ? ["answers-dropped"] : [])
            + ["lost-before-local-in", "lost-before-post-routing"]
    }

    private func capture(_ name: String) -> [String] { ["--capture", Fixture(name: name).capture] }

    // MARK: Captures

    @Test("A capture of an older version: what it lacks is not checked, and what it shows is found")
    func older() throws {
        let outcome = try Program.run(["check", "--json"] + capture("older"))
        #expect(outcome.status == 1)
        let document = try document(outcome)
        expectAll(document)
        #expect(!document.complete)
        #expect(Set(document.not_checked.map(\.id)).isSuperset(of: ["ct-full", "ct-chains", "ct-counters"]))
        let isMoment = { (one: Document.NotChecked) in one.reason.hasSuffix("see --for") }
        #expect(
            document.not_checked.allSatisfy { isMoment($0) || $0.reason.contains("take it again with this version") })
        #expect(document.findings.filter { $0.severity != "info" }.map(\.id) == ["vs-conntrack-dr"])
        #expect(document.findings.allSatisfy { $0.proof != nil })
        #expect(outcome.complaint.isEmpty)
    }

    /// Each check is in one of the lists.
    private func expectAll(_ document: Document) {
        let ids = Set(document.findings.map(\.id))
        let others = document.checked.map(\.id) + document.not_checked.map(\.id)
        #expect((ids + others).sorted() == Check.all.map(\.id.rawValue).sorted())
    }

    @Test(
        "A director's packet filter is tried from its capture, as root and as an ordinary user", .needsRoot,
        arguments: Fixture.all, [false, true])
    func fixtures(_ fixture: Fixture, isOrdinary: Bool) throws {
        let folder = try TemporaryFolder()
        let command = isOrdinary ? "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all" : "env"
        let outcome = try Program.shell(
            #"cp -r "$1" "$2/lb1" && cp "$0" "$2" && chmod -R a+rX "$2" && \#(command) "$2/ct-inspect" check --json --capture "$2/lb1""#,
            [Program.path, fixture.capture, folder.url.path])
        #expect(outcome.status == 1, "\(outcome.complaint)")
        let document = try document(outcome)
        expectAll(document)
        // Its service by mark is tried, too.
        let isMixed = fixture.name == "mixed"
        #expect(document.complete)
        // What comes back with vs.conntrack=1 is not tried from captures, which do not have the files of the filter, either.
        let untried = (isMixed ? ["forward-policy"] : []) + ["fw-reload"]
        #expect(Set(document.not_checked.map(\.id)) == Set(Self.ofTime(hasNAT: isMixed) + untried))
        let filter = ["invalid-dropped", "icmp-not-accepted"]
        let found: [String: Set<String>] = [
            "dr-untracked": Set(filter), "dr-conntrack": Set(filter + ["vs-conntrack-dr"]),
            "mixed": Set(filter + ["icmpv6-ptb", "vs-conntrack-dr", "mixed-methods"]),
        ]
        #expect(Set(document.findings.filter { $0.severity != "info" }.map(\.id)) == found[fixture.name])
    }

    @Test(
        "Rules of iptables-legacy in a capture are tried as well, as root and as an ordinary user", .needsRoot,
        .needsTool("iptables-legacy"), arguments: [false, true])
    func legacy(isOrdinary: Bool) throws {
        let folder = try TemporaryFolder()
        let command = isOrdinary ? "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all" : "env"
        // A director's capture, with the tables of another, made here.
        let outcome = try Program.shell(
            #"""
            set -e; cp -r "$1" "$2/lb1"; cp "$0" "$2"; cd "$2"
            unshare --net bash -ec 'for i in iptables-legacy ip6tables-legacy; do
                $i -t mangle -A PREROUTING -p tcp -m conntrack --ctstate INVALID -j DROP; done; "$0" capture other' "$0" >&2
            (cd other && tar -c sockopt proc/net/ip*_tables_names) | tar -xC lb1
            python3 -c "$3"; chmod -R a+rX .
            \#(command) ./ct-inspect check --json --capture lb1
            """#,
            [Program.path, Fixture(name: "dr-untracked").capture, folder.url.path, Self.completing])
        #expect(outcome.status == 1, "\(outcome.complaint)")
        let document = try document(outcome)
        let untried = Set(document.not_checked.map(\.id))
        #expect(document.complete && untried == Set(Self.ofTime() + ["fw-reload"]), "\(document.not_checked)")
        let finding = try #require(document.findings.first { $0.id == "invalid-dropped" })
        #expect(
            finding.reason.contains(
                "iptables-legacy mangle PREROUTING rule 1 (-A PREROUTING -p tcp -m conntrack --ctstate INVALID -j DROP)"
            ),
            "\(finding.reason)")
    }

    /// Files were added to a capture that says that the kernel had none of them.
    private static let completing = """
        import json, pathlib, zlib
        manifest = json.loads(open("lb1/manifest.json").read())
        manifest["unread"] = []
        open("lb1/manifest.json", "w").write(json.dumps(manifest))
        files = sorted((str(file.relative_to("lb1")), file) for file in pathlib.Path("lb1").rglob("*") if file.is_file())
        sums = [f"{zlib.crc32(file.read_bytes()):08x}  {path}\\n" for path, file in files if path != "CRC32SUMS"]
        open("lb1/CRC32SUMS", "w").write("".join(sums))
        """

    @Test("The document is as its schema says", arguments: Fixture.all)
    func schema(_ fixture: Fixture) throws {
        let outcome = try Program.run(["check", "--json", "--capture", fixture.capture])
        #expect(try SchemaScript.check("check", outcome.output).lines == ["1 passed, 0 failed"])
    }

    @Test("The text says what, whose, why, the numbers, what to do and how to prove it")
    func text() throws {
        let outcome = try Program.run(["check"] + capture("older"))
        #expect(outcome.status == 1)
        let blocks = outcome.output.components(separatedBy: "\n\n")
        #expect(blocks[0].contains("0 errors, 1 warning, 5 info; "))
        let lines = blocks[1].split(separator: "\n")
        #expect(lines[0] == "warning vs-conntrack-dr: tcp 10.0.0.100:80")
        #expect(lines[1].contains("net/netfilter/ipvs/ip_vs_conn.c, ip_vs_conn_new"))
        #expect(lines[2] == "  Evidence: vs_conntrack=1 services=1")
        #expect(lines[3].hasPrefix("  To fix it, run sysctl -w net.ipv4.vs.conntrack=0: "))
        #expect(lines.last?.hasPrefix("  To prove it: ct-inspect observe ") == true)
        #expect(outcome.output.contains("\nChecked and fine:\n  icmpv6-ptb "))
        #expect(
            outcome.output.contains("\n  expect-max, ct-full, ct-chains, ct-counters, ct-est-timeout: cannot read"))
        let narrow = try Program.shell(
            #"script -qec "stty cols 70; '$0' check --color never --capture '$1'" /dev/null"#,
            [Program.path, Fixture.older.capture])
        let rows = narrow.output.split(whereSeparator: \.isNewline)
        #expect(rows.allSatisfy { $0.count <= 70 })
        #expect(rows.contains("  no-dest                a service none of whose destinations takes"))
        #expect(rows.contains("                         connections"))
    }

    // MARK: Exit status

    @Test("The exit status says whether something is as bad as asked for")
    func levels() throws {
        let only = ["check", "--only", "vs-conntrack-dr,no-dest"] + capture("dr-conntrack")
        #expect(try Program.run(only).status == 1)
        #expect(try Program.run(only + ["--fail-on", "warning"]).status == 1)
        #expect(try Program.run(only + ["--fail-on", "error"]).status == 0)
        let info = ["check", "--only", "expire-nodest"] + capture("dr-untracked")
        #expect(try Program.run(info).status == 0)
        #expect(try Program.run(info + ["--fail-on", "info"]).status == 1)
        let fine = try Program.run(["check", "--only", "no-dest", "--fail-on", "info"] + capture("dr-untracked"))
        #expect(fine.status == 0 && fine.complaint.isEmpty)
    }

    @Test("What could not be read is no pass at the severity it may have, and that is said")
    func noPass() throws {
        let unread = ["check", "--only", "ct-chains", "--only", "no-dest"] + capture("older")
        let outcome = try Program.run(unread)
        #expect(outcome.status == 1)
        #expect(
            outcome.complaint
                == "ct-inspect: nothing of severity warning or worse was found, but 1 check could not be made (ct-chains): "
                + "this is not a pass\n")
        // A chain that is too long is no error.
        let tolerant = try Program.run(unread + ["--fail-on", "error"])
        #expect(tolerant.status == 0 && tolerant.complaint.isEmpty)
    }

    @Test("A monitoring plugin's statuses, a line each")
    func nagios() throws {
        let cases: [([String], Int32, String)] = [
            (["--only", "no-dest"] + capture("dr-untracked"), 0, "OK - 1 checked and fine | errors=0 warnings=0 "),
            (["--only", "mixed-methods"] + capture("mixed"), 1, "WARNING - mixed-methods | errors=0 warnings=1 "),
            (["--only", "ct-full"] + capture("older"), 3, "UNKNOWN - nothing of severity warning or worse was found"),
            (["--capture", "/no/such/capture"], 3, "UNKNOWN - cannot "),
        ]
        for (words, status, start) in cases {
            let outcome = try Program.run(["check", "--nagios"] + words)
            #expect(outcome.status == status, "\(words)")
            #expect(outcome.output.hasPrefix("CT_INSPECT " + start), "\(outcome.output)")
            #expect(outcome.output.filter(\.isNewline).count == 1)
            #expect(outcome.complaint.isEmpty)
        }
    }

    @Test("An error is critical to monitoring, and the only thing that --fail-on error counts", .needsTool("python3"))
    func error() throws {
        let folder = try TemporaryFolder()
        // A capture of a director whose memory is short: one setting differs, and with it its checksum.
        let edited = try Program.shell(
            #"""
            cp -r "$0" "$1/lb1" && chmod -R u+w "$1/lb1" && cd "$1/lb1" && python3 -c '
            import re, zlib
            name = "proc/sys/net/ipv4/vs/drop_packet"
            open(name, "wb").write(b"2\n")
            sums = open("CRC32SUMS").read()
            line = re.search(r"^(\w+)(\s+)" + name + "$", sums, re.M)
            old, new = line.group(0), "%08x%s%s" % (zlib.crc32(b"2\n"), line.group(2), name)
            open("CRC32SUMS", "w").write(sums.replace(old, new))'
            """#, [Fixture(name: "dr-untracked").capture, folder.url.path])
        #expect(edited.status == 0, "\(edited.complaint)")
        let words = ["check", "--only", "defense-on,no-dest", "--capture", folder.url.path + "/lb1"]
        let plugin = try Program.run(words + ["--nagios"])
        #expect(plugin.status == 2, "\(plugin.output)")
        #expect(plugin.output.hasPrefix("CT_INSPECT CRITICAL - defense-on | errors=1 warnings=0 "))
        let report = try Program.run(words + ["--fail-on", "error"])
        #expect(report.status == 1 && report.complaint.isEmpty)
        #expect(report.output.contains("\nerror defense-on\n  net.ipv4.vs.drop_packet=2: memory is short"))
    }

    @Test(
        "Wrong usage exits with 64, and the nearest check is suggested",
        arguments: [
            (["--only", "ct-ful"], "--only: there is no check 'ct-ful'. Did you mean 'ct-full'?"),
            (["--skip", "no-dest,sloppi"], "--skip: there is no check 'sloppi'. Did you mean 'sloppy'?"),
            (["--only", ""], "See ct-inspect check --list."), (["--fail-on", "fatal"], "fatal"),
            (["--json", "--nagios"], "--json and --nagios are mutually exclusive"),
            (["--list", "--nagios"], "mutually exclusive"), (["--nagios", "--fail-on", "error"], "mutually exclusive"),
            (["--only", "sloppy", "--skip", "sloppy"], "leaves no check"),
        ])
    func usage(_ words: [String], _ complaint: String) throws {
        let outcome = try Program.run(["check"] + words)
        #expect(outcome.status == 64)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaint.contains(complaint), "\(outcome.complaint)")
    }

    @Test("A damaged or missing capture exits as everywhere")
    func failure() throws {
        let outcome = try Program.run(["check", "--capture", "/no/such/capture"])
        #expect(outcome.status == 74)
        #expect(outcome.output.isEmpty)
    }

    @Test("Without privileges it exits with 77; a plugin says so in its line", .needsRoot)
    func forbidden() throws {
        let bare = #"exec setpriv --inh-caps=-all --bounding-set=-all "$0" check $1"#
        let outcome = try Program.shell(bare, [Program.path])
        #expect(outcome.status == 77)
        #expect(outcome.complaint.contains("run with sudo"))
        let plugin = try Program.shell(bare, [Program.path, "--nagios"])
        #expect(plugin.status == 3)
        #expect(plugin.output.hasPrefix("CT_INSPECT UNKNOWN - ") && plugin.output.contains("run with sudo"))
    }

    // MARK: The list

    @Test("--list names every check once, with its severity, without privileges")
    func list() throws {
        let outcome = try Program.shell(
            #"exec setpriv --inh-caps=-all --bounding-set=-all "$0" check --list"#, [Program.path])
        #expect(outcome.status == 0)
        let rows = outcome.output.split(separator: "\n").dropFirst()
        #expect(rows.count == Check.all.count)
        for (row, check) in zip(rows, Check.all) {
            #expect(row.hasPrefix(check.id.rawValue + " "))
            #expect(row.contains(" \(check.worst.rawValue) ") && row.hasSuffix(check.title))
            #expect(row.count <= 115, "\(row)")
        }
        let chosen = try Program.run(["check", "--list", "--skip", "no-dest", "--only", "no-dest,sloppy"])
        #expect(chosen.output.split(separator: "\n").count == 2)
    }

    @Test("Every id that is completed is accepted")
    func completions() throws {
        for id in CheckSelection.ids {
            #expect(throws: Never.self, "\(id)") { try CTInspect.parseAsRoot(["check", "--only", id]) }
        }
        #expect(ListPiece("sloppy,").candidates(CheckSelection.ids).contains("sloppy,no-dest"))
    }

    // MARK: A live table

    @Test(
        "Without IPVS that is said, and is no failure; the table is checked, live and from a capture", .needsRoot,
        .needsTool("conntrack"),
        .disabled(if: FileManager.default.fileExists(atPath: "/proc/net/ip_vs_stats"), "this kernel has IPVS"))
    func live() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.shell(
            #"""
            cd "$1" && exec unshare --net bash -c '
                "$0" check --json >live; echo $?
                "$0" check --json --capture lb1 >/dev/null 2>&1; echo $?
                "$0" capture lb1 >/dev/null 2>&1
                "$0" check --json --capture lb1 >replayed; echo $?
                "$0" check --nagios >plugin; echo $?' "$0"
            """#, [Program.path, folder.url.path])
        #expect(outcome.output == "0\n74\n0\n0\n", "\(outcome.complaint)")
        let documents = try ["live", "replayed"].map { name in
            try String(contentsOf: folder.url.appendingPathComponent(name), encoding: .utf8)
        }
        for text in documents {
            let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
            // As the kernel has them by default.
            #expect(Set(document.findings.map(\.id)) == ["ct-acct-off", "ct-timestamp-off"])
            #expect(document.complete)
            #expect(document.checked.map(\.id).contains("ct-full"))
            #expect(document.not_checked.first { $0.id == "no-dest" }?.reason == "IPVS is not loaded here")
            #expect(try SchemaScript.check("check", text).lines == ["1 passed, 0 failed"])
        }
        let plugin = try String(contentsOf: folder.url.appendingPathComponent("plugin"), encoding: .utf8)
        #expect(plugin.contains(/^CT_INSPECT OK - .* entries=0;\d+;\d+;0;\d+\n$/))
    }
}
