import Glibc
import Inspection
import Netlink
import Synchronization
import SystemPackage

/// The checks of a director, made on a thread of their own from now on, so that nobody waits for them. They end with the program, or with
/// `stop`.
///
/// The thread begins in the network namespace and with the capabilities of the thread that makes it, which may give up its own afterwards.
package final class BackgroundChecks: Sendable {
    package enum News: Sendable {
        case report(CheckReport)
        /// The checks could not be made: why.
        case failure(KernelError)
    }

    private struct Mailbox {
        /// The latest that nobody has taken yet.
        var news: News?
        var isHurried = false
        var isStopped = false
    }

    private let mailbox = Mutex(Mailbox())
    private let shelter: TrialShelter
    /// Nil for what does not change.
    private let interval: Duration?
    private let makeSource: @Sendable () throws(KernelError) -> any KernelSource

    /// Begins.
    ///
    /// - Parameters:
    ///   - shelter: where the filter of a capture is tried.
    ///   - interval: between the checks; nil for what does not change, which is checked once.
    ///   - makeSource: called on the new thread.
    package init(
        in shelter: TrialShelter, every interval: Duration? = .seconds(10),
        of makeSource: @escaping @Sendable () throws(KernelError) -> any KernelSource
    ) throws(KernelError) {
        (self.shelter, self.interval, self.makeSource) = (shelter, interval, makeSource)
        try start()
    }

    /// What came since the last call, if anything did. Does not block.
    package func take() -> News? {
        mailbox.withLock { mailbox in
            defer { mailbox.news = nil }
            return mailbox.news
        }
    }

    /// Makes the checks again as soon as possible, and the trial of the packet filter, too.
    package func hurry() { mailbox.withLock { $0.isHurried = true } }

    /// Ends the checks, a trial in progress as well, in a moment.
    package func stop() { mailbox.withLock { $0.isStopped = true } }

    private var isStopped: Bool { mailbox.withLock(\.isStopped) }

    // MARK: The thread

    private func start() throws(KernelError) {
        pthread_detach(try BackgroundThread.start("start the checks") { self.run() })
    }

    private func run() {
        do throws(KernelError) {
            let source = try makeSource()
            var checker = DirectorChecker(source, in: shelter)
            while !isStopped {
                do throws(KernelError) {
                    try checker.check(isStopped: { self.isStopped }) { post(.report($0)) }
                } catch { post(.failure(error)) }
                guard let interval else { return }
                if rest(for: interval) { checker.forgetTrial() }
            }
        } catch { post(.failure(error)) }
    }

    private func post(_ news: News) { mailbox.withLock { $0.news = news } }

    /// - Returns: whether it was hurried.
    private func rest(for interval: Duration) -> Bool {
        let end = ContinuousClock.now + interval
        while ContinuousClock.now < end {
            let (isHurried, isStopped) = mailbox.withLock { mailbox in
                defer { mailbox.isHurried = false }
                return (mailbox.isHurried, mailbox.isStopped)
            }
            if isHurried || isStopped { return isHurried }
            usleep(200_000)
        }
        return false
    }
}
