import Inspection
import Netlink

/// Makes the checks of a director again and again: its facts are read each time, and its packet filter is tried when something has changed
/// that decides about packets, but for no more than a tenth of the time.
package struct DirectorChecker {
    private let source: any KernelSource
    private let shelter: TrialShelter
    private let elapsed: () -> Duration
    private var trial: Fact<Trial>?
    /// Of the same rules.
    private var rules: Fact<RuleFacts>?
    private var basis: TrialBasis?
    private var nextTrial = Duration.zero

    /// Between the end of a trial and the beginning of the next.
    static let shortestPause = Duration.seconds(10)
    /// A trial of very many services ends here; those that remain are left unproven.
    static let longestTrial = Duration.seconds(30)

    /// - Parameters:
    ///   - shelter: where the filter of a capture is tried.
    ///   - elapsed: a monotonic clock.
    package init(
        _ source: any KernelSource, in shelter: TrialShelter,
        elapsed: @escaping () -> Duration = Clocks.system.elapsed
    ) {
        (self.source, self.shelter, self.elapsed) = (source, shelter, elapsed)
    }

    /// The next check tries the packet filter again, whether or not something has changed.
    package mutating func forgetTrial() {
        basis = nil
        nextTrial = .zero
    }

    /// Makes all checks. Blocks for milliseconds, and for a trial for up to half a minute. See `Sandbox.run` for what a trial needs;
    /// without that, the checks that need it are not made.
    ///
    /// - Parameters:
    ///   - isStopped: ends a trial early.
    ///   - report: gets what the checks say; before the first trial also what they say without it.
    package mutating func check(
        isStopped: @escaping () -> Bool, _ report: (CheckReport) -> Void
    ) throws(KernelError) {
        var director = try CheckedDirector(reading: source)
        let now = TrialBasis(of: director, reading: source)
        if now != basis, elapsed() >= nextTrial {
            if trial == nil {
                director.facts.trial = .unreadable("the packet filter is being tried")
                director.facts.rules = .unreadable("the packet filter is being tried")
                var early = CheckReport(Check.all, of: director.facts)
                early.awaitsTrial = true
                report(early)
            }
            let (elapsed, start) = (elapsed, elapsed())
            try director.tryFilter(reading: source, in: shelter) {
                isStopped() || elapsed() - start > Self.longestTrial
            }
            (trial, rules, basis) = (director.facts.trial, director.facts.rules, now)
            let end = elapsed()
            nextTrial = end + max(Self.shortestPause, (end - start) * 9)
        } else if let trial, let rules {
            (director.facts.trial, director.facts.rules) = (trial, rules)
        }
        report(CheckReport(Check.all, of: director.facts))
    }
}
