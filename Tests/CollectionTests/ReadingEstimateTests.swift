import Testing

@testable import Collection

struct ReadingEstimateTests {
    /// After reading `count` of them, at a time that depends on how many were read.
    private func estimate(
        _ count: Int, of total: Int, within bound: Duration = .seconds(60), _ time: @escaping (Int) -> Double
    )
        -> ReadingEstimate
    {
        var read = 0
        var estimate = ReadingEstimate(of: total, within: bound) { time(read) }
        for number in 1...count {
            read = number
            estimate.note(number)
        }
        return estimate
    }

    @Test("Quadratic reading: a quarter of the time is over when half is read")
    func quadratic() throws {
        let left = try #require(estimate(50_000, of: 100_000) { Double($0) * Double($0) * 1e-9 }.secondsLeft)
        #expect(abs(left - 7.5) < 0.01)
    }

    @Test("Linear reading, as by kernels with the fix: half of the time is over when half is read")
    func linear() throws {
        let left = try #require(estimate(50_000, of: 100_000) { Double($0) * 1e-4 }.secondsLeft)
        #expect(abs(left - 5) < 0.01)
    }

    @Test("It says how much is read at once, then how long the rest takes, and where reading stops before that")
    func words() {
        let slow = { (count: Int) in Double(count) * Double(count) * 1e-9 }
        #expect(ReadingEstimate(of: 1_000_000, within: .seconds(60)).words == "0 of about 1000000 connections")
        #expect(estimate(50_000, of: 100_000, slow).words == "50000 of about 100000 connections, 8 s left")
        #expect(
            estimate(50_000, of: 1_000_000, slow).words
                == "50000 of about 1000000 connections, 17 min left; reading stops after 60 s")
        #expect(estimate(300, of: 400, slow).words == "300 of about 400 connections")
        #expect(estimate(600, of: 500, slow).words == "600 of about 600 connections")
    }
}
