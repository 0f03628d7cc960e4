import Foundation
import Testing

@testable import benchmarks

@Suite struct ReadingTests {
    private func tally(_ text: String, _ format: EventTally.Format) throws -> EventTally {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("tally-\(UUID().uuidString)").path
        try overwrite(path, with: text)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try EventTally(of: path, as: format)
    }

    @Test func talliesJSONLines() throws {
        let tally = try tally(
            """
            {"event":"new","entry":{}}
            {"time":1, "event": "NEW"}
            {"event":"destroy"}
            {"event":"lost","overruns":2}
            {"event":"resync"}
            {"summary":{}}
            {"event":"destroy
            """, .jsonLines)
        #expect(tally.new == 2)
        #expect(tally.destroy == 1, "a line without an end was not reported")
        #expect(tally.lost == 1)
        #expect(tally.other == 2)
        #expect(!tally.holdsAll(of: 4))
    }

    @Test func talliesAcrossThePiecesOfALongFile() throws {
        let lines = (0..<20_000).map { "    [NEW] ipv4     2 tcp      6 \($0) src=10.0.0.1\n[DESTROY] ipv4 \($0)\n" }
        let tally = try tally(lines.joined(), .conntrack)
        #expect(tally.new == 20_000)
        #expect(tally.destroy == 20_000)
        #expect(tally.other == 0)
        #expect(tally.holdsAll(of: 40_000))
    }

    /// Printed by Linux 6.18 next to a `conntrack -E` that was stopped, less a few rows. The program has two sockets;
    /// one listens.
    @Test func findsTheListenersSocket() {
        let head = "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n"
        let others = """
            00000000694cb422 0   0          00000000 0        0        0     2        0        239843
            00000000bf7b59a9 12  7434       00000000 0        0        0     2        0        239573

            """
        let listener = "000000003550cb11 12  3636107537 00000007 212480   0        0     2        6234     239574\n"
        #expect(ListenerSocket.find(in: head + others) == nil)
        let found = ListenerSocket.find(in: head + others + listener)
        #expect(found?.queued == 212_480)
        #expect(found?.drops == 6234)
    }

    @Test func addsUpThePartsOfAProfile() throws {
        let profile = "# callgrind format\nevents: Ir\nfn=(1) main\n3 totals\ntotals: 1200\n\npart: 2\ntotals: 34\n"
        #expect(try Callgrind.total(in: profile) == 1234)
        #expect(throws: Failure.self) { try Callgrind.total(in: "events: Ir\n") }
    }

    @Test func readsBounds() throws {
        let bounds = try InstructionBound.all(in: "# why\njson 1000 # measured\n\nconntrack\t2000\n")
        #expect(bounds.map(\.format) == ["json", "conntrack"])
        #expect(bounds.map(\.instructions) == [1000, 2000])
        #expect(throws: Failure.self) { try InstructionBound.all(in: "json\n") }
        #expect(throws: Failure.self) { try InstructionBound.all(in: "json -1\n") }
    }

    @Test func holdsBounds() throws {
        let bound = InstructionBound(format: "json", instructions: 1000)
        #expect(bound.isKept(by: 1020))
        #expect(!bound.isKept(by: 1021))
        #expect(bound.isLoose(for: 899))
        #expect(!bound.isLoose(for: 900))
    }
}
