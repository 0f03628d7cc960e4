import Foundation
import TableSupport
import TestSupport
import Testing

/// The same events, as reported by conntrack(8) and by the program.
@Suite("Events compared with conntrack -E", .needsRoot, .needsTool("conntrack"), .needsTool("nft"))
struct EventsDifferentialTests {
    @Test("Kinds, tuples and ids match conntrack -E")
    func sameEvents() throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=1")
            try Tool.run("ip link set lo up")
            let path = try #require(Tool.path(of: "conntrack"))
            let conntrack = try BackgroundTool(["/usr/bin/stdbuf", "-oL", path, "-E", "-o", "id"])
            let program = try BackgroundTool([Program.path, "events", "--json"])
            try waitUntil("the program listens") { program.output.contains(#""event":"live""#) }
            try waitUntil("conntrack listens") { try Self.subscriptions() >= 2 }
            try Self.makeTraffic()
            // The last event that both must have reported.
            try Tool.run("conntrack -I -p udp -s 10.8.8.8 -d 10.0.0.2 --sport 1 --dport 2 -t 60")
            try waitUntil("both are done") {
                conntrack.output.contains("10.8.8.8") && program.output.contains("10.8.8.8")
            }
            program.signal(SIGINT)
            #expect(try program.wait() == 0)
            let theirs = Self.events(conntrack: conntrack.output)
            let ours = try Self.events(json: program.output)
            #expect(theirs.count > 30)
            try Self.expectValid(program.output)
            #expect(ours == theirs)
        }
    }

