import Collection
import Inspection
import Netlink
import Reports
import Synchronization

/// What the collectors of an exporter have read last, from which any thread makes the page. A reading that failed leaves nothing of those before.
final class ExportBoard: Sendable {
    private struct Place {
        let job: Exporter.Job
        var took = Duration.zero
        var failure: KernelError?
        /// Of the last reading, if it succeeded.
        var families: MetricFamilies?
        var losses: [Loss] = []
        var end = ContinuousClock.now
        var hasReported = false

        /// Why it fails, or what is missing first.
        var trouble: String? {
            if let failure { return failure.description }
            guard let first = losses.first else { return nil }
            let rest = losses.count > 1 ? " (and \(losses.count - 1) more)" : ""
            return "incomplete: \(first.what): \(first.why)\(rest)"
        }

        /// The same without numbers that differ from reading to reading: for as long as this stays, nothing is said.
        var cause: String? {
            failure?.description ?? (losses.isEmpty ? nil : losses.map(\.what).joined(separator: ", "))
        }
    }

    private let places: Mutex<[Place]>
    private let kernelRelease: String
    private let detail: MetricDetail
    private let mostSeries: Int

    init(_ jobs: [Exporter.Job], kernelRelease: String, _ detail: MetricDetail, mostSeries: Int) {
        places = Mutex(jobs.map { Place(job: $0) })
        (self.kernelRelease, self.detail, self.mostSeries) = (kernelRelease, detail, mostSeries)
    }

    /// - Returns: what to tell the operator: why it fails, or what it lacks, if that is new, or that it no longer does.
    func take(_ job: Exporter.Job, _ outcome: Exporter.Outcome) -> String? {
        let reading = try? outcome.result.get()
        let families = reading.map { MetricFamilies($0, networkNamespace: job.networkNamespace, detail) }
        return places.withLock { places in
            guard let position = places.firstIndex(where: { $0.job.isSame(job) }) else { return nil }
            let before = places[position].cause
            places[position].took = outcome.took
            places[position].families = families
            places[position].losses = reading?.losses ?? []
            places[position].end = .now
            places[position].hasReported = true
            places[position].failure = if case .failure(let error) = outcome.result { error } else { nil }
            if places[position].cause == before { return nil }
            return "\(job.title): \(places[position].trouble ?? "reads all of it again")"
        }
    }

    /// Whether each collector has read once, or failed to.
    var isReady: Bool { places.withLock { $0.allSatisfy(\.hasReported) } }

    /// Why the first collector failed, if all have.
    var commonFailure: KernelError? {
        places.withLock { $0.allSatisfy { $0.failure != nil } ? $0.first?.failure : nil }
    }

    /// The metrics as of now.
    var page: MetricPage {
        let places = places.withLock { $0 }
        var readings = MetricPage()
        for place in places { if let families = place.families { readings.add(families) } }
        let statuses = places.filter(\.hasReported).map { place in
            CollectorStatus(
                place.job.collector.rawValue, networkNamespace: place.job.networkNamespace,
                every: place.job.interval, hasSucceeded: place.families != nil, took: place.took,
                age: place.families.map { _ in .now - place.end }, losses: place.losses.count)
        }
        let truncated = readings.limit(to: mostSeries)
        var page = MetricPage()
        page.add(
            MetricFamilies(version: CTInspect.version, kernelRelease: kernelRelease, statuses, truncated: truncated))
        page.add(readings)
        return page
    }
}

extension Exporter.Job {
    /// As messages begin: `check in lb`.
    fileprivate var title: String { collector.rawValue + (networkNamespace.map { " in \($0)" } ?? "") }

    fileprivate func isSame(_ other: Exporter.Job) -> Bool {
        collector == other.collector && networkNamespace == other.networkNamespace
    }
}
