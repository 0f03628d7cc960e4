import Addresses
import Conntrack
import Foundation
import IPVS
import Inspection
import Netlink
import Records
import Reports
import TestSupport
import Testing

@testable import Collection

/// A record of a director of the lab, shown at any of its moments.
struct RecordPlayerTests {
    private final class Keeper: DirectorKeeper {
        var director = DirectorState()
        var demand = Demand()
        var lines: [RecordLine] = []

        func take(_ entry: Entry) { director.take(entry) }

        func changed(_ change: DirectorChange) {
            if case .recorded(let lines) = change { self.lines = lines }
        }

        func readingGoesOn() {}
    }

    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Fleet/records/lb1.jsonl").path

    private static func lines() throws -> [[UInt8]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { Array($0.utf8) }
    }

    /// Everything that is shown of a director.
    private static func picture(_ director: DirectorState) -> [String] {
        let store = director.store
        let flows = (0..<UInt32(store.slotCount)).compactMap { store[$0] }.map { row in
            "\(store.key(of: row)) \(row.verdict) \(store.state(of: row) ?? "-") \(row.appeared) \(row.changed) "
                + "\(store.stuckReason(of: row)?.rawValue ?? "-") \(store.route(of: row).service?.description ?? "-")"
        }
        return flows.sorted() + director.services.map { "\($0)" } + director.findings.map(\.statement)
            + director.observation.drops.map { "\($0)" } + director.sysctls.values.map { "\($0)" }.sorted()
            + director.reading.losses.map { "\($0)" }
            + ["\(director.now) \(director.history.latest(.connections) ?? -1) \(director.store.counts)"]
    }

    /// The same by reading all lines up to there.
    private static func expected(_ lines: [[UInt8]], at second: UInt32) throws -> [String] {
        var director = RecordedDirector()
        for text in lines {
            let line = try #require(RecordLine(text))
            if line.second > second { break }
            director.take(line)
        }
        director.settle(at: Moment(second: second))
        return picture(director.director)
    }

    private static func go(_ player: RecordPlayer, _ step: RecordStep) -> Bool {
        player.go(step)
        #expect(player.isReadingDue)
        defer { #expect(!player.isReadingDue && player.failure == nil) }
        return player.read()
    }

    /// Goes to and fro, and compares each moment with what its lines say.
    private func wander(_ path: String, _ lines: [[UInt8]], every distance: Int, seed: UInt64) throws {
        let keeper = Keeper()
        let player = RecordPlayer(path, at: nil, every: distance)
        player.keeper = keeper
        try player.load(ReadingProgress())
        var random = SeededGenerator(seed: seed)
        let span = try #require(player.span)
        #expect(player.isReadingDue && player.read())
        #expect(keeper.director.now.seconds == span.last.seconds)
        for _ in 0..<60 {
            let within = UInt64.random(in: span.first.seconds...span.last.seconds, using: &random)
            let steps: [RecordStep] = [
                .second(isForward: false), .second(isForward: true), .minute(isForward: false),
                .happening(isForward: true), .happening(isForward: false), .moment(Moment(second: UInt32(within))),
                .again,
            ]
            _ = Self.go(player, steps.randomElement(using: &random) ?? .again)
            let second = keeper.director.second
            let shown = Self.picture(keeper.director)
            #expect(try shown == Self.expected(lines, at: second), "at \(second)")
            // The lines before it, the last one last.
            let before = lines.prefix { RecordLine($0).map { $0.second <= second } ?? false }
            #expect(keeper.lines.last?.time == before.last.flatMap { RecordLine($0)?.time })
            #expect(keeper.lines.count >= min(before.count, distance))
        }
    }

    @Test("Every moment of a file is as its lines say, however it was gone to", arguments: [1, 7, 50, 20_000])
    func wandering(_ distance: Int) throws {
        try wander(Self.path, Self.lines(), every: distance, seed: UInt64(distance))
    }

    @Test("The same of a directory with segments", arguments: [5, 20_000])
    func segments(_ distance: Int) throws {
        let all = try Self.lines()
        let first = try #require(all.first)
        let goesOn = String(decoding: first, as: UTF8.self).replacing("\"goes_on\":false", with: "\"goes_on\":true")
        try inTemporaryFolder { folder in
            let limits = RecordLimits(segmentBytes: 8192, segmentAge: .seconds(3600), segments: nil, totalBytes: nil)
            var writer = try RecordWriter(in: folder, limits, compresses: true) { segment in
                (segment == 1 ? first : Array(goesOn.utf8)) + [UInt8(ascii: "\n")]
            }
            for line in all where try #require(RecordLine(line)).kind != .start {
                let time = try #require(RecordLine(line)).time
                try writer.append((line + [UInt8(ascii: "\n")]).span.bytes, at: time)
            }
            try writer.finish()
            var written: [[UInt8]] = []
            let problems = try RecordReader(folder).forEachLine { line in
                written.append(line.copy(0..<line.byteCount))
                return true
            }
            #expect(problems.isEmpty && written.count > all.count + 3)
            try wander(folder, written, every: distance, seed: 3)
        }
    }

