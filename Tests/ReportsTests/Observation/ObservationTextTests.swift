import Conntrack
import Firewall
import Inspection
import ObservationSupport
import TestSupport
import Testing

@testable import Reports

struct ObservationTextTests {
    private func lines(_ observation: Observation, _ style: Style = .plain, width: Int?) -> [String] {
        observation.text(style, width: width) { _ in 3600 }
    }

    @Test("In a pipe: a block for the service, with its table and conclusions")
    func piped() throws {
        #expect(lines(try .filtered(), width: nil).joined(separator: "\n") == Self.filtered)
    }

    @Test("At 80 columns no line is longer, and hostile text is escaped")
    func narrow() throws {
        let lines = lines(try .rich(), width: 80)
        #expect(lines.joined(separator: "\n") == ObservationGolden.rich80)
        #expect(lines.allSatisfy { $0.count <= 80 })
    }

    @Test("With enough room, the ctstates of a cell are on one line, and no column is missing")
    func wide() throws {
        let lines = lines(try .rich(), width: 120)
        #expect(lines.joined(separator: "\n").contains(Self.tunnel))
        #expect(lines.allSatisfy { $0.count <= 120 })
    }

    @Test("Every width has the same sentences, and never truncates a value", arguments: [20, 40, 79, 100, 200])
    func widths(width: Int) throws {
        let observation = try Observation.rich()
        let words = lines(observation, width: width).joined(separator: " ").split(separator: " ")
        let said = words.joined(separator: " ")
        for sentence in observation.conclusions(about: try #require(observation.subjects.first)) {
            #expect(said.contains(sentence))
        }
        #expect(words.contains("6999999999") && words.contains("10.0.0.1:41048"))
    }

    @Test("Colours mark what is dropped, and add no information to the words")
    func colours() throws {
        let coloured = lines(try .rich(), .coloured, width: 80)
        #expect(coloured.contains { $0.contains("\u{1B}[31m5 INVALID\u{1B}[0m") })
        #expect(coloured.last?.hasPrefix("\u{1B}[31mNot complete: ") == true)
        let bare = coloured.map { line in
            ["0", "1", "31"].reduce(line) { $0.replacing("\u{1B}[\($1)m", with: "") }
        }
        #expect(bare == lines(try .rich(), width: 80))
    }

    @Test("One line for a subject without packets, and only the heading without subjects")
    func silent() throws {
        #expect(lines(try .of([]), width: nil).dropFirst() == ["", "tcp 10.0.0.100:80  rr, dr: no packets"])
        #expect(lines(try .of([], []), width: nil).count == 1)
        // A counter may exist before its first packet.
        var nothing = try Counts()
        nothing.way(.syn, .new, 0)
        #expect(lines(try .of(nothing.counts), width: nil) == lines(try .of([]), width: nil))
    }

    @Test("The wall clock may be set back, and the counters may have their maximum values")
    func extremes() throws {
        var counts = try Counts()
        counts.way(.ack, .new, .max)
        counts.way(.fin, .invalid, .max)
        var observation = try Observation.of(counts.counts)
        swap(&observation.from, &observation.to)
        let lines = lines(observation, width: nil)
        #expect(lines[0].contains(": 0.0 s "))
        #expect(lines.contains { $0.hasPrefix("FIN    18446744073709551615 INVALID") })
        #expect(written { observation.writeJSON(to: $0) }.contains(#""seconds":0.00,"#))
    }

    private static let filtered = #"""
        lb1: 30.0 s until 2026-11-23T04:00:30.020Z, net.ipv4.vs.conntrack=0

        tcp 10.0.0.100:80  rr, dr
        CLASS       PRE_ROUTING  LOCAL_IN  PASSED  DROPPED    LEAVES AS
        SYN         2 NEW               2       2  -          2 UNTRACKED
        ACK         6 NEW               6       6  -          6 UNTRACKED
        FIN         5 INVALID           5       -  5 INVALID  -
        RST         1 INVALID           1       -  1 INVALID  -
        ICMP error  1 INVALID           1       -  1 INVALID  -
        5 FIN, 1 RST and 1 ICMP error of 15 packets were dropped as INVALID by ip filter INPUT handle 5 (5 traced); \#
        IPVS never saw the connections end: 2 are still ESTABLISHED.
        To fix it, accept FIN, RST and ICMP errors to 10.0.0.100, and to no other address, before the rule that drops \#
        INVALID: the real servers' own filters know the true state.

        Rules that dropped traced packets (tracing is rate-limited):
        ip filter INPUT handle 5: ct state invalid drop — 5 packets (FIN 3, ICMP frag-needed 1, RST 1)
        """#

    private static let tunnel = """
        tcp 10.0.0.103:80  rr, tun
        CLASS           PRE_ROUTING                               LOCAL_IN      PASSED  DROPPED        LEAVES AS
        ACK             3000000000 ESTABLISHED, 4000000000 NEW  7000000000  6999999999  1 ESTABLISHED  -
        other (tunnel)  -                                                -           -  -              6999999999 UNTRACKED
        1 ACK of 7000000000 packets was dropped as ESTABLISHED at LOCAL_IN (no rule of nf_tables was seen to drop them).
        """
}
