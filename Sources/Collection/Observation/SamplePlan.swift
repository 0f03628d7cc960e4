import Firewall

/// What is collected about individual packets in addition to the counts: which are traced, and how many samples are taken.
package struct SamplePlan {
    /// Whether every ctstate is traced from the start, or none; nil: INVALID ones, and those the counters show as dropped.
    package var trace: Bool?
    /// At most this many packets are traced per second.
    package var traceRate: Int
    /// How many samples are taken of each class and ctstate; nil for none.
    package var samples: Int?
    /// How many more per second once those are used up.
    package var samplesPerSecond: Int?

    package var isTracing: Bool { trace ?? true }

    package init(trace: Bool? = nil, traceRate: Int = 10, samples: Int? = nil, samplesPerSecond: Int? = nil) {
        self.trace = trace
        self.traceRate = traceRate
        self.samples = samples
        self.samplesPerSecond = samplesPerSecond
    }
}

/// Receives each single packet as it arrives.
package struct SampleListener {
    package var sample: (Sample) -> Void
    package var traced: (TracedPacket) -> Void

    package init(
        sample: @escaping (Sample) -> Void = { _ in }, traced: @escaping (TracedPacket) -> Void = { _ in }
    ) {
        self.sample = sample
        self.traced = traced
    }
}