    @Test("Beyond its ends there is nothing, and a moment outside of it is the nearest one")
    func ends() throws {
        let keeper = Keeper()
        let player = RecordPlayer(Self.path, at: Moment(second: 0))
        player.keeper = keeper
        try player.load(ReadingProgress())
        #expect(player.read() && keeper.director.now.seconds == player.span?.first.seconds)
        for step in [RecordStep.second(isForward: false), .minute(isForward: false), .happening(isForward: false)] {
            #expect(!Self.go(player, step))
        }
        #expect(
            Self.go(player, .moment(Moment(nanoseconds: .max)))
                && keeper.director.now.seconds == player.span?.last.seconds)
        #expect(!Self.go(player, .second(isForward: true)))
        #expect(player.origin?.host == "lb1" && player.origin?.networkNamespace == "record-lb")
    }

    @Test("What is no record, or has none of its lines, is an error; lines that are none are a loss")
    func wrong() throws {
        try inTemporaryFolder { folder in
            for text in ["", "{}\n", "nonsense\n"] {
                try text.write(toFile: "\(folder)/x.jsonl", atomically: true, encoding: .utf8)
                #expect(throws: KernelError.self) {
                    try RecordPlayer("\(folder)/x.jsonl", at: nil).load(ReadingProgress())
                }
            }
            #expect(throws: KernelError.self) { try RecordPlayer("\(folder)/none", at: nil).load(ReadingProgress()) }
            let lines = try Self.lines().map { String(decoding: $0, as: UTF8.self) }
            try ("nonsense\n" + lines.joined(separator: "\n") + "\n").write(
                toFile: "\(folder)/x.jsonl", atomically: true, encoding: .utf8)
            let keeper = Keeper()
            let player = RecordPlayer("\(folder)/x.jsonl", at: nil)
            player.keeper = keeper
            try player.load(ReadingProgress())
            _ = player.read()
            #expect(keeper.director.reading.losses.contains(Loss("the record", "1 lines are none of a record")))
        }
    }

    @Test("What is recorded later is there after it is read again")
    func growing() throws {
        let lines = try Self.lines().map { String(decoding: $0, as: UTF8.self) + "\n" }
        try inTemporaryFolder { folder in
            let path = "\(folder)/x.jsonl"
            try lines.prefix(150).joined().write(toFile: path, atomically: true, encoding: .utf8)
            let keeper = Keeper()
            let player = RecordPlayer(path, at: nil)
            player.keeper = keeper
            try player.load(ReadingProgress())
            _ = player.read()
            let end = try #require(player.span?.last)
            try lines.joined().write(toFile: path, atomically: true, encoding: .utf8)
            #expect(Self.go(player, .again) && keeper.director.now.seconds == end.seconds)
            #expect(Self.go(player, .second(isForward: true)) && keeper.director.now.seconds > end.seconds)
        }
    }

    @Test("Checkpoints are kept farther apart where there are many flows")
    func thinning() throws {
        var checkpoints = RecordCheckpoints(every: 1)
        var place = RecordPlace()
        var kept = 0
        for count in 0..<10_000 where checkpoints.isDue(at: count) {
            checkpoints.keep(RecordedDirector(), at: place, after: count)
            place.pass(1)
            kept += 1
        }
        // Each counts as a thousand flows, of which there may be two and a half million.
        #expect(kept > 2000 && checkpoints.count <= 2500 && checkpoints.count > 1000)
    }
}
