import Foundation
import TestSupport
import Testing

/// `check --for`, which judges what grows meanwhile.
struct CheckWindowTests {
    private struct Document: Decodable {
        var complete: Bool
        var watched: Watched?
        var findings: [Found]
        var checked: [Checked]
        var not_checked: [NotChecked]

        struct Watched: Decodable {
            var seconds: Int
            var interrupted: Bool
        }

        struct Found: Decodable {
            var id: String
            var severity: String
            var evidence: [String: Int]
        }

        struct Checked: Decodable { var id: String }

        struct NotChecked: Decodable {
            var id: String
            var reason: String
        }
    }

    /// What is printed in a namespace of its own, connected to another one as 192.0.2.1 with 192.0.2.2.
    ///
    /// - Parameter line: of a shell in the first, which knows the process id `$peer` in the other.
    private static func inNamespaces(_ line: String) throws -> Program.Outcome {
        try Program.shell(
            #"""
            exec unshare --net bash -c '
                unshare --net sleep 300 & peer=$!
                trap "kill -KILL $peer" EXIT
                until [ "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
                ip link add v1 type veth peer name v2 && ip link set v2 netns $peer
                ip addr add 192.0.2.1/24 dev v1 && ip link set v1 up
                nsenter --net=/proc/$peer/ns/net bash -c "ip addr add 192.0.2.2/24 dev v2 && ip link set v2 up
                    until ip link show v2 | grep -q \"state UP\"; do sleep 0.05; done"
                until ip link show v1 | grep -q "state UP"; do sleep 0.05; done
                eval "$1"' "$0" "$1"
            """#, [Program.path, line])
    }

    private static func document(_ outcome: Program.Outcome) throws -> Document {
        #expect(try SchemaScript.check("check", outcome.output).lines == ["1 passed, 0 failed"], "\(outcome.complaint)")
        return try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
    }

    @Test(
        "ICMP errors that are held back meanwhile are found; of those before, nothing is said", .needsRoot,
        .needsTool("ip"), .needsTool("nsenter"),
        .enabled(
            if: (try? String(contentsOfFile: "/proc/net/snmp", encoding: .utf8))?.contains("OutRateLimitHost") ?? false,
            "this kernel does not count them"),
        arguments: [true, false])
    func growth(isGrowing: Bool) throws {
        // Each datagram to a closed port is answered, once a second.
        let send = #"for i in {1..20}; do echo >/dev/udp/192.0.2.1/9; sleep 0.02; done"#
        let outcome = try Self.inNamespaces(
            #"""
            nsenter --net=/proc/$peer/ns/net bash -c "\#(send)" 2>/dev/null
            # Datagrams that wait for an ARP answer may come a second later.
            until [ "$before" = "$(grep Icmp: /proc/net/snmp)" ]; do before=$(grep Icmp: /proc/net/snmp); sleep 1.5; done
            if \#(isGrowing); then
                nsenter --net=/proc/$peer/ns/net bash -c "while :; do \#(send); done" 2>/dev/null & sender=$!
                trap "kill -KILL $peer $sender" EXIT
            fi
            "$0" check --json --for 2s --only icmp-ratelimit,ct-counters
            echo "$?" >&2
            """#)
        let document = try Self.document(outcome)
        #expect(document.watched?.interrupted == false && (2...60).contains(document.watched?.seconds ?? 0))
        #expect(document.findings.map(\.id) == (isGrowing ? ["icmp-ratelimit"] : []))
        #expect(document.findings.allSatisfy { $0.severity == "warning" && $0.evidence["held_back"] ?? 0 > 0 })
        #expect(document.complete && document.not_checked.isEmpty)
        #expect(outcome.complaint.hasSuffix(isGrowing ? "1\n" : "0\n"), "\(outcome.complaint)")
    }

    @Test("Interrupted, it says what it has, marked so, and is no pass", .needsRoot, .needsTool("ip"))
    func interrupted() throws {
        // Once it catches the signal (bit 2 of SigCgt), it soon has something to say.
        let outcome = try Self.inNamespaces(
            #"""
            "$0" check --json --for 5m --only ct-full,ct-invalid-rate & checker=$!
            until grep -q ct-inspect /proc/$checker/comm && grep -q "^SigCgt:.*[2367abef]$" /proc/$checker/status; do
                sleep 0.1
            done
            sleep 3
            kill -INT $checker
            wait $checker
            echo "$?" >&2
            """#)
        let document = try Self.document(outcome)
        #expect(document.watched?.interrupted == true && (document.watched?.seconds ?? 300) < 200)
        #expect(document.checked.map(\.id) == ["ct-full"])
        let unmade = try #require(document.not_checked.first)
        #expect(unmade.id == "ct-invalid-rate" && unmade.reason.hasPrefix("it was interrupted after "))
        #expect(!document.complete)
        #expect(outcome.complaint.hasSuffix("1\n") && outcome.complaint.contains("this is not a pass"))
    }

    @Test(
        "It is about a kernel that runs",
        arguments: [
            (["--capture", Fixture(name: "dr-untracked").capture], "a capture is of one moment"),
            (["--list"], "--list"),
        ])
    func usage(_ words: [String], _ complaint: String) throws {
        let outcome = try Program.run(["check", "--for", "30s"] + words)
        #expect(outcome.status == 64 && outcome.output.isEmpty)
        #expect(outcome.complaint.contains(complaint), "\(outcome.complaint)")
        #expect(try Program.run(["check", "--for", "soon"]).status == 64)
    }
}
