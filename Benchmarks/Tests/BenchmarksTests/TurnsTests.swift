import Testing

@testable import benchmarks

@Suite struct TurnsTests {
    private typealias Result = CaseResult<String, Int>

    @Test func alternatesAndLeavesOutWhoFails() throws {
        var order: [Int] = []
        let rows = try Result.takeTurns([("a", "a"), ("b", "b")], rounds: 3, title: "test") { index in
            order.append(index)
            if index == 0 && order.count > 2 { throw Failure(.unavailable, "crashed") }
            return order.count
        }
        #expect(order == [0, 1, 0, 1, 1])
        #expect(rows.map(\.runs) == [[1], [2, 4, 5]])
        #expect(rows.map(\.failure) == ["crashed", nil])
    }

    @Test func endsWhenASignalAsksForIt() {
        #expect(throws: Failure.self) {
            try Result.takeTurns([("a", "a")], rounds: 1, title: "test") { _ in throw Failure(.interrupted, "SIGINT") }
        }
    }
}

extension Int: RunFigures {
    public static func summary(of runs: [Int]) -> Int? { runs.max() }
}
