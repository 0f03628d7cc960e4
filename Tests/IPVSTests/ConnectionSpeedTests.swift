import Foundation
import IPVS
import Netlink
import Testing

struct ConnectionSpeedTests {
    #if DEBUG
        private static let wanted = 100_000
    #else
        private static let wanted = 1_000_000
    #endif

    @Test("A million rows, or a tenth of that in a debug build") func rate() throws {
        let rows = Array(DirectorSample.mixed.file.dropFirst(DirectorSample.title.count).utf8)
        let perRepetition = DirectorSample.mixed.listing.split(separator: "\n").count * 1000
        // About a megabyte.
        let piece = (0..<1000).flatMap { _ in rows }
        let repetitions = Self.wanted / perRepetition + 1
        var count = 0
        var parser = ConnectionParser { _ in count += 1 }
        try parser.take(Array(DirectorSample.title.utf8).span.bytes)
        let time = try ContinuousClock().measure {
            for _ in 0..<repetitions { try parser.take(piece.span.bytes) }
        }
        try parser.end(.whole)
        #expect(count == repetitions * perRepetition)
        let rate = Double(count) / (time / .seconds(1))
        print("ip_vs_conn: \(count) rows in \(time), \(Int(rate)) a second")
        // Reachable for a debug build even on a busy machine.
        #expect(rate > 10_000)
    }
}
