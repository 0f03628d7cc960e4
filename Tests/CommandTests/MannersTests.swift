import Foundation
import Testing

@Suite("Wrong usage and missing permissions")
struct MannersTests {
    private let capture = Fixture.all[0].capture

    @Test("Help and version work, and every implemented command is listed, and no other")
    func help() throws {
        let help = try Program.run(["--help"])
        #expect(help.status == 0)
        for word in [
            "flows (default)", "watch", "check", "advise", "dump", "events", "services", "stats", "explain", "capture",
            "diff", "fleet", "export", "record", "replay", "EXAMPLES",
        ] {
            #expect(help.output.contains(word))
        }
        #expect(try Program.run(["--version"]).output == "0.1.0\n")
        #expect(try Program.run(["-V"]).output == "0.1.0\n")
        #expect(try Program.run(["help", "watch"]).output == Program.run(["watch", "--help"]).output)
    }

    @Test(
        "Wrong usage exits with 64 and explains the error",
        arguments: [
            (["--bogus"], "--bogus"), (["nosuch"], "nosuch"), (["flows", "--verdict", "never"], "--for"),
            (["flows", "--service", "x"], "x"), (["flows", "--netns", "lb", "--capture", "/tmp"], "--netns"),
            (["capture"], "DIR"), (["flows", "--summary", "--verdict", "absent"], "--verdict"),
            (["flows", "--color", "blue"], "blue"),
            (["stats", "--interval", "0"], "a duration is a number of seconds"),
            (["stats", "--count", "2"], "--interval"), (["stats", "--interval", "1", "--count", "0"], "--count"),
            (["stats", "--interval", "1", "--capture", "/tmp"], "one moment"),
            (["stats", "--interval", "10ms"], "at least 100ms"), (["flows", "--for", "1w"], "has a unit: 500ms"),
            (["help", "nosuch"], "There is no command 'nosuch'"), (["wacht", "--help"], "Did you mean 'watch'?"),
            (["wacht", "-h"], "Did you mean 'watch'?"), (["flows", "-V"], "-V"),
            (["events", "--buffer", "2G"], "less than 2G"), (["record"], "--to"),
            (["record", "--to", ""], "needs a directory"),
            (["record", "--to", "x", "--interval", "10ms"], "at least 1s"),
            (["record", "--to", "x", "--keep-bytes", "1M"], "at least --segment-size"),
            (["record", "--to", "x", "--keep-segments", "0"], "at least 1"),
            (["record", "--to", "x", "--segment-size", "1K"], "at least 64K"),
            (["replay"], "DIR|FILE|-"), (["replay", "x", "--since", "soon"], "a time is in RFC 3339"),
            (["replay", "x", "--filter", "mark=1"], "Usage: ct-inspect replay"),
            (["services", "--stats", "--rate"], "--stats, --rate are mutually exclusive"),
            (["services", "--exact"], "--exact is for --stats and --rate"),
            (["services", "--json", "--tun-info"], "JSON has all of it"),
            (["dump", "nosuch"], "Usage: ct-inspect dump"),
            (["watch", "--filter", "xx=1"], "See 'ct-inspect watch --help'"),
        ])
    func usage(_ arguments: [String], _ word: String) throws {
        let outcome = try Program.run(arguments)
        #expect(outcome.status == 64)
        #expect(outcome.complaint.contains(word))
        #expect(outcome.output.isEmpty)
    }

    @Test("A namespace that does not exist exits with 69 and suggests the next step")
    func noNamespace() throws {
        let outcome = try Program.run(["flows", "--netns", "no-such-namespace"])
        #expect(outcome.status == 69)
        #expect(outcome.complaint.contains("cannot enter the network namespace no-such-namespace"))
        #expect(outcome.complaint.contains("ip netns list"))
    }

    @Test(
        "A kernel without IPVS exits with 69 and suggests the next step",
        .disabled(if: FileManager.default.fileExists(atPath: "/proc/net/ip_vs"), "this kernel has IPVS"),
        arguments: [["flows"], [], ["services"]])
    func noIPVS(_ arguments: [String]) throws {
        let outcome = try Program.run(arguments)
        #expect(outcome.status == 69)
        #expect(outcome.complaint.contains("modprobe ip_vs"))
        #expect(outcome.complaint.contains("dump, events, stats and watch need no IPVS") == (arguments != ["services"]))
        #expect(outcome.output.isEmpty)
    }

