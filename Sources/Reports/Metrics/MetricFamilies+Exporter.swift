import Inspection

/// How the last reading of a collector went.
package struct CollectorStatus: Sendable {
    package var collector: String
    package var networkNamespace: String?
    package var hasSucceeded: Bool
    package var took: Duration
    /// Nil if it reads once.
    package var interval: Duration?
    /// Since the end of the last reading that succeeded; nil if none has.
    package var age: Duration?
    /// What is missing from that reading.
    package var losses: Int

    package init(
        _ collector: String, networkNamespace: String?, every interval: Duration?, hasSucceeded: Bool, took: Duration,
        age: Duration?, losses: Int
    ) {
        (self.collector, self.networkNamespace, self.hasSucceeded) = (collector, networkNamespace, hasSucceeded)
        (self.interval, self.took, self.age, self.losses) = (interval, took, age, losses)
    }
}

extension MetricFamilies {
    /// What an exporter says of itself.
    package init(
        version: String, kernelRelease: String, _ statuses: [CollectorStatus], truncated: Int
    ) {
        self.init()
        add(.build, ["version": version, "kernel": kernelRelease], 1)
        for status in statuses {
            let netns = status.networkNamespace.map { MetricLabels(["netns": $0]) } ?? labels
            let own = netns.with(["collector": status.collector])
            add(.success, own, .whole(status.hasSucceeded ? 1 : 0))
            add(.duration, own, .real(status.took / .seconds(1)))
            if let interval = status.interval { add(.interval, own, .real(interval / .seconds(1))) }
            guard let age = status.age else { continue }
            add(.complete, own, .whole(status.losses == 0 ? 1 : 0))
            add(.losses, own, .whole(UInt64(clamping: status.losses)))
            add(.age, own, .real(age / .seconds(1)))
        }
        add(.truncated, truncated)
    }
}
