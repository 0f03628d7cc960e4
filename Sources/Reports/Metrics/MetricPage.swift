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

    /// How many samples there are.
    package var series: Int { parts.reduce(0) { $0 + $1.count } }

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

/// A page in one of the formats, made piece by piece, so that a slow reader of a long page takes no memory.
package struct MetricText: Sendable {
    private let families: [(metric: Metric, samples: [MetricSample], isFirst: Bool)]
    private let format: MetricFormat
    private var family = 0
    private var sample = 0
    private var isEnded = false

    /// A piece is longer by what its last sample takes.
    private static let pieceSize = 64 << 10

    init(_ families: [(metric: Metric, samples: [MetricSample], isFirst: Bool)], _ format: MetricFormat) {
        (self.families, self.format) = (families, format)
    }

    /// Nil at the end.
    package mutating func next() -> [UInt8]? {
        if isEnded { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(Self.pieceSize + 512)
        while family < families.count, text.count < Self.pieceSize { addSamples(to: &text) }
        if family == families.count {
            isEnded = true
            if format == .openMetrics { text += "# EOF\n".utf8 }
        }
        return text.isEmpty ? nil : text
    }

    /// Of one family, as many as there is room for.
    private mutating func addSamples(to text: inout [UInt8]) {
        let (metric, samples, isFirst) = families[family]
        if sample == 0, isFirst { text += heading(metric).utf8 }
        let name = Array(metric.sampleName.utf8)
        while sample < samples.count, text.count < Self.pieceSize {
            text += name
            let labels = samples[sample].labels.bytes
            if !labels.isEmpty {
                text.append(UInt8(ascii: "{"))
                text += labels
                text.append(UInt8(ascii: "}"))
            }
            text.append(UInt8(ascii: " "))
            text.add(samples[sample].value)
            text.append(UInt8(ascii: "\n"))
            sample += 1
        }
        if sample == samples.count { (family, sample) = (family + 1, 0) }
    }

    private func heading(_ metric: Metric) -> String {
        switch format {
        case .prometheus:
            return "# HELP \(metric.sampleName) \(metric.help)\n# TYPE \(metric.sampleName) \(metric.kind.rawValue)\n"
        case .openMetrics:
            let unit = metric.unit.map { "# UNIT \(metric.name) \($0.rawValue)\n" } ?? ""
            return "# HELP \(metric.name) \(metric.help)\n# TYPE \(metric.name) \(metric.kind.rawValue)\n\(unit)"
        }
    }
}

extension [UInt8] {
    fileprivate mutating func add(_ value: MetricValue) {
        switch value {
        case .real(let number): self += number.description.utf8
        case .whole(var number):
            let start = count
            repeat {
                append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
                number /= 10
            } while number > 0
            self[start...].reverse()
        }
    }
}