    @Test("A missing or invalid capture exits with 74 and suggests the next step")
    func noCapture() throws {
        let missing = try Program.run(["flows", "--capture", "/nonexistent"])
        #expect(missing.status == 74)
        #expect(missing.complaint.contains("No such file or directory: give what was written by ct-inspect capture"))
        let none = try Program.run(["services", "--capture", "/usr"])
        #expect(none.status == 74)
        #expect(none.complaint.contains("CRC32SUMS") && none.complaint.contains("take or copy it again"))
        let parent = URL(fileURLWithPath: capture).deletingLastPathComponent().path
        let outside = try Program.run(["services", "--capture", parent])
        #expect(outside.status == 74 && outside.complaint.contains("give \(capture), which has one"))
    }

    @Test(
        "A closed pipe is not an error", arguments: [["flows"], ["flows", "--json"], ["services"], ["--help"]])
    func closedPipe(_ arguments: [String]) throws {
        let words = [Program.path] + arguments + (arguments == ["--help"] ? [] : ["--capture", capture])
        let outcome = try Program.shell(#""$0" "$@" | head -n 1 >/dev/null; echo "${PIPESTATUS[0]}""#, words)
        #expect(outcome.complaint.isEmpty)
        #expect(["0\n", "141\n"].contains(outcome.output))
        let ignoring = try Program.shell(#"trap '' PIPE; "$0" "$@" | true; echo "${PIPESTATUS[0]}""#, words)
        #expect(ignoring.complaint.isEmpty || arguments == ["--help"])
    }

    @Test("A full disk exits with 74")
    func fullDisk() throws {
        let outcome = try Program.shell(#""$0" flows --capture "$1" >/dev/full"#, [Program.path, capture])
        #expect(outcome.status == 74)
        #expect(outcome.complaint.contains("cannot write the output"))
    }

    @Test(
        "Output that cannot be written exits with 74, closed or full, and is never written to a netlink socket",
        arguments: ["--help", "--version", "--version --verbose", "flows --capture X", "services --json --capture X"],
        [">&-", ">/dev/full", "<&- >&- 2>&-"])
    func unwritable(_ words: String, _ redirection: String) throws {
        let words = words.split(separator: " ").map { $0 == "X" ? capture : String($0) }
        let outcome = try Program.shell(#""$0" "$@" \#(redirection)"#, [Program.path] + words)
        #expect(outcome.status == 74, "\(outcome)")
        #expect(outcome.complaint.contains("cannot write the output") == !redirection.contains("2>&-"))
    }

    @Test("An output that does not block is waited for")
    func nonBlocking() throws {
        let script = """
            import fcntl, os, subprocess, sys, time
            reader, writer = os.pipe()
            fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
            os.set_blocking(writer, False)
            program = subprocess.Popen(sys.argv[1:], stdout=writer)
            os.close(writer)
            time.sleep(0.5)
            size = 0
            while piece := os.read(reader, 4096):
                size += len(piece)
            print(program.wait(), size)
            """
        let words = [Program.path, "flows", "--json", "--capture", capture]
        let whole = try Program.run(Array(words.dropFirst()))
        let repeated = try Program.shell(#"python3 -c "$0" "$@""#, [script] + words)
        #expect(repeated.complaint.isEmpty)
        #expect(repeated.output == "0 \(whole.output.utf8.count)\n")
        #expect(whole.output.utf8.count > 4096, "the pipe takes all of it at once")
    }

    @Test("A limit on file sizes is an error, not a signal")
    func fileSizeLimit() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.shell(
            #"ulimit -f 1; "$0" flows --json --capture "$1" >"$2""#,
            [Program.path, capture, folder.url.appendingPathComponent("flows.json").path])
        #expect(outcome.status == 74)
        #expect(outcome.complaint.contains("File too large"))
    }

    @Test("Too few descriptors are an error that says so", arguments: 4...9)
    func fewDescriptors(_ most: Int) throws {
        let outcome = try Program.shell(
            #"ulimit -n "$2"; exec "$0" flows --capture "$1""#, [Program.path, capture, "\(most)"])
        #expect(outcome.status == 0 || outcome.status == 74 && outcome.complaint.contains("Too many open files"))
    }

    @Test("Without /proc, the command line is what it is", .enabled(if: geteuid() == 0, "needs root"))
    func withoutProc() throws {
        for (words, status, text) in [
            ("--version", 0, "0.1.0\n"), ("nosuch", 64, "no command"), ("services", 69, "cannot find IPVS"),
        ] {
            let outcome = try Program.shell(
                #"exec unshare --mount sh -c 'umount -l /proc && exec "$0" "$@"' "$0" "$@""#, [Program.path, words])
            #expect(outcome.status == status && (outcome.output + outcome.complaint).contains(text), "\(outcome)")
        }
    }

    @Test("Colours are used on request, and not in a pipe by default")
    func colour() throws {
        #expect(!(try Program.run(["flows", "--capture", capture]).output.contains("\u{1B}")))
        let always = try Program.run(["flows", "--capture", capture, "--color", "always"])
        #expect(always.output.contains("\u{1B}[31mabsent"))
    }

    @Test("A failed capture leaves nothing behind, so the next attempt is not refused")
    func abandoned() throws {
        let folder = try TemporaryFolder()
        let path = folder.url.appendingPathComponent("lb1").path
        let withoutPrivilege = geteuid() == 0 ? ["setpriv", "--inh-caps=-all", "--bounding-set=-all"] : ["env"]
        for _ in 0..<2 {
            let outcome = try Program.shell(#""$0" "$@""#, withoutPrivilege + [Program.path, "capture", path])
            #expect(outcome.status == 77)
            #expect(outcome.complaint.contains("run with sudo"))
            #expect(outcome.output.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(
        "A capture that is ended by a signal leaves none, or all of it, and the next one is not refused",
        .enabled(if: geteuid() == 0, "needs root"), arguments: ["TERM", "INT", "HUP", "KILL"])
    func endedCapture(_ signal: String) throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.shell(
            #"""
            cd "$1" && for delay in 0.01 0.02 0.03 0.05 0.1 0.2 0.3; do
                timeout -s "$2" "$delay" "$0" capture lb1 >/dev/null 2>errors; status=$?
                if [ -e lb1/CRC32SUMS ]; then "$0" stats --capture lb1 >/dev/null || echo "damaged after $delay"
                elif [ -e lb1 ] && [ "$2" != KILL ]; then echo "left after $delay: $(ls -A lb1)"; fi
                case $2.$status.$(cat errors) in KILL.*|*.0.*|*.124.|*.130.) ;; *) echo "$status: $(cat errors)";; esac
                [ -e lb1/CRC32SUMS ] && rm -r lb1
            done
            "$0" capture lb1 >/dev/null && "$0" stats --capture lb1 >/dev/null && echo complete
            """#, [Program.path, folder.url.path, signal])
        #expect(outcome.output == "complete\n", "\(outcome)")
    }

    @Test("A second SIGTERM does not lose the report of observe", .enabled(if: geteuid() == 0, "needs root"))
    func impatience() throws {
        let outcome = try Program.shell(
            #"""
            exec unshare --net bash -c '
                ip link set lo up; nft "add table t; add chain t c { type filter hook input priority 0; }; add rule t c ct state new accept"
                "$0" observe --vip 127.0.0.1 --json & observer=$!
                sleep 2; kill -TERM $observer; kill -TERM $observer; kill -TERM $observer; wait $observer; echo $?; nft list tables' "$0"
            """#, [Program.path])
        #expect(outcome.output.contains("\"findings\"") && outcome.output.hasSuffix("\n0\ntable ip t\n"), "\(outcome)")
    }

    @Test("capture does not write into a non-empty directory")
    func occupied() throws {
        let folder = try TemporaryFolder()
        try Data("mine".utf8).write(to: folder.url.appendingPathComponent("precious"))
        let outcome = try Program.run(["capture", folder.url.path])
        #expect(outcome.status == 74)
        #expect(outcome.complaint.contains("give a directory that does not exist yet"))
    }
}
