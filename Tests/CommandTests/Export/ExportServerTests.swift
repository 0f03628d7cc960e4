import Foundation
import TestSupport
import Testing

/// `export` as a server, in a network namespace of its own, with Python's client.
@Suite(.needsRoot)
struct ExportServerTests {
    /// Starts an exporter with `$OPTIONS`, runs a shell command line when it listens, then ends it by SIGTERM. `get PATH [HEADER]` prints a page.
    private static func serving(
        _ line: String, options: [String] = [], before: String = "", words: [String] = []
    ) throws -> Program.Outcome {
        let script = #"""
            ip link set lo up
            get() { /usr/bin/python3 -c 'import sys, urllib.request as u
            r = u.Request("http://127.0.0.1:9836" + sys.argv[1], headers={"Accept": sys.argv[2]} if sys.argv[2:] else {})
            print(u.urlopen(r, timeout=20).read().decode(), end="")' "$@"; }
            wait_for() { for _ in $(seq 200); do get /-/ready >/dev/null 2>&1 && return; sleep 0.1; done; echo "never ready" >&2; }
            \#(before)
            "$PROGRAM" export $OPTIONS & exporter=$!
            wait_for
            \#(line)
            kill -TERM $exporter
            wait $exporter
            """#
        return try Program.shell(
            #"exec unshare --net --mount bash -c "$0" program "$@""#, [script] + words,
            environment: ["PROGRAM": Program.path, "OPTIONS": options.joined(separator: " ")])
    }

    @Test(
        "Both formats are valid; what fails is said in a metric and once on standard error, and delays nothing",
        .enabled(if: MetricsScript.isThere, MetricsScript.needed))
    func pages() throws {
        let outcome = try Self.serving(
            "get /metrics; echo ----; get /metrics 'application/openmetrics-text; version=1.0.0'",
            options: ["--collectors", "conntrack,ipvs,check", "--interval", "1s"])
        #expect(outcome.status == 0)
        let pages = outcome.output.components(separatedBy: "----\n")
        try #require(pages.count == 2)
        try MetricsScript.expectValid("prometheus", pages[0])
        try MetricsScript.expectValid("openmetrics", pages[1])
        #expect(pages[0].contains("\nctinspect_conntrack_entries 0\n"))
        let hasIPVS = FileManager.default.fileExists(atPath: "/proc/net/ip_vs_stats")
        #expect(pages[0].contains("\nctinspect_scrape_success{collector=\"ipvs\"} \(hasIPVS ? 1 : 0)\n"))
        let complaints = outcome.complaint.split(separator: "\n")
        #expect(complaints.count { $0.contains("listening at http://127.0.0.1:9836/metrics") } == 1)
        #expect(complaints.count { $0.hasPrefix("ct-inspect: ipvs: cannot find IPVS") } == (hasIPVS ? 0 : 1))
    }

    @Test("The counters are conntrack's", .needsTool("conntrack"))
    func counters() throws {
        let outcome = try Self.serving(
            #"""
            conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -t 100 >/dev/null 2>&1
            for _ in $(seq 100); do get /metrics | grep -q '^ctinspect_conntrack_entries 1$' && break; sleep 0.1; done
            get /metrics | grep -E '^ctinspect_conntrack_(entries |insert_total)'
            """#, options: ["--collectors", "conntrack", "--interval", "1s"])
        #expect(
            outcome.output.split(separator: "\n").sorted() == [
                "ctinspect_conntrack_entries 1", "ctinspect_conntrack_insert_total 1",
            ])
    }

    @Test("Network namespaces by name, each metric with a label, from threads that leave the server where it is")
    func namespaces() throws {
        let outcome = try Self.serving(
            "get /metrics | grep -E '_entries|scrape_success'",
            options: ["--collectors", "conntrack", "--netns", "one", "--netns", "two"],
            before:
                "mount -t tmpfs none /run/netns 2>/dev/null || { mkdir -p /run/netns; mount -t tmpfs none /run/netns; }; ip netns add one; ip netns add two"
        )
        #expect(
            outcome.output.split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.contains("limit") } == [
                #"ctinspect_scrape_success{netns="one",collector="conntrack"} 1"#,
                #"ctinspect_scrape_success{netns="two",collector="conntrack"} 1"#,
                #"ctinspect_conntrack_entries{netns="one"} 0"#, #"ctinspect_conntrack_entries{netns="two"} 0"#,
            ], "\(outcome.complaint)")
    }

    @Test("The threads have what they need: the server nothing, collectors CAP_NET_ADMIN, checks the sandbox's")
    func privileges() throws {
        let outcome = try Self.serving(
            "for task in /proc/$exporter/task/*; do sed -n 's/^CapEff:.//p' $task/status; done",
            options: ["--collectors", "conntrack,check"])
        #expect(
            outcome.output.split(separator: "\n").map { $0.drop { $0 == "0" } }.sorted() == ["", "", "1000", "203000"])
    }

    @Test("A file is written again and again; with it alone nothing listens")
    func file() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("x.prom").path
        let outcome = try Program.shell(
            #"""
            exec unshare --net bash -c '
            "$0" export --collectors conntrack --interval 1s --textfile "$1" & exporter=$!
            for _ in $(seq 100); do [ -s "$1" ] && break; sleep 0.1; done
            first=$(stat -c %i "$1")
            for _ in $(seq 100); do [ "$(stat -c %i "$1")" != "$first" ] && break; sleep 0.1; done
            [ "$(stat -c %i "$1")" != "$first" ] && echo again
            grep -c "" /proc/net/tcp
            kill -TERM $exporter; wait $exporter' "$0" "$1"
            """#, [Program.path, file])
        #expect(outcome.output == "again\n1\n")
        #expect(outcome.status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains("\nctinspect_conntrack_entries 0\n"))
    }

    @Test("A socket that systemd opened, and what systemd is told")
    func serviceManager() throws {
        let folder = try TemporaryFolder()
        let outcome = try Program.shell(
            #"""
            cd "$1" && exec unshare --net bash -c 'ip link set lo up; exec /usr/bin/python3 - "$0"' "$0" <<'END'
            import os, signal, socket, sys, urllib.request
            listening, told = socket.socket(), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            listening.bind(("127.0.0.1", 0)); listening.listen()
            told.bind("notify"); told.settimeout(20)
            child = os.fork()
            if child == 0:
                os.dup2(listening.fileno(), 3)
                os.set_inheritable(3, True)
                os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", NOTIFY_SOCKET=os.path.abspath("notify"))
                os.execv(sys.argv[1], [sys.argv[1], "export", "--collectors", "conntrack"])
            print(told.recv(100).decode())
            port = listening.getsockname()[1]
            print(urllib.request.urlopen(f"http://127.0.0.1:{port}/-/healthy", timeout=20).status)
            os.kill(child, signal.SIGTERM)
            print(told.recv(100).decode())
            print(os.waitpid(child, 0)[1])
            END
            """#, [Program.path, folder.url.path])
        #expect(outcome.output == "READY=1\n200\nSTOPPING=1\n0\n", "\(outcome.complaint)")
        #expect(!outcome.complaint.contains("listening at"))
    }

    @Test("Without privileges each collector says so once, and if all failed it exits with 77", .needsRoot)
    func forbidden() throws {
        let outcome = try Program.shell(
            #"exec setpriv --inh-caps=-all --bounding-set=-all "$0" export --once --collectors conntrack,check"#,
            [Program.path])
        #expect(outcome.status == 77)
        let complaints = outcome.complaint.split(separator: "\n").sorted()
        #expect(
            complaints.map { $0.prefix(22) } == ["ct-inspect: check: can", "ct-inspect: conntrack:"], "\(complaints)")
        #expect(complaints.allSatisfy { $0.hasSuffix("run with sudo") })
        #expect(outcome.output.contains(#"ctinspect_scrape_success{collector="check"} 0"#))
    }

    @Test("An address that is taken")
    func taken() throws {
        let outcome = try Self.serving(
            #""$PROGRAM" export --collectors conntrack; echo "status $?""#, options: ["--collectors", "conntrack"])
        #expect(outcome.output == "status 74\n")
        #expect(outcome.complaint.contains("cannot listen at 127.0.0.1:9836"))
        #expect(outcome.complaint.contains("in use"))
    }

    @Test("Without IPVS, packets cannot be observed: that is said, and nothing else fails")
    func observing() throws {
        let outcome = try Self.serving(
            "get /metrics | grep scrape_success; nft list tables", options: ["--collectors", "conntrack", "--observe"])
        guard !FileManager.default.fileExists(atPath: "/proc/net/ip_vs_stats") else { return }
        #expect(outcome.output.contains(#"{collector="packets"} 0"#))
        #expect(outcome.output.contains(#"{collector="conntrack"} 1"#))
        #expect(outcome.complaint.contains("ct-inspect: packets: "))
    }
}
