import Addresses
import Sockets

/// By how much the clock of a real server differs from that of a director.
package struct FleetClock: Equatable, Sendable {
    /// Milliseconds that the real server's is ahead.
    package let ahead: Int64
    /// How many connections show it.
    package let connections: Int

    /// So many have to agree, and at least half of all.
    private static let fewest = 3
    /// As closely as this, in milliseconds: IPVS tells whole seconds.
    private static let agreement: Int64 = 2_000

    /// From differences of which some are wrong, namely those of connections that had packets between the two readings.
    ///
    /// - Parameter differences: for each connection when its last packet came to the real server, less when it came to the director, each by
    ///   the host's own clock, in milliseconds.
    init?(_ differences: [Int64]) {
        let sorted = differences.sorted()
        var best = 0..<0
        var first = 0
        for last in sorted.indices {
            while sorted[last] - sorted[first] > Self.agreement { first += 1 }
            if last + 1 - first > best.count { best = first..<last + 1 }
        }
        guard best.count >= Self.fewest, best.count * 2 >= sorted.count else { return nil }
        ahead = sorted[best.lowerBound + best.count / 2]
        connections = best.count
    }
}
