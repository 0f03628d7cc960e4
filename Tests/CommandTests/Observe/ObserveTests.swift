import Addresses
import Foundation
import Packets
import TestSupport
import Testing

/// The program in a namespace of its own, while real packets arrive over loopback.
@Suite("observe, live", .needsRoot, .needsTool("nft"), .needsTool("conntrack"), .serialized)
struct ObserveTests {
    private static let filter = """
        table ip filter {
         chain INPUT {
          type filter hook input priority 0;
          ct state invalid counter drop
         }
        }

        """

    private func inFilteredNamespace(_ body: @escaping () throws -> Void) throws {
        try inFreshNamespace {
            try Tool.run("ip link set lo up")
            let folder = try TemporaryFolder()
            let file = folder.url.appendingPathComponent("filter").path
            try Data(Self.filter.utf8).write(to: URL(fileURLWithPath: file))
            try Tool.run("nft -f \(file)")
            try body()
        }
    }

    /// Starts the program, and waits until its table exists.
    private func observe(_ arguments: String...) throws -> BackgroundTool {
        let program = try BackgroundTool([Program.path, "observe", "--vip", "127.0.0.1:80"] + arguments)
        try waitUntil("its table is there") { try Self.tables().contains("ct-inspect-\(program.process)-") }
        return program
    }

    private static func tables() throws -> String { try Tool.run("nft list tables") }

    /// One FIN and one RST of unknown flows, and a SYN; `127.0.0.1:80` is closed, so the host answers it with a RST.
    private func send() throws {
        let local = IPAddress(ipv4: 0x7F00_0001)
        for (port, flags) in [(1001, 0x11), (1002, 0x04), (1003, 0x02)] as [(UInt16, UInt8)] {
            try RawSocket.send(PacketBytes.tcp(flags, from: Endpoint(local, port), to: Endpoint(local, 80)))
        }
    }

    private func document(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// `class ctstate packets` of each row.
    private func rows(_ rows: Any?) -> Set<String> {
        Set(
            ((rows as? [[String: Any]]) ?? []).map { row in
                "\(row["class"] ?? "") \(row["ctstate"] ?? "") \(row["packets"] ?? 0)"
            })
    }

    @Test(
        "SIGINT and SIGTERM end it with its document: counts, drops, and the rule that dropped",
        arguments: [SIGINT, SIGTERM])
    func document(_ signal: CInt) throws {
        try inFilteredNamespace {
            let program = try observe("--json", "--samples", "1")
            try send()
            try waitUntil("the filter has dropped them") {
                try Tool.run("nft list chain ip filter INPUT").contains("counter packets 2 ")
            }
            program.signal(signal)
            #expect(try program.wait() == 0)
            let document = try document(program.output)
            let service = try #require((document["services"] as? [[String: Any]])?.first)
            #expect(rows(service["dropped"]) == ["fin INVALID 1", "rst INVALID 1"])
            let blame = try #require(document["blame"] as? [[String: Any]])
            #expect(blame.count == 1)
            #expect(blame.first?["rule"] as? String == "ct state invalid drop")
            #expect(rows(blame.first?["dropped"]) == ["fin INVALID 1", "rst INVALID 1"])
            #expect(rows(document["samples"]).count == 3)
            #expect(try SchemaScript.check("observe", program.output).lines == ["1 passed, 0 failed"])
            let left = try Self.tables()
            #expect(!left.contains("ct-inspect"))
        }
    }

    @Test("With --filter only what matches is shown; everything is counted, and what is wrong is said")
    func filtered() throws {
        try inFilteredNamespace {
            let program = try observe("--json", "--samples", "1", "--filter", "class=FIN and !hook=PRE_ROUTING")
            try send()
            try waitUntil("the filter has dropped them") {
                try Tool.run("nft list chain ip filter INPUT").contains("counter packets 2 ")
            }
            program.signal(SIGINT)
            #expect(try program.wait() == 0)
            let document = try document(program.output)
            let service = try #require((document["services"] as? [[String: Any]])?.first)
            #expect(rows(service["packets"]) == ["fin INVALID 1"])
            #expect(rows(service["dropped"]) == ["fin INVALID 1"])
            let blame = try #require((document["blame"] as? [[String: Any]])?.first)
            #expect(rows(blame["dropped"]) == ["fin INVALID 1"] && blame["packets"] as? Int == 1)
            #expect((document["samples"] as? [Any])?.isEmpty == true)
            let conclusions = try #require(document["conclusions"] as? [String])
            #expect(conclusions.contains { $0.contains("1 FIN and 1 RST of 3 packets were dropped") })
            #expect(try SchemaScript.check("observe", program.output).lines == ["1 passed, 0 failed"])
        }
    }

    @Test("With more ports than are counted it says so, and not that all packets came through")
    func tooManyPorts() throws {
        try inFreshNamespace {
            try Tool.run("ip link set lo up")
            let program = try BackgroundTool([
                Program.path, "observe", "--vip", "127.0.0.1", "--json", "--start-tracking",
            ])
            try waitUntil("its table is there") { try Self.tables().contains("ct-inspect-\(program.process)-") }
            let local = IPAddress(ipv4: 0x7F00_0001)
            for port in 1...9000 as ClosedRange<UInt16> {
                try RawSocket.send(PacketBytes.tcp(0x02, from: Endpoint(local, 40_000), to: Endpoint(local, port)))
            }
            program.signal(SIGINT)
            #expect(try program.wait() == 0)
            let document = try document(program.output)
            #expect(document["complete"] as? Bool == false)
            let losses = try #require(document["losses"] as? [[String: Any]])
            #expect(
                losses.contains {
                    let why = $0["why"] as? String
                    return why
                        == "808 not counted: a counting set is full: additional addresses and ports are not counted"
                }, "\(losses)")
            let conclusions = try #require(document["conclusions"] as? [String])
            #expect(!conclusions.contains { $0.contains("came through") || $0.contains("dropped") }, "\(conclusions)")
        }
    }

