import Collection
import Foundation
import SystemPackage
import Testing

@Suite("Waiting for whichever comes first", .timeLimit(.minutes(15)))
struct WaiterTests {
    private let pipe: (readEnd: FileDescriptor, writeEnd: FileDescriptor)

    init() throws { pipe = try FileDescriptor.pipe() }

    @Test("A timeout is reported, but not early, while the output still has a reader")
    func time() throws {
        defer {
            try? pipe.readEnd.close()
            try? pipe.writeEnd.close()
        }
        let waiter = try Waiter(output: pipe.writeEnd, catchingStops: false)
        let start = ContinuousClock.now
        #expect(try waiter.wait(upTo: .milliseconds(20)) == .goOn)
        #expect(ContinuousClock.now - start >= .milliseconds(20))
        #expect(try waiter.wait(for: [-1], upTo: .seconds(-5)) == .goOn)
        #expect(!waiter.isStopped)
    }

    @Test("Readable data ends the wait at once")
    func reading() throws {
        defer {
            try? pipe.readEnd.close()
            try? pipe.writeEnd.close()
        }
        try pipe.writeEnd.writeAll([1])
        let start = ContinuousClock.now
        #expect(
            try Waiter(output: nil, catchingStops: false).wait(for: [pipe.readEnd.rawValue], upTo: .seconds(30))
                == .goOn)
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test("The wait ends at once when the output's reader goes away")
    func readerGone() throws {
        defer { try? pipe.writeEnd.close() }
        let waiter = try Waiter(output: pipe.writeEnd, catchingStops: false)
        try pipe.readEnd.close()
        #expect(try waiter.wait(upTo: .seconds(30)) == .readerGone)
    }

    @Test("An interval timer skips ticks that are overdue, and stops with its waiter")
    func timer() throws {
        var waits = 0
        let hasty = Waiter {
            waits > 3
        } block: { _, limit in
            waits += 1
            Thread.sleep(forTimeInterval: limit / .seconds(1))
            return .goOn
        }
        var timer = IntervalTimer(every: .milliseconds(20), hasty)
        #expect(try timer.wait())
        Thread.sleep(forTimeInterval: 0.05)
        #expect(try timer.wait())
        #expect(waits == 1)
        let start = ContinuousClock.now
        #expect(try timer.wait())
        #expect(ContinuousClock.now - start <= .seconds(10))
        #expect(waits == 2)
        #expect(try timer.wait())
        #expect(try !timer.wait())
        let gone = Waiter {
            false
        } block: { _, _ in
            .readerGone
        }
        var ended = IntervalTimer(every: .seconds(30), gone)
        #expect(try !ended.wait())
    }
}
