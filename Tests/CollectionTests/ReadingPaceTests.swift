import Testing

@testable import Collection

struct ReadingPaceTests {
    @Test("The second reading comes at once; from then on at most a quarter of the time is spent reading")
    func share() {
        let pace = ReadingPace(.seconds(2))
        #expect(pace.isDue(at: .zero))
        pace.end(at: .milliseconds(100), took: .milliseconds(100), isFromTable: false)
        #expect(pace.isDue(at: .milliseconds(100)))
        pace.end(at: .milliseconds(200), took: .milliseconds(100), isFromTable: false)
        #expect(pace.wait(at: .milliseconds(200)) == .milliseconds(1900))
        pace.end(at: .seconds(10), took: .seconds(5), isFromTable: false)
        #expect(pace.wait(at: .seconds(10)) == .seconds(15))
    }

    @Test("A first reading that takes long is followed by a pause, too")
    func slow() {
        let pace = ReadingPace(.seconds(2))
        pace.end(at: .seconds(60), took: .seconds(60), isFromTable: false)
        #expect(pace.wait(at: .seconds(60)) == .seconds(180))
    }

    @Test("Another interval counts from the last reading, and never reads more often than a quarter of the time")
    func interval() {
        let pace = ReadingPace(.seconds(10))
        for _ in 0..<2 { pace.end(at: .seconds(100), took: .seconds(1), isFromTable: false) }
        #expect(pace.wait(at: .seconds(102)) == .seconds(7))
        pace.interval = .seconds(5)
        #expect(pace.wait(at: .seconds(102)) == .seconds(2))
        pace.interval = .milliseconds(100)
        #expect(pace.wait(at: .seconds(102)) == .seconds(1) && pace.isDue(at: .seconds(103)))
        pace.interval = .seconds(30)
        #expect(pace.wait(at: .seconds(102)) == .seconds(27))
    }

    @Test(
        "From the kernel's own table it reads every ten seconds, as long as that is at most half of the time",
        arguments: [
            (1, 3), (2, 6), (4, 6), (6, 6), (20, 20),
        ]) func table(took: Int, rest: Int)
    {
        let pace = ReadingPace(.seconds(2))
        pace.end(at: .seconds(30), took: .seconds(took), isFromTable: true)
        #expect(pace.wait(at: .seconds(30)) == .seconds(rest))
    }
}
