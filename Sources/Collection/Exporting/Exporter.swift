import Addresses
import Glibc
import Inspection
import Netlink
import Synchronization

/// Reads a director for an exporter: each collector on a thread of its own, so that one that is slow, or fails, delays no other.
///
/// The threads begin with the capabilities of the thread that starts them, which may give up its own afterwards.
package final class Exporter: Sendable {
    /// A collector in one network namespace.
    package struct Job: Sendable {
        package var collector: Collector
        /// As named by the user; nil for the one the program was started in.
        package var networkNamespace: String?
        /// From the beginning of one reading to that of the next, or more if reading takes long; nil to read once.
        package var interval: Duration?
        /// Called once, on the job's thread, whose network namespace and capabilities it may change.
        package var open: @Sendable () throws(KernelError) -> any KernelSource

        package init(
            _ collector: Collector, networkNamespace: String?, every interval: Duration?,
            _ open: @escaping @Sendable () throws(KernelError) -> any KernelSource
        ) {
            (self.collector, self.networkNamespace, self.interval) = (collector, networkNamespace, interval)
            self.open = open
        }
    }

    /// How a reading went.
    package struct Outcome: Sendable {
        package var result: Result<ExportedReading, KernelError>
        package var took: Duration

        package init(result: Result<ExportedReading, KernelError>, took: Duration) {
            (self.result, self.took) = (result, took)
        }
    }

    private let job: Job
    private let shelter: TrialShelter
    private let report: @Sendable (Job, Outcome) -> Void
    /// Why the source could not be opened; nil within nil if it could.
    private let opening = Mutex<KernelError??>(nil)

    private init(_ job: Job, _ shelter: TrialShelter, _ report: @escaping @Sendable (Job, Outcome) -> Void) {
        (self.job, self.shelter, self.report) = (job, shelter, report)
    }

    /// Starts the threads, which end when a stop is requested (`Waiter`), or after one reading. Blocks until each has opened its source.
    ///
    /// - Parameters:
    ///   - shelter: where the packet filter is tried for `check`.
    ///   - report: called on the job's thread after each reading.
    /// - Returns: the threads, to be joined or detached.
    /// - Throws: why one of them cannot open its source. The others go on until the program ends.
    package static func start(
        _ jobs: [Job], in shelter: TrialShelter, report: @escaping @Sendable (Job, Outcome) -> Void
    ) throws(KernelError) -> [pthread_t] {
        var threads: [pthread_t] = []
        for job in jobs {
            let exporter = Exporter(job, shelter, report)
            threads.append(try BackgroundThread.start("start a collector") { exporter.run() })
            try exporter.waitUntilOpen()
        }
        return threads
    }

    private func waitUntilOpen() throws(KernelError) {
        while true {
            switch opening.withLock({ $0 }) {
            case .some(let failure?): throw failure
            case .some(nil): return
            case nil: usleep(1000)
            }
        }
    }

    // MARK: The thread

    private static let betweenLooks = Duration.milliseconds(250)

    private func run() {
        do throws(KernelError) {
            let reader: any CollectorReader
            let waiter: Waiter
            do throws(KernelError) {
                waiter = try Waiter(output: nil, catchingStops: true)
                reader = job.collector.reader(of: try job.open(), in: shelter)
                opening.withLock { $0 = .some(nil) }
            } catch {
                return opening.withLock { $0 = .some(error) }
            }
            while !waiter.isStopped {
                let pause = read(reader, waiter)
                guard let pause, try rest(for: pause, reader, waiter) else { return }
            }
        } catch {
            report(job, Outcome(result: .failure(error), took: .zero))
        }
    }

    /// - Returns: how long nothing is read after it; nil if it was the only one.
    private func read(_ reader: any CollectorReader, _ waiter: Waiter) -> Duration? {
        let clock = Clocks.system
        let result: Result<ExportedReading, KernelError>
        do throws(KernelError) {
            result = .success(try reader.read { waiter.isStopped })
        } catch { result = .failure(error) }
        let took = clock.elapsed()
        report(job, Outcome(result: result, took: took))
        return job.interval.map { max($0 - took, ReadingPace.rest(after: took)) }
    }

    /// - Returns: false if a stop was requested.
    private func rest(
        for pause: Duration, _ reader: any CollectorReader, _ waiter: Waiter
    ) throws(KernelError) -> Bool {
        let end = ContinuousClock.now + pause
        while case let left = end - .now, left > .zero {
            if waiter.isStopped { return false }
            let limit = reader.hasMoreToDo ? min(left, Self.betweenLooks) : left
            if try waiter.wait(upTo: limit) == .stopped { return false }
            // What fails now fails again at the next reading, which says so.
            try? reader.goOn()
        }
        return true
    }
}
