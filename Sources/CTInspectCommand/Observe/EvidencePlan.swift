import Firewall

/// What is told of single packets besides the counts.
struct EvidencePlan {
    /// Whether every ctstate is traced from the start, or none; nil: INVALID ones, and what the counters show to be dropped.
    var trace: Bool?
    /// At most so many packets are traced a second.
    var traceRate = 10
    /// So many samples are taken of each class and ctstate; nil for none.
    var samples: Int?
    /// So many more a second, when they are spent.
    var samplesPerSecond: Int?

    var isTracing: Bool { trace ?? true }
}

/// Hears of each packet as its evidence comes in.
struct EvidenceListener {
    var sample: (Sample) -> Void = { _ in }
    var traced: (TracedPacket) -> Void = { _ in }
}
