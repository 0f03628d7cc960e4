import Testing

@testable import Collection

@Suite("When a resync may begin")
struct ResyncScheduleTests {
    @Test("The first loss triggers a resync at once, and many losses trigger only one")
    func first() {
        var schedule = ResyncSchedule()
        #expect(!schedule.isDue(at: .seconds(5)))
        #expect(schedule.wait(at: .seconds(5)) == nil)
        #expect(schedule.lose(at: .seconds(5)) == .zero)
        #expect(schedule.lose(at: .seconds(5)) == .zero)
        #expect(schedule.isDue(at: .seconds(5)))
        schedule.begin()
        schedule.end(at: .seconds(6), took: .seconds(1), isComplete: true)
        #expect(!schedule.isDue(at: .seconds(1000)))
    }

    @Test("After a resync, the next one waits four times as long as it took")
    func rest() {
        var schedule = ResyncSchedule()
        schedule.end(at: .seconds(10), took: .seconds(2), isComplete: true)
        #expect(schedule.lose(at: .seconds(11)) == .seconds(7))
        #expect(!schedule.isDue(at: .seconds(17)) && schedule.isDue(at: .seconds(18)))
    }

    @Test("While losses continue, the pause grows to 30 seconds; a resync without loss resets it")
    func backOff() {
        var schedule = ResyncSchedule()
        var pauses: [Duration] = []
        for _ in 0..<9 {
            schedule.begin()
            schedule.end(at: .zero, took: .milliseconds(1), isComplete: false)
            pauses.append(schedule.wait(at: .zero) ?? .zero)
        }
        #expect(pauses == [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000].map { .milliseconds($0) })
        schedule.end(at: .zero, took: .milliseconds(1), isComplete: true)
        #expect(schedule.wait(at: .zero) == nil)
        #expect(schedule.lose(at: .zero) == .milliseconds(4))
    }
}
