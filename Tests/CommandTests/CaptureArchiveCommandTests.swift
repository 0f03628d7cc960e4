import Foundation
import TestSupport
import Testing

/// `ct-inspect capture -`, in a network namespace of its own.
@Suite("Captures written as archives", .needsRoot, .needsTool("tar"))
struct CaptureArchiveCommandTests {
    /// `$1` is the program; `unshare --net` is before each.
    private static func shell(_ line: String, environment: [String: String] = [:]) throws -> Program.Outcome {
        let folder = try TemporaryFolder()
        return try Program.shell(
            #"cd "$0"; export TMPDIR=$PWD/temporary; mkdir temporary; capture=(unshare --net "$1" capture); "# + line,
            [folder.url.path, Program.path], environment: environment)
    }

    @Test("It is one directory for its owner, whole, and the report goes to standard error")
    func archive() throws {
        let outcome = try Self.shell(
            #""${capture[@]}" - >a && tar -xf a && ls -d *-*Z && cd *-*Z && stat -c %a . manifest.json && "$1" stats --capture . >/dev/null"#
        )
        #expect(outcome.status == 0)
        #expect(outcome.output.contains(/^[A-Za-z0-9._-]+-\d{8}T\d{6}Z\n700\n600\n$/), "\(outcome.output)")
        #expect(outcome.complaint.contains(/^tar archive: .*\. Read it with: ct-inspect \w+ --capture FILE\n/))
    }

    @Test("A pipe leads from one host to another", arguments: ["cat", "gzip", "zstd -q"])
    func pipe(_ compress: String) throws {
        let outcome = try Self.shell(
            #""${capture[@]}" - 2>/dev/null | \#(compress) | setpriv --inh-caps=-all --bounding-set=-all "$1" stats --json --capture -"#
        )
        #expect(outcome.status == 0 && outcome.complaint.isEmpty)
        #expect(outcome.output.contains(#""schema":"ct-inspect/1""#))
    }

    @Test("sudo's user gets nothing that he does not get from the shell")
    func sudo() throws {
        let outcome = try Self.shell(
            #""${capture[@]}" - >a 2>/dev/null; stat -c %u a; tar --numeric-owner -tvf a | grep -vc " 0/0 ""#,
            environment: ["SUDO_UID": "65534", "SUDO_GID": "65534"])
        #expect(outcome.output == "0\n0\n")
    }

    @Test("A terminal and --json are usage errors, and no file is made")
    func usage() throws {
        let json = try Self.shell(#""${capture[@]}" - --json"#)
        #expect(json.status == 64 && json.complaint.contains("--json and - are mutually exclusive"))
        let terminal = try Self.shell(#"script -qec "'$1' capture -" /dev/null; ls -A temporary"#)
        #expect(terminal.output.contains("standard output is a terminal: redirect the archive"))
        #expect(try Self.shell(#"script -qec "'$1' capture -" /dev/null"#).status == 64)
    }

    @Test("A directory may still be called -")
    func named() throws {
        let outcome = try Self.shell(
            #""${capture[@]}" ./- >/dev/null && "$1" stats --capture ./- >/dev/null && ls ./-/CRC32SUMS"#)
        #expect(outcome.status == 0 && outcome.output == "./-/CRC32SUMS\n")
    }

    @Test("Output that cannot be written is an error, a reader that leaves is none")
    func output() throws {
        let full = try Self.shell(#""${capture[@]}" - >/dev/full"#)
        #expect(full.status == 74 && full.complaint == "ct-inspect: cannot write the output: No space left on device\n")
        let closed = try Self.shell(#""${capture[@]}" - >&-"#)
        #expect(closed.status == 74 && closed.complaint.contains("Bad file descriptor"))
        let left = try Self.shell(#""${capture[@]}" - | head -c 100 | wc -c; exit ${PIPESTATUS[0]}"#)
        // As any command: by SIGPIPE, if it still has something to write.
        #expect([0, 141].contains(left.status) && left.output == "100\n")
    }

    @Test("Where there is no room for it, nothing is written, and that is said")
    func full() throws {
        let outcome = try Self.shell(
            #"unshare --mount bash -c 'mount -t tmpfs -o size=16k none temporary; exec "$0" capture -' "$1" >a; status=$?; wc -c <a; exit $status"#
        )
        #expect(outcome.status == 74 && outcome.output == "0\n")
        #expect(outcome.complaint.contains("No space left on device: set TMPDIR to a directory with free space"))
        #expect(outcome.complaint.split(separator: "\n").count == 1)
    }

    @Test("Without rights it fails as ever, and writes nothing")
    func unprivileged() throws {
        let outcome = try Self.shell(
            #"setpriv --inh-caps=-all --bounding-set=-all "${capture[2]}" capture - >a; status=$?; wc -c <a; exit $status"#
        )
        #expect(outcome.status == 77 && outcome.output == "0\n")
    }

    /// Stopped in each of its first system calls that reads, by a signal that comes then.
    @Test(
        "A signal ends it without an archive, and nothing is left", .needsTool("strace"),
        arguments: ["TERM", "INT", "HUP", "KILL"])
    func signals(_ name: String) throws {
        let outcome = try Self.shell(
            #"""
            unshare --net strace -qq -o /dev/null -f -e trace=sendto,sendmsg -e inject=sendto,sendmsg:signal=\#(name):when=3 \
                "$1" capture - >a; echo "$?"; wc -c <a; ls -A temporary
            """#)
        #expect(outcome.output == "\(name == "KILL" ? 137 : 130)\n0\n", "\(outcome.output)\(outcome.complaint)")
    }
}