    @Test(
        "--format conntrack prints the same lines as conntrack -E, also with the filters that both support",
        arguments: [
            ([], []), (["-p", "tcp"], ["-p", "tcp"]), (["--kind", "new,destroy"], ["-e", "NEW,DESTROY"]),
            (["-d", "10.0.0.2", "--kind", "destroy"], ["-d", "10.0.0.2", "-e", "DESTROY"]),
            (["-s", "127.0.0.0/8", "-p", "udp"], ["-s", "127.0.0.0/8", "-p", "udp"]), (["-m", "9"], ["-m", "9"]),
        ])
    func sameLines(_ ours: [String], _ theirs: [String]) throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=1")
            try Tool.run("ip link set lo up")
            let path = try #require(Tool.path(of: "conntrack"))
            let format = ["-o", "extended,id"]
            let conntrack = try BackgroundTool(["/usr/bin/stdbuf", "-oL", path, "-E"] + theirs + format)
            let program = try BackgroundTool([Program.path, "events", "--format", "conntrack"] + format + ours)
            // Both subscribe before printing anything; ours then reads the table once.
            try waitUntil("both listen") { try Self.listeners() >= 2 }
            Thread.sleep(forTimeInterval: 1)
            try Self.makeTraffic()
            var wanted: [String] = []
            try waitUntil("both are done, and say the same") {
                wanted = Self.withoutPrograms(conntrack.output)
                return !wanted.isEmpty && wanted == Self.withoutPrograms(program.output)
            }
            Thread.sleep(forTimeInterval: 0.5)
            #expect(Self.withoutPrograms(program.output) == Self.withoutPrograms(conntrack.output))
            program.signal(SIGINT)
            #expect(try program.wait() == 0)
        }
    }

    @Test(
        "The program that caused an event is the one that has the socket, of several and with a port that is no process id"
    )
    func programs() throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=1")
            let path = try #require(Tool.path(of: "conntrack"))
            let format = ["-o", "extended"]
            let conntrack = try BackgroundTool(["/usr/bin/stdbuf", "-oL", path, "-E"] + format)
            let program = try BackgroundTool([Program.path, "events", "--format", "conntrack"] + format)
            try waitUntil("both listen") { try Self.listeners() >= 2 }
            Thread.sleep(forTimeInterval: 1)
            let generators = try [ConntrackGenerator(), ConntrackGenerator()]
            for (number, generator) in generators.enumerated() {
                try generator.add(.create, number)
                try generator.flush()
            }
            func lines(_ text: String) -> [Substring] { text.split(separator: "\n").sorted() }
            try waitUntil("both say the same") {
                lines(conntrack.output).count == 2 && lines(program.output).count == 2
            }
            #expect(lines(program.output) == lines(conntrack.output))
            let ports = lines(program.output).compactMap {
                $0.split(separator: "portid=").last?.split(separator: " ").first
            }
            #expect(Set(ports).count == 2)
            #expect(lines(program.output).allSatisfy { $0.contains("progname=") })
            withExtendedLifetime(generators) {}
            program.signal(SIGINT)
            #expect(try program.wait() == 0)
        }
    }

    @Test("A process that has chosen another's id as its port does not pass for it")
    func foreignPort() throws {
        try inFreshNamespace {
            try Tool.run("sysctl -w net.netfilter.nf_conntrack_events=1")
            let program = try BackgroundTool([Program.path, "events", "--format", "conntrack"])
            try waitUntil("it listens") { try Self.listeners() >= 1 }
            Thread.sleep(forTimeInterval: 1)
            let generator = try ConntrackGenerator(port: 1)
            try generator.add(.create, 1)
            try generator.flush()
            let own = try String(contentsOfFile: "/proc/self/comm", encoding: .utf8).trimmingCharacters(in: .newlines)
            try waitUntil("it is told") { program.output.hasSuffix("\n") }
            #expect(program.output.hasSuffix("portid=1 progname=\(own)\n"), "\(program.output)")
            program.signal(SIGINT)
            #expect(try program.wait() == 0)
        }
    }

    @Test("Expectation events match conntrack -E expect")
    func expectations() throws {
        try inFreshNamespace {
            try SampleTable.populate()
            let path = try #require(Tool.path(of: "conntrack"))
            let conntrack = try BackgroundTool(["/usr/bin/stdbuf", "-oL", path, "-E", "expect"])
            let program = try BackgroundTool([Program.path, "events", "expect", "--format", "conntrack"])
            let json = try BackgroundTool([Program.path, "events", "expect", "--json"])
            try waitUntil("all listen") { try Self.listeners() >= 3 && json.output.contains(#""event":"live""#) }
            Thread.sleep(forTimeInterval: 1)
            try SampleTable.expect()
            try Tool.run("conntrack -F expect")
            func lines(_ text: String) -> [String] { text.split(separator: "\n").map(String.init).sorted() }
            try waitUntil("both say the same") {
                lines(conntrack.output).count > 1 && lines(conntrack.output) == lines(program.output)
            }
            for tool in [program, json] { tool.signal(SIGINT) }
            #expect(try program.wait() == 0)
            #expect(try json.wait() == 0)
            try Self.expectValid(json.output)
            let events = try EventLines(json.output)
            #expect(
                events.count("new") + events.count("update") + events.count("destroy") == lines(conntrack.output).count)
            #expect(events.lines.contains { ($0["expectation"] as? [String: Any])?["helper"] != nil })
        }
    }

    private static func expectValid(_ text: String) throws {
        guard SchemaScript.works || isContinuousIntegration else { return }
        let count = text.split(separator: "\n").count
        #expect(try SchemaScript.check("events", text).lines == ["\(count) passed, 0 failed"])
    }

    /// NETLINK_NETFILTER sockets in this namespace that are subscribed to any group.
    private static func listeners() throws -> Int {
        let rows = try String(contentsOfFile: "/proc/thread-self/net/netlink", encoding: .utf8).split(separator: "\n")
        return rows.count { row in
            let fields = row.split(separator: " ")
            return fields.count > 3 && fields[1] == "12" && UInt32(fields[3], radix: 16).map { $0 != 0 } ?? false
        }
    }

    /// The lines, sorted. The program that caused an event may be gone when it is looked for.
    private static func withoutPrograms(_ text: String) -> [String] {
        text.split(separator: "\n").map { line in
            line.split(separator: " ", omittingEmptySubsequences: false).filter { !$0.hasPrefix("progname=") }
                .joined(separator: " ")
        }.sorted()
    }

    /// NETLINK_NETFILTER sockets in this namespace that are subscribed to all entry events.
    private static func subscriptions() throws -> Int {
        let rows = try String(contentsOfFile: "/proc/thread-self/net/netlink", encoding: .utf8).split(separator: "\n")
        return rows.count { row in
            let fields = row.split(separator: " ")
            return fields.count > 3 && fields[1] == "12" && UInt32(fields[3], radix: 16).map { $0 & 7 == 7 } ?? false
        }
    }

    private static func makeTraffic() throws {
        for port in 1...5 {
            let flow = "-p tcp -s 10.0.0.1 -d 10.0.0.2 --sport \(port) --dport 80"
            try Tool.run("conntrack -I \(flow) --state SYN_SENT -t 90")
            try Tool.run("conntrack -U \(flow) --state ESTABLISHED -t 90 -m \(port)")
            if port > 2 { try Tool.run("conntrack -D \(flow)") }
        }
        try Tool.run("conntrack -I -p tcp -s 2001:db8::1 -d 2001:db8::2 --sport 1 --dport 80 --state NONE -t 90")
        try Tool.run("conntrack -I -p tcp -s 10.0.0.7 -d 10.0.0.9 --sport 2 --dport 80 --state NONE -t 90 --zone 4")
        try Tool.run("conntrack -I -p udp -s 10.0.0.7 -d 10.0.0.9 --sport 2 --dport 80 -t 90 --dst-nat 10.0.0.3:90")
        try Tool.run("nft add table inet t")
        try Tool.run("nft add chain inet t in { type filter hook input priority 0 ; }")
        try Tool.run("nft add rule inet t in ct state established ct mark set 9")
        let script = """
            import socket
            for i in range(4):
                server = socket.create_server(("127.0.0.1", 0))
                client = socket.create_connection(server.getsockname())
                peer, _ = server.accept()
                client.sendall(b"x"); peer.recv(1); client.close(); peer.close(); server.close()
                udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); udp.sendto(b"x", ("127.0.0.1", 9)); udp.close()
            """
        let python = try BackgroundTool(["/usr/bin/python3", "-c", script])
        guard try python.wait() == 0 else { throw SystemFailure(python.complaint, errno: ECHILD) }
        try Tool.run("conntrack -D -p udp -s 127.0.0.1")
    }

    /// `kind`, ports and addresses of both directions, id: sorted, as the two may start listening at different moments.
    private static func events(conntrack text: String) -> [String] {
        text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let kind = words.first.map { $0.trimmingCharacters(in: ["[", "]"]).lowercased() } ?? ""
            let names = ["src", "dst", "sport", "dport", "id"]
            let fields = words.map { $0.split(separator: "=") }.filter {
                $0.count == 2 && names.contains(String($0[0]))
            }
            return ([kind] + fields.map { String($0[1]) }).joined(separator: " ")
        }.sorted()
    }

    private static func events(json text: String) throws -> [String] {
        try EventLines(text).lines.compactMap { line -> String? in
            guard let entry = line["entry"] as? [String: Any], let kind = line["event"] as? String else { return nil }
            let tuples = ["original", "reply"].compactMap { entry[$0] as? [String: Any] }
            let names = ["source", "destination", "source_port", "destination_port"]
            let fields = tuples.flatMap { tuple in names.compactMap { tuple[$0].map { "\($0)" } } }
            return ([kind] + fields + ["\(entry["id"] ?? "-")"]).joined(separator: " ")
        }.sorted()
    }
}
