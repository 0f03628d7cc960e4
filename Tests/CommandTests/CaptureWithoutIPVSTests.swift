import Foundation
import TestSupport
import Testing

/// A host that only uses conntrack can be captured too.
@Suite(
    .needsRoot, .needsTool("conntrack"),
    .disabled(if: FileManager.default.fileExists(atPath: "/proc/net/ip_vs_stats"), "this kernel has IPVS"))
struct CaptureWithoutIPVSTests {
    /// In a namespace with one entry: the live output of the command `asked`, the output of `capture`, and the output
    /// of `asked` when reading the capture without any capability.
    private static func outcomes(_ asked: String, _ more: String = "") throws -> [Program.Outcome] {
        let folder = try TemporaryFolder()
        return try ["live", "taken", "replayed"].map { step in
            try Program.shell(
                #"""
                cd "$0"
                case $1 in
                live) exec unshare --net bash -c '
                    conntrack -I -p udp -s 10.0.0.1 -d 10.0.0.2 --sport 1 --dport 53 -t 100 2>/dev/null
                    "$0" capture lb1 $2 >taken 2>&1; echo $? >status; "$0" $1' "$2" "$3" "$4" ;;
                taken) cat taken; exit "$(cat status)" ;;
                replayed) exec setpriv --inh-caps=-all --bounding-set=-all "$2" $3 --capture lb1 ;;
                esac
                """#, [folder.url.path, step, Program.path, asked, more])
        }
    }

    @Test("Statistics are the same from the capture")
    func statistics() throws {
        let outcomes = try Self.outcomes("stats --json")
        #expect(outcomes.map(\.status) == [0, 0, 0])
        let documents = try [outcomes[0], outcomes[2]].map { outcome in
            try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        }
        let told = documents.map { document in
            ["entries", "counters", "diagnosis", "complete", "host", "kernel"].map { document[$0] as? NSObject }
        }
        #expect(told[0].allSatisfy { $0 != nil })
        #expect(told[0] == told[1])
        #expect(documents[1]["entries"] as? Int == 1)
    }

    @Test("Missing IPVS is reported for the live kernel and for its capture", arguments: ["flows", "services"])
    func absence(_ command: String) throws {
        let outcomes = try Self.outcomes(command)
        #expect(outcomes.map(\.status) == [69, 0, 69])
        #expect(outcomes[0].complaint.contains("cannot find IPVS: "))
        #expect(!outcomes[0].complaint.contains("this capture"))
        #expect(outcomes[2].complaint.contains("cannot find IPVS: this capture is of a host without IPVS"))
        #expect(outcomes[1].output.contains("lb1: the conntrack table and its statistics, no flows"))
        #expect(outcomes[1].output.contains("cannot find IPVS"))
    }

    @Test func json() throws {
        let taken = try Self.outcomes("stats", "--json")[1]
        let document = try #require(try JSONSerialization.jsonObject(with: Data(taken.output.utf8)) as? [String: Any])
        #expect(document["flows"] is NSNull)
        #expect(document["entries"] as? Int == 1)
        #expect(document["complete"] as? Bool == true)
        #expect((document["unread"] as? [String])?.contains { $0.hasPrefix("proc/net/ip_vs_stats: ") } == true)
    }
}
