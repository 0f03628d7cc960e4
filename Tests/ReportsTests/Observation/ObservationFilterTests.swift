import Addresses
import Conntrack
import Firewall
import Foundation
import Inspection
import ObservationSupport
import TestSupport
import Testing

@testable import Reports

/// `observe --filter`: what is shown, and what is said all the same.
struct ObservationFilterTests {
    private func filter(_ line: String) throws -> ObservationFilter {
        ObservationFilter(line, try #require(try FilterExpression.read(line, for: .observation(.none))))
    }

    private func lines(_ observation: Observation, _ line: String) throws -> [String] {
        observation.text(.plain, width: nil, filter: try filter(line)) { _ in 0 }
    }

    private func document(_ observation: Observation, _ line: String? = nil) throws -> [String: Any] {
        let filter = try line.map(filter)
        let text = written { observation.writeJSON(filter: filter, to: $0) }
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    /// Whose it is, and `point class ctstate packets` of each row.
    private func rows(_ document: [String: Any], _ key: String) -> [String] {
        ["services", "elsewhere"].flatMap { (document[$0] as? [[String: Any]]) ?? [] }.flatMap { owner in
            ((owner[key] as? [[String: Any]]) ?? []).map { row in
                let name = "\(owner["protocol"] ?? "-") \(owner["address"] ?? "-") \(owner["fwmark"] ?? "-")"
                return "\(name) "
                    + ["point", "where", "class", "ctstate", "packets"].map { "\(row[$0] ?? "-")" }
                    .joined(separator: " ")
            }
        }
    }

    @Test("As text: rows and cells that match, the rest marked, and the sentences of everything")
    func text() throws {
        #expect(
            try lines(.filtered(), "class=FIN,RST hook=LOCAL_IN").joined(separator: "\n") == #"""
                lb1: 30.0 s until 2026-11-23T04:00:30.020Z, net.ipv4.vs.conntrack=0
                shown: class=FIN,RST hook=LOCAL_IN (…: counted, not shown); findings are about all packets

                tcp 10.0.0.100:80  rr, dr
                CLASS  PRE_ROUTING  LOCAL_IN  PASSED  DROPPED    LEAVES AS
                FIN    …                   5       -  5 INVALID  -
                RST    …                   1       -  1 INVALID  -
                5 FIN, 1 RST and 1 ICMP error of 15 packets were dropped as INVALID by ip filter INPUT handle 5 (5 traced); \#
                IPVS never saw the connections end: 2 are still ESTABLISHED.
                To fix it, accept FIN, RST and ICMP errors to 10.0.0.100, and to no other address, before the rule that drops \#
                INVALID: the real servers' own filters know the true state.

                Rules that dropped traced packets (tracing is rate-limited):
                ip filter INPUT handle 5: ct state invalid drop — 4 packets (FIN 3, RST 1)
                """#)
    }

    @Test("A count of several ctstates is that of the shown ones, and what was dropped stays what it was of all")
    func cells() throws {
        let lines = try lines(.rich(), "ctstate=ESTABLISHED service=10.0.0.103")
        #expect(
            lines.contains(
                "ACK    3000000000 ESTABLISHED  3000000000  2999999999  1 ESTABLISHED  -"), "\(lines)")
        #expect(!lines.contains { $0.contains("4000000000") })
    }

    @Test("Where nothing matches, that is said, and what is wrong as well")
    func nothing() throws {
        let lines = try lines(.rich(), "class=SCTP")
        #expect(lines.contains("Nothing matches the filter."))
        #expect(lines.contains { $0.hasPrefix("5 FIN, 1 RST and 1 ICMP error of 15 packets were dropped") })
        #expect(!lines.contains { $0.hasPrefix("CLASS") || $0.hasPrefix("Rules") || $0.hasSuffix(": no packets") })
        // Those of which there is nothing to say, or that nothing was dropped.
        #expect(lines.contains("5 services and addresses without matching packets are not shown."), "\(lines)")
        #expect(lines.last?.hasPrefix("Not complete: ") == true)
        let quiet = try self.lines(.of(Counts.fixed().counts), "class=SCTP")
        #expect(
            quiet.suffix(2) == [
                "Nothing matches the filter.", "1 service or address without matching packets is not shown.",
            ])
    }

    @Test(
        "In JSON: of the rows of everything those that match, in order",
        arguments: [
            ("ctstate=INVALID", " INVALID "), ("class=fin", " fin "), ("hook=FORWARD", " forward"),
            ("mark=7", " 7 "), ("dst=10.0.0.103", " 10.0.0.103 "), ("family=ipv6 or hook=ipvs", ":"),
            ("hook=PRE_ROUTING and ctstate=none", " arrived "), ("protocol=udp", "udp "), ("packets>4G", "0000000 "),
        ])
    func rows(_ line: String, _ part: String) throws {
        for observation in try Observation.all() {
            let (all, some) = (try document(observation), try document(observation, line))
            for key in ["packets", "dropped"] {
                let wanted = rows(all, key).filter { $0.contains(part) || $0.hasPrefix(part) }
                // Of 7G packets one was lost, of more than 4G.
                if line == "packets>4G" {
                    #expect(rows(some, key) == rows(all, key).filter { packets($0) > 4_000_000_000 })
                } else {
                    #expect(rows(some, key) == wanted, "\(line) \(key)")
                }
            }
            #expect(some["filter"] as? String == line && all["filter"] as? String == "")
        }
    }

    private func packets(_ row: String) -> Double { row.split(separator: " ").last.flatMap { Double($0) } ?? 0 }

    @Test(
        "Whatever is shown, conclusions, findings, notices and losses are those of everything",
        arguments: ["class=SCTP", "!ctstate=INVALID", "service=10.0.0.101", "packets>0", "src=192.0.2.1"])
    func findings(_ line: String) throws {
        for observation in try Observation.all() {
            let (all, some) = (try document(observation), try document(observation, line))
            for key in ["conclusions", "findings", "notices", "losses", "complete", "sysctls", "seconds"] {
                #expect(try text(all[key]) == text(some[key]), "\(key)")
            }
            for observed in observation.subjects {
                let sentences = observation.conclusions(about: observed).map(\.printable)
                guard observation.findings(about: observed).contains(where: { $0.severity > .info }) else { continue }
                let lines = try lines(observation, line)
                #expect(sentences.allSatisfy(lines.contains), "\(line)")
            }
        }
    }

    private func text(_ member: Any?) throws -> Data {
        try JSONSerialization.data(withJSONObject: ["": try #require(member)], options: .sortedKeys)
    }
}
