import Addresses
import Foundation
import TestSupport
import Testing

/// `fleet` of a bundled capture of a director, and of captures of real servers made here: sockets and addresses of namespaces.
struct FleetTests {
    private static let director = Fixture(name: "dr-untracked")

    private static func document(_ outcome: Program.Outcome) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    /// What `ipvsadm -Lcn` printed: clients, by real server.
    private static func clients() throws -> [String: [String]] {
        var clients: [String: [String]] = [:]
        for line in try director.peer("ipvsadm-Lcn.txt").split(separator: "\n").dropFirst(2) {
            let words = line.split(separator: " ").map(String.init)
            clients[String(words[5].split(separator: ":")[0]), default: []].append(words[3])
        }
        return clients
    }

    /// Serves connections of these clients with the VIP, as a real server does, and takes its capture.
    private static let served = #"""
        ip link set lo up && ip addr add 10.0.0.100/32 dev lo && ip link add eth0 type veth peer name eth1 &&
            ip link set eth0 up && ip addr add "$2/24" dev eth0 &&
            sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2 || exit
        exec python3 - "$0" "$1" "${@:3}" <<'EOF'
        import socket, subprocess, sys
        program, capture, *clients = sys.argv[1:]
        listener = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True)
        made = []
        for client in clients:
            address, port = client.split(":")
            subprocess.run(["ip", "addr", "replace", address + "/32", "dev", "lo"], check=True)
            made.append(socket.create_connection(("10.0.0.100", 80), source_address=(address, int(port))))
            made.append(listener.accept()[0])
        sys.exit(subprocess.run([program, "capture", capture]).returncode)
        EOF
        """#

    private static func take(_ name: String, _ address: String, _ clients: [String], into folder: TemporaryFolder)
        throws
    {
        let capture = folder.url.appendingPathComponent(name).path
        let outcome = try inFreshNamespace { try Program.shell(served, [Program.path, capture, address] + clients) }
        #expect(outcome.status == 0, "\(outcome)")
    }

    @Test(
        "Connections of a director are joined with their real servers' sockets, and their clocks are told by them",
        .needsRoot, .needsTool("ip"), .needsTool("python3"))
    func joined() throws {
        let folder = try TemporaryFolder()
        let clients = try Self.clients()
        let (first, second) = (clients["10.0.0.3"] ?? [], clients["10.0.0.4"] ?? [])
        #expect(first.count == 2 && second.count == 3)
        try Self.take("rs1", "10.0.0.3", Array(first.prefix(1)), into: folder)
        try Self.take("rs2", "10.0.0.4", second + ["10.0.0.12:999"], into: folder)
        let captures = [Self.director.capture] + ["rs1", "rs2"].map { folder.url.appendingPathComponent($0).path }
        let outcome = try Program.run(["fleet", "--json"] + captures)
        let document = try Self.document(outcome)
        let connections = try #require(document["connections"] as? [[String: Any]])
        func words(_ one: [String: Any]) -> String {
            let client = one["client"] as? [String: Any]
            return "\(client?["address"] ?? ""):\(client?["port"] ?? "") \(one["verdict"] ?? "") \(one["socket"] ?? "")"
        }
        // The second one of rs1 is not there, and one alone does not show how its clock differs by months: it may have begun since, or ended.
        let wanted =
            (second + first.prefix(1)).map { "\($0) open ESTAB" } + first.dropFirst().map { "\($0) unclear <null>" }
        #expect(connections.map(words).sorted() == wanted.sorted())
        let hosts = try #require(document["hosts"] as? [[String: Any]])
        #expect(hosts.map { $0["roles"] as? [String] } == [["director"], ["real server"], ["real server"]])
        #expect(hosts.map { ($0["clocks"] as? [Any])?.count } == [0, 0, 1])
        let findings = (document["findings"] as? [[String: Any]] ?? []).map { "\($0["id"] ?? "")" }
        #expect(findings == ["tcp-timeout-short", "tcp-timeout-short", "clocks-differ"] && outcome.status == 0)
        if SchemaScript.works || isContinuousIntegration { try SchemaScript.expectValid("fleet", outcome) }
        let text = try Program.run(["fleet"] + captures)
        #expect(text.status == 0 && text.output.contains("Nothing is wrong"))
        #expect(text.output.contains("which both saw; it was taken into account"))
    }

    @Test(
        "Anonymized captures with one key say the same, and have no socket's addresses", .needsRoot, .needsTool("ip"),
        .needsTool("python3"))
    func anonymized() throws {
        let folder = try TemporaryFolder()
        let second = try Self.clients()["10.0.0.4"] ?? []
        try Self.take("rs2", "10.0.0.4", second, into: folder)
        let captures = [Self.director.capture, folder.url.appendingPathComponent("rs2").path]
        let key = folder.url.appendingPathComponent("key").path
        let anonymous = try captures.enumerated().map { place, capture in
            let path = folder.url.appendingPathComponent("anonymous-\(place)").path
            let outcome = try Program.run(["capture", "--capture", capture, "--anonymize", "--key", key, path])
            try #require(outcome.status == 0, "\(outcome.complaint)")
            return path
        }
        let (before, after) = (
            try Self.document(Program.run(["fleet", "--json"] + captures)),
            try Self.document(Program.run(["fleet", "--json"] + anonymous))
        )
        func facts(_ document: [String: Any]) -> [String] {
            let connections = (document["connections"] as? [[String: Any]] ?? []).map { one in
                let port = (one["client"] as? [String: Any])?["port"] ?? ""
                return "\(port) \(one["verdict"] ?? "") \(one["socket"] ?? "") \(one["idle_seconds"] ?? "")"
            }
            let clocks = (document["hosts"] as? [[String: Any]] ?? []).flatMap { host in
                (host["clocks"] as? [[String: Any]] ?? []).map { "\($0["milliseconds_ahead"] ?? "")" }
            }
            return connections.sorted() + clocks + ["\(document["complete"] ?? "")"]
        }
        #expect(facts(before) == facts(after) && facts(before).count == 7)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: anonymous[1] + "/netlink.pcap"))
        let original = try Data(contentsOf: URL(fileURLWithPath: captures[1] + "/netlink.pcap"))
        for client in Set(second.map { String($0.split(separator: ":")[0]) }) {
            // In an IPv6 socket: ::ffff:10.0.0.1.
            let digits = try #require(IPAddress(client)).networkBytes
            let pattern = Data([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + digits)
            #expect(original.range(of: pattern) != nil && bytes.range(of: pattern) == nil, "\(client)")
        }
    }

    @Test("Captures without sockets, as of earlier versions, say what is unknown", arguments: Fixture.all)
    func older(_ fixture: Fixture) throws {
        let outcome = try Program.run(["fleet", "--json", fixture.capture])
        let document = try Self.document(outcome)
        let verdicts = Set((document["connections"] as? [[String: Any]] ?? []).compactMap { $0["verdict"] as? String })
        #expect(verdicts.isSubset(of: ["unknown"]))
        let unseen = Set(document["servers_without_capture"] as? [String] ?? [])
        #expect(unseen.isSuperset(of: ["10.0.0.3"]) && !unseen.contains("10.0.0.2"))
        // Of these directors one is its own real server, whose sockets would tell.
        let complete = try #require(document["complete"] as? Bool)
        #expect(complete == !"\(document["losses"] ?? "")".contains("the TCP sockets"))
        if SchemaScript.works || isContinuousIntegration {
            #expect(try SchemaScript.check("fleet", outcome.output).lines == ["1 passed, 0 failed"])
        }
    }

    @Test("A capture that is missing fails as everywhere, and one is needed")
    func wrong() throws {
        let missing = try Program.run(["fleet", Self.director.capture, "/no/such/capture"])
        #expect(missing.status == 74 && missing.output.isEmpty && missing.complaint.contains("/no/such/capture"))
        let none = try Program.run(["fleet"])
        #expect(none.status == 64 && none.complaint.contains("CAPTURE"))
    }
}
