import Foundation
import Netlink
import TestSupport
import Testing

/// `--capture` with an archive, by each command that has it.
@Suite("Captures in archives, read by commands", .needsTool("tar"), .needsTool("gzip"), .needsTool("zstd"))
struct ArchivedCaptureTests {
    private static let fixture = Fixture(name: "mixed")

    private static let commands = [
        "flows", "flows --json", "services", "services --json", "stats", "dump", "dump --json",
        "explain --flags FIN,ACK --service tcp/10.0.0.100:80", "check --json", "advise", "export --once",
        "watch --once --tab findings",
    ]

    /// Where `$1` is the program, `$2` the fixture's capture.
    private static func shell(_ line: String, environment: [String: String] = [:]) throws -> Program.Outcome {
        let folder = try TemporaryFolder()
        return try Program.shell(
            #"cd "$0" && cp -r "$2" lb1; "# + line, [folder.url.path, Program.path, fixture.capture],
            environment: environment)
    }

    @Test("Each command says the same of a directory and of its archive", arguments: commands)
    func same(_ command: String) throws {
        let size = ["COLUMNS": "120", "LINES": "40", "LC_ALL": "C.UTF-8"]
        // How long a reading took, and when it was, differ.
        let mask = "sed -E 's/(seconds|timestamp)[^ ]* .*/\\1/'"
        let want = try Self.shell("\"$1\" \(command) --capture lb1 | \(mask); exit ${PIPESTATUS[0]}", environment: size)
        #expect(!want.output.isEmpty)
        for (make, path) in [
            ("tar -cf a lb1", "a"), ("tar -C lb1 -czf a .", "a"), ("tar -c lb1 | zstd -q >a", "a"),
            ("tar -cf a lb1", "- <a"), ("tar -czf a lb1", "- < <(cat a)"),
        ] {
            let line = "\(make); \"$1\" \(command) --capture \(path) | \(mask); exit ${PIPESTATUS[0]}"
            let got = try Self.shell(line, environment: size)
            #expect(got.output == want.output && got.status == want.status, "\(line)")
            #expect(got.complaint == want.complaint, "\(line)")
        }
    }

    @Test("What is no capture is an error of input, in one sentence")
    func refused() throws {
        for (line, words) in [
            (": | \"$1\" stats --capture -", "read the capture (standard input): it is empty: "),
            ("echo x | \"$1\" stats --capture -", "(standard input): it is neither a directory nor a tar archive: "),
            ("\"$1\" stats --capture - <lb1", "(standard input): Is a directory"),
            ("\"$1\" stats --capture - <&-", "(standard input): Bad file descriptor"),
            ("tar -c lb1 | head -c 30000 >a; \"$1\" stats --capture a", ": Truncated "),
            (
                "ln -s /etc/passwd lb1/link; tar -cf a lb1; \"$1\" stats --capture a",
                "capture a: lb1/link is a symbolic link: "
            ),
            ("\"$1\" stats --capture none", "read the capture none: No such file or directory: "),
        ] {
            let outcome = try Self.shell(line)
            #expect(outcome.status == 74 && outcome.output.isEmpty, "\(line)")
            #expect(outcome.complaint.contains(words), "\(line): \(outcome.complaint)")
            #expect(outcome.complaint.split(separator: "\n").count == 1)
        }
    }

    @Test("Where there is no room for what is unpacked, that is said", .needsRoot)
    func full() throws {
        let outcome = try Self.shell(
            #"""
            tar -cf a lb1; mkdir full; exec unshare --mount bash -c 'mount -t tmpfs -o size=16k none full
            TMPDIR=full exec "$0" stats --capture a' "$1"
            """#)
        #expect(outcome.status == 74)
        #expect(
            outcome.complaint
                == "ct-inspect: cannot write into full: No space left on device: set TMPDIR to a directory with free space\n"
        )
    }

    @Test("Nothing of it is left where it was unpacked, also if the program is killed")
    func leavesNothing() throws {
        let outcome = try Self.shell(
            #"""
            mkdir temporary; export TMPDIR=$PWD/temporary; tar -cf a lb1
            "$1" stats --capture a >/dev/null; ls -A temporary
            mkfifo hold; "$1" stats --capture hold & exec 3>hold; head -c 20000 a >&3
            for _ in {1..100}; do ls -l /proc/$!/fd | grep -q "$TMPDIR" && break; sleep 0.1; done
            ls -l /proc/$!/fd | grep -q "$TMPDIR.*(deleted)" || echo "no file"
            kill -KILL $!; wait $!; ls -A temporary
            """#)
        #expect(outcome.output.isEmpty)
    }

    @Test("A keyboard is not read as an archive")
    func terminal() throws {
        for command in ["stats", "watch", "export --once"] {
            let outcome = try Program.shell(
                #"script -qec "'$0' \#(command) --capture -" /dev/null </dev/null"#, [Program.path])
            #expect(outcome.status == 64 && outcome.output.contains("standard input, which is a terminal"))
        }
    }

    @Test("Standard input is read once")
    func twice() throws {
        for option in ["--ruleset", "--services"] {
            let outcome = try Program.run(["check", option, "-", "--capture", "-"])
            #expect(outcome.status == 64 && outcome.complaint.contains("Only one file can be - (standard input)."))
        }
    }

    @Test("watch takes its keys from the terminal where the capture came from a pipe")
    func watch() throws {
        let outcome = try Self.shell(
            #"""
            tar -cf a lb1; export TERM=xterm LC_ALL=C.UTF-8
            (sleep 3; printf q) | timeout -k 1 60 script -qec "stty cols 100 rows 30; cat a | '$1' watch --no-config --capture -" /dev/null
            """#)
        #expect(outcome.status == 0, "\(outcome.output.suffix(300))")
        #expect(outcome.output.contains("\u{1B}[?1049h") && outcome.output.contains("capture of 2026-11-"))
    }

    @Test("Without libarchive a directory can be read still, and an archive is an error that names it", .needsRoot)
    func withoutLibrary() throws {
        let outcome = try Self.shell(
            #"""
            tar -cf a lb1; unshare --mount bash -c 'for file in /usr/lib/*/libarchive.so.13; do mount --bind /dev/null "$file"; done
            "$0" stats --capture lb1 >/dev/null && "$0" stats --capture a' "$1"
            """#)
        #expect(outcome.status == 69)
        #expect(outcome.complaint.contains("install libarchive (libarchive13)"))
    }
}
