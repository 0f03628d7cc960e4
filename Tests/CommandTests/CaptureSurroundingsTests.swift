import Foundation
import TestSupport
import Testing

@Suite(
    "Links, routes and iptables-legacy's rules in a capture", .needsRoot, .needsTool("ip"),
    .needsTool("iptables-legacy"))
struct CaptureSurroundingsTests {
    private static func capture(_ options: String, into folder: TemporaryFolder) throws -> Program.Outcome {
        try Program.shell(
            #"""
            cd "$0" && exec unshare --net bash -c '
                ip link set lo up && ip link add v1 type veth peer name v2 && ip address add 192.0.2.1/24 dev v1 &&
                iptables-legacy -N ufw-user-input && iptables-legacy -A INPUT -j ufw-user-input &&
                ip -o route show table all >routes && ip -6 -o route show table all >>routes &&
                exec "$0" capture lb1 $1' "$1" "$2"
            """#, [folder.url.path, Program.path, options])
    }

    private static func document(_ outcome: Program.Outcome) throws -> [String: Any] {
        try SchemaScript.expectValid("capture", outcome)
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    private static func paths(_ folder: TemporaryFolder) throws -> [String] {
        try files(below: folder.url.path + "/lb1")
    }

    @Test("They are there, and counted; what is usually absent is not mentioned")
    func json() throws {
        let folder = try TemporaryFolder()
        let document = try Self.document(try Self.capture("--json", into: folder))
        let network = try #require(document["network"] as? [String: Int])
        #expect(network["links"] == 3 && network["addresses"] == 3)
        #expect(network["rules"] == 5 && network["neighbours"] == 0)
        let listed = try String(contentsOf: folder.url.appendingPathComponent("routes"), encoding: .utf8)
        let routes = Set(listed.split(separator: "\n"))
        #expect(network["routes"] == routes.count && routes.count >= 4)
        #expect(document["legacy_tables"] as? [String: Int] == ["tables": 1, "chains": 1, "rules": 1])
        let managers = (document["ruleset"] as? [String: Any])?["managers"] as? [String]
        #expect(managers == ["ufw", "iptables-legacy"])
        #expect(document["complete"] as? Bool == true)
        let unread = try #require(document["unread"] as? [String])
        #expect(!unread.contains { $0.contains("/modules:") || $0.contains("conf") || $0.contains("tables_names") })
        let paths = try Self.paths(folder)
        #expect(
            Set(paths).isSuperset(of: [
                "sockopt/ip/filter", "proc/net/snmp", "proc/net/ip_tables_names", "proc/sys/net/ipv4/conf/v1/rp_filter",
                "proc/sys/net/ipv6/conf/all/forwarding", "proc/sys/net/ipv4/ip_forward",
            ]))
        #expect(!paths.contains { $0.contains("tables_names.") })
    }

    @Test("In words")
    func words() throws {
        let outcome = try Self.capture("", into: try TemporaryFolder())
        #expect(outcome.output.contains(", 3 links, 3 addresses, "))
        #expect(outcome.output.contains(" routes, 1 rule of iptables-legacy (ufw, iptables-legacy). Read it with"))
    }

    @Test("With --no-ruleset there is no rule in it, but the rest")
    func none() throws {
        let folder = try TemporaryFolder()
        let document = try Self.document(try Self.capture("--json --no-ruleset", into: folder))
        #expect(document["legacy_tables"] is NSNull && document["ruleset"] is NSNull)
        #expect((document["network"] as? [String: Int])?["links"] == 3)
        let paths = try Self.paths(folder)
        #expect(!paths.contains { $0.hasPrefix("sockopt") })
        #expect(paths.contains("proc/net/ip_tables_names"))
    }
}