    @Test("SIGKILL leaves no table behind, and the filter is unchanged")
    func killed() throws {
        try inFilteredNamespace {
            let before = try Tool.run("nft -a list table ip filter")
            let program = try observe()
            let other = try observe()
            program.signal(SIGKILL)
            #expect(try program.wait() == -SIGKILL)
            try waitUntil("the kernel has taken its table down") {
                try !Self.tables().contains("ct-inspect-\(program.process)-")
            }
            let left = try Self.tables()
            #expect(left.contains("ct-inspect-\(other.process)-"))
            other.signal(SIGINT)
            #expect(try other.wait() == 0)
            let after = try Tool.run("nft -a list table ip filter")
            #expect(after == before)
        }
    }

    @Test("If conntrack is inactive it refuses to run and leaves it inactive; --start-tracking continues")
    func inactive() throws {
        try inFreshNamespace {
            try Tool.run("ip link set lo up")
            let refused = try Program.run(["observe", "--vip", "127.0.0.1", "--for", "1s"])
            #expect(refused.status == 69)
            #expect(refused.complaint.contains("--start-tracking") && refused.output.isEmpty)
            try send()
            let entries = try Tool.run("conntrack -L")
            #expect(entries.isEmpty)
            let outcome = try Program.run(["observe", "--vip", "127.0.0.1", "--for", "100ms", "--start-tracking"])
            #expect(outcome.status == 0)
            #expect(
                outcome.output.contains("no packets") && outcome.output.contains("conntrack was not active for IPv4"))
        }
    }

    @Test("With --interval each tick is a document; a closed pipe ends it")
    func stream() throws {
        try inFilteredNamespace {
            let line = #""$0" observe --vip 127.0.0.1 --interval 200ms --json | head -n 2; exit "${PIPESTATUS[0]}""#
            let shell = try BackgroundTool(["/bin/bash", "-c", line, Program.path])
            #expect([0, 141].contains(try shell.wait(atMost: 60)))
            #expect(shell.complaint.isEmpty)
            #expect(try SchemaScript.check("observe", shell.output).lines == ["2 passed, 0 failed"])
        }
    }

    @Test("On a terminal the table is updated in place", .needsTool("script"))
    func terminal() throws {
        try inFilteredNamespace {
            let command = "\(Program.path) observe --vip 127.0.0.1:80 --for 700ms --interval 200ms --color never"
            let outcome = try Tool.outcome(of: "/usr/bin/script", ["-qec", command, "/dev/null"])
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("127.0.0.1:80: no packets"))
            // Moves up over what is on the screen, and erases it.
            #expect(outcome.output.contains("A\r\u{1B}[J"))
        }
    }

    @Test(
        "Wrong usage exits with 64 and explains the error",
        arguments: [
            (["--vip", "nowhere"], "nowhere"), (["--vip", "10.0.0.1:0"], "10.0.0.1:0"),
            (["--trace-rate", "0"], "1000"),
            (["--samples", "0"], "100"), (["--filter", "state=x"], "observed packets have service dst dport"),
            (["--filter", "class=PSH"], "expected SYN, SYN_ACK"), (["--for", "soon"], "soon"),
            (["--service", "x"], "x"),
            (["--capture", "/tmp"], "--capture"),
        ])
    func usage(_ arguments: [String], _ word: String) throws {
        let outcome = try Program.run(["observe"] + arguments)
        #expect(outcome.status == 64)
        #expect(outcome.complaint.contains(word) && outcome.output.isEmpty)
    }

    @Test(
        "Without IPVS, the error also suggests --vip",
        .disabled(if: FileManager.default.fileExists(atPath: "/proc/net/ip_vs"), "this kernel has IPVS"))
    func noIPVS() throws {
        let outcome = try Program.run(["observe"])
        #expect(outcome.status == 69)
        #expect(outcome.complaint.contains("modprobe ip_vs") && outcome.complaint.contains("--vip ADDRESS"))
    }

    @Test("Without the capability it exits with 77")
    func forbidden() throws {
        let outcome = try Program.shell(
            #"setpriv --inh-caps=-all --bounding-set=-all "$0" observe --vip 10.0.0.1"#, [Program.path])
        #expect(outcome.status == 77)
        #expect(outcome.complaint.contains("CAP_NET_ADMIN"))
    }
}
