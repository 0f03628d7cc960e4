import ArgumentParser
import Collection

/// `--trace` and `--samples`.
struct SampleOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Trace packets of every ctstate from the start, or none.",
            discussion: "Default: INVALID ones, and those the counters show to be dropped."))
    var trace: Bool?

    @Option(help: ArgumentHelp("Trace at most N packets per second.", valueName: "N"))
    var traceRate = 10

    @Option(help: ArgumentHelp("Show N packets of each class and ctstate.", valueName: "N"))
    var samples: Int?

    func validate() throws {
        if !(1...1000).contains(traceRate) { throw ValidationError("--trace-rate must be 1 to 1000") }
        if let samples, !(1...100).contains(samples) { throw ValidationError("--samples must be 1 to 100") }
    }

    var plan: SamplePlan { SamplePlan(trace: trace, traceRate: traceRate, samples: samples) }
}
