/// What an exporter answers: metrics of several sources, each name once.
package struct MetricPage: Sendable {
    /// A metric with its samples, from one source each.
    private struct Part {
        var metric: Metric
        var samples: [[MetricSample]]

        var count: Int { samples.reduce(0) { $0 + $1.count } }
    }

    private var parts: [Part] = []
    private var positions: [String: Int] = [:]

    package init() {}

    package mutating func add(_ families: MetricFamilies) {
        for family in families.all { add(Part(metric: family.metric, samples: [family.samples])) }
    }

    package mutating func add(_ other: MetricPage) { other.parts.forEach { add($0) } }

    private mutating func add(_ part: Part) {
        if let position = positions[part.metric.name] {
            parts[position].samples += part.samples
        } else {
            positions[part.metric.name] = parts.count
            parts.append(part)
        }
    }

    /// Leaves out what is more than so many samples: whole metrics, so that sums of those that remain are true. Earlier metrics go first.
    ///
    /// - Returns: how many samples are left out.
    package mutating func limit(to most: Int) -> Int {
        var room = most
        var leftOut = 0
        parts.removeAll { part in
            if part.count <= room {
                room -= part.count
                return false
            }
            leftOut += part.count
            return true
        }
        positions = Dictionary(uniqueKeysWithValues: parts.enumerated().map { ($1.metric.name, $0) })
        return leftOut
    }

    /// The text, in pieces.
    package func text(_ format: MetricFormat) -> MetricText { MetricText(flattened, format) }

    private var flattened: [(metric: Metric, samples: [MetricSample], isFirst: Bool)] {
        parts.flatMap { part in
            part.samples.enumerated().map { (part.metric, $1, $0 == 0) }
        }
    }
}
