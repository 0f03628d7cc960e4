import Foundation
import TestSupport
import Testing

/// Rules that use sets of ipset, from the kernel through a capture to a finding, as an ordinary user.
@Suite("Sets of ipset in a capture", .needsRoot, .needsTool("ipset"))
struct CaptureSetsTests {
    private static let services = """
        -A -t 10.9.9.100:80 -s wlc
        -a -t 10.9.9.100:80 -r 10.9.0.3:80 -g -w 1
        """

    /// A director's network and filter: what is for the addresses in a set is accepted, unless it is INVALID; with another set, of no rule.
    private static let director = """
        ip link set lo up; ip link add outside index 40 type veth peer name far
        ip link set outside up; ip link set far up
        ip addr add 10.9.0.1/24 dev outside; ip addr add 10.9.9.100/32 dev lo; ip route add default via 10.9.0.254
        ipset create secret hash:net comment; ipset add secret 203.0.113.0/24 comment "our secret"
        ipset create vips hash:ip comment; ipset add vips 10.9.9.100 comment "our VIP"
        $program -P INPUT DROP
        $program -A INPUT -m conntrack --ctstate INVALID -m set --match-set vips dst -j $verdict
        $program -A INPUT -m set --match-set vips dst -j ACCEPT
        """

    private func capture(_ program: String, _ verdict: String, _ options: String = "") throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try Self.services.write(
            to: folder.url.appendingPathComponent("ipvs"), atomically: true, encoding: .utf8)
        let outcome = try Program.shell(
            #"""
            cd "$0" && cp "$1" . && program=$2 verdict=$3 unshare --net bash -ec "$4
            ./ct-inspect capture $5 lb1" && chmod -R a+rX .
            """#, [folder.url.path, Program.path, program, verdict, Self.director, options])
        try #require(outcome.status == 0, "\(outcome.complaint)")
        return folder
    }

    private static func netlink(_ folder: TemporaryFolder, has text: String) throws -> Bool {
        try Data(contentsOf: folder.url.appendingPathComponent("lb1/netlink.pcap")).range(of: Data(text.utf8)) != nil
    }

    /// By an ordinary user without any capability.
    private func check(_ folder: TemporaryFolder) throws -> Program.Outcome {
        try Program.shell(
            #"""
            cd "$0" && exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all \
                ./ct-inspect check --json --only invalid-dropped,icmp-not-accepted --services ipvs --capture lb1
            """#, [folder.url.path])
    }

    private struct Document: Decodable {
        var complete: Bool
        var findings: [Finding]

        struct Finding: Decodable {
            var id: String
            var reason: String
        }
    }

    private func document(_ outcome: Program.Outcome) throws -> Document {
        try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    }

    @Test("The rule whose set the service is in is found, and named", arguments: ["iptables-nft", "iptables-legacy"])
    func trap(_ program: String) throws {
        let folder = try capture(program, "DROP")
        #expect(try Self.netlink(folder, has: "our VIP"))
        // Of a set that no rule uses, the name at most.
        #expect(try !Self.netlink(folder, has: "our secret"))
        let outcome = try check(folder)
        #expect(outcome.status == 1, "\(outcome.complaint)")
        let document = try document(outcome)
        #expect(document.complete, "\(outcome.complaint)")
        #expect(Set(document.findings.map(\.id)) == ["invalid-dropped", "icmp-not-accepted"])
        for finding in document.findings {
            #expect(finding.reason.contains("INPUT") && finding.reason.contains("set"), "\(finding.reason)")
        }
    }

    @Test("Where that rule accepts, nothing is found", arguments: ["iptables-nft", "iptables-legacy"])
    func fixed(_ program: String) throws {
        let outcome = try check(try capture(program, "ACCEPT"))
        #expect(outcome.status == 0, "\(outcome.complaint)\(outcome.output)")
        #expect(try document(outcome).findings.isEmpty)
    }

    @Test("With --no-ruleset there are no sets in it")
    func none() throws {
        let folder = try capture("iptables-nft", "DROP", "--no-ruleset")
        #expect(try !Self.netlink(folder, has: "our VIP") && !Self.netlink(folder, has: "vips"))
    }
}
