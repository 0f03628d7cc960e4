import ArgumentParser
import Collection

/// `--trace` and `--samples`.
struct SampleOptions: ParsableArguments {
    @Flag(
        inversion: .prefixedNo,
        help: ArgumentHelp(
            "Trace packets of every ctstate from the start, or none at all.",
            discussion: "Without either: INVALID ones, and what the counters show to be dropped."))
    var trace: Bool?

    @Option(help: ArgumentHelp("Trace at most so many packets a second.", valueName: "N"))
    var traceRate = 10

    @Option(help: ArgumentHelp("Show so many packets of each class and ctstate.", valueName: "N"))
    var samples: Int?

    func validate() throws {
        if !(1...1000).contains(traceRate) { throw ValidationError("--trace-rate takes 1 to 1000 packets a second") }
        if let samples, !(1...100).contains(samples) { throw ValidationError("--samples takes 1 to 100 packets") }
    }

    var plan: SamplePlan { SamplePlan(trace: trace, traceRate: traceRate, samples: samples) }
}
