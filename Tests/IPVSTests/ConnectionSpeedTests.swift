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
        var parser = ConnectionParser()
        var connections: [Connection] = []
        try parser.take(Array(DirectorSample.title.utf8).span.bytes, into: &connections)
        let time = try ContinuousClock().measure {
            for _ in 0..<repetitions {
                connections.removeAll(keepingCapacity: true)
                try parser.take(piece.span.bytes, into: &connections)
                count += connections.count
            }
        }
        try parser.end(.whole)
        #expect(count == repetitions * perRepetition)
        let rate = Double(count) / (time / .seconds(1))
        print("ip_vs_conn: \(count) rows in \(time), \(Int(rate)) a second")
        // Reachable for a debug build even on a busy machine.
        #expect(rate > 10_000)
    }
}
