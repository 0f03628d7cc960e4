/// A page in one of the formats, made piece by piece, so that a slow reader of a long page takes no memory.
package struct MetricText: Sendable {
    private let families: [(metric: Metric, samples: [MetricSample], isFirst: Bool)]
    private let format: MetricFormat
    private var family = 0
    private var sample = 0
    private var isHeaded = false
    private var isEnded = false

    /// Of a piece, at most.
    private static let pieceSize = 64 << 10

    init(_ families: [(metric: Metric, samples: [MetricSample], isFirst: Bool)], _ format: MetricFormat) {
        (self.families, self.format) = (families, format)
    }

    /// Nil at the end.
    package mutating func next() -> [UInt8]? {
        if isEnded { return nil }
        let text = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { space, count in
            var lines = MetricLines(space)
            while family < families.count, addSamples(to: &lines) {}
            if family == families.count, format == .prometheus || lines.add("# EOF\n") { isEnded = true }
            count = lines.count
        }
        return text.isEmpty && isEnded ? nil : text
    }

    /// Of one family, as many as there is room for.
    ///
    /// - Returns: whether that were all.
    private mutating func addSamples(to lines: inout MetricLines) -> Bool {
        let (metric, samples, isFirst) = families[family]
        if isFirst, !isHeaded {
            guard lines.add(heading(metric)) || lines.isEmpty else { return false }
            isHeaded = true
        }
        let name = Array(metric.sampleName.utf8)
        while sample < samples.count {
            guard lines.add(name, samples[sample]) || lines.isEmpty else { return false }
            sample += 1
        }
        (family, sample, isHeaded) = (family + 1, 0, false)
        return true
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

/// Whole lines in a space of fixed size: there may be a hundred thousand at each scrape. What does not fit into all of it is left out; no name of
/// the kernel's is as long.
private struct MetricLines {
    private let space: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    /// A blank, braces, the end of the line, and the longest number.
    private static let mostBesideLabels = 4 + 32

    init(_ space: UnsafeMutableBufferPointer<UInt8>) { self.space = space }

    var isEmpty: Bool { count == 0 }

    /// - Returns: false if there is no room for it.
    mutating func add(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard hasRoom(for: bytes.count) else { return false }
        put(bytes)
        return true
    }

    /// - Returns: false if there is no room for it.
    mutating func add(_ name: [UInt8], _ sample: MetricSample) -> Bool {
        let labels = sample.labels.bytes
        guard hasRoom(for: name.count + labels.count + Self.mostBesideLabels) else { return false }
        put(name)
        if !labels.isEmpty {
            put(UInt8(ascii: "{"))
            put(labels)
            put(UInt8(ascii: "}"))
        }
        put(UInt8(ascii: " "))
        switch sample.value {
        case .whole(let number): put(decimal: number)
        case .real(let number): put(Array(number.description.utf8))
        }
        put(UInt8(ascii: "\n"))
        return true
    }

    private func hasRoom(for more: Int) -> Bool { more <= space.count - count }

    private mutating func put(_ byte: UInt8) {
        space[count] = byte
        count &+= 1
    }

    private mutating func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { bytes in
            guard let source = bytes.baseAddress, let place = space.baseAddress else { return }
            (place + count).update(from: source, count: bytes.count)
        }
        count &+= bytes.count
    }

    private mutating func put(decimal number: UInt64) {
        var (rest, digits) = (number, 1)
        while rest >= 10 { (rest, digits) = (rest / 10, digits + 1) }
        rest = number
        for position in (count..<count + digits).reversed() {
            space[position] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count &+= digits
    }
}
