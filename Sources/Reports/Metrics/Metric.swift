/// One name of Prometheus' data model: what is counted or measured under it.
package struct Metric: Sendable {
    package enum Kind: String, Sendable {
        /// Its samples have the suffix `_total`.
        case counter
        case gauge
    }

    /// Its name's last part, as OpenMetrics wants it.
    package enum Unit: String, Sendable {
        case seconds, bytes
    }

    /// With the prefix, without `_total`.
    package let name: String
    package let kind: Kind
    package let unit: Unit?
    /// One sentence, with neither a quotation mark nor a backslash, which the two formats escape differently.
    package let help: String

    init(_ name: String, _ kind: Kind, _ unit: Unit?, _ help: String) {
        self.name = "ctinspect_\(name)"
        (self.kind, self.unit, self.help) = (kind, unit, help)
    }

    init(_ name: String, _ kind: Kind, _ help: String) { self.init(name, kind, nil, help) }

    /// As samples have it.
    package var sampleName: String { kind == .counter ? "\(name)_total" : name }
}

/// What distinguishes the samples of a metric, in the form of both formats: `local_port="80",proto="TCP"`.
package struct MetricLabels: Hashable, Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package init(_ labels: KeyValuePairs<String, String>) { self = MetricLabels().with(labels) }

    package func with(_ labels: KeyValuePairs<String, String>) -> MetricLabels {
        var more = MetricLabels()
        // There may be tens of thousands: growing would leave twice the room.
        more.bytes.reserveCapacity(labels.reduce(bytes.count) { $0 + $1.key.utf8.count + $1.value.utf8.count + 4 })
        more.bytes += bytes
        for (name, value) in labels { more.add(name, value) }
        return more
    }

    private mutating func add(_ name: String, _ value: String) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
        bytes += "\(name)=\"".utf8
        for byte in value.printable.utf8 {
            if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

package enum MetricValue: Equatable, Sendable {
    case whole(UInt64)
    case real(Double)
}

package struct MetricSample: Equatable, Sendable {
    package var labels: MetricLabels
    package var value: MetricValue
}

/// A metric with its samples, no two of which have the same labels.
package struct MetricFamily: Sendable {
    package let metric: Metric
    package internal(set) var samples: [MetricSample] = []
}

/// Families of metrics, in the order in which each got its first sample.
package struct MetricFamilies: Sendable {
    package private(set) var all: [MetricFamily] = []
    private var positions: [String: Int] = [:]
    /// Of every sample.
    private let common: MetricLabels

    package init(_ common: MetricLabels = MetricLabels()) { self.common = common }

    /// The labels of a sample, before its own.
    var labels: MetricLabels { common }

    /// - Parameter labels: with those that all have, as `labels` has them.
    mutating func add(_ metric: Metric, _ labels: MetricLabels, _ value: MetricValue) {
        let sample = MetricSample(labels: labels, value: value)
        if let position = positions[metric.name] { return all[position].samples.append(sample) }
        positions[metric.name] = all.count
        all.append(MetricFamily(metric: metric, samples: [sample]))
    }

    mutating func add(_ metric: Metric, _ labels: KeyValuePairs<String, String>, _ number: some BinaryInteger) {
        add(metric, common.with(labels), .whole(UInt64(clamping: number)))
    }

    mutating func add(_ metric: Metric, _ number: some BinaryInteger) { add(metric, [:], number) }
}
