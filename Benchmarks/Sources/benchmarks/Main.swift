import Glibc

/// Compares ct-inspect with the kernel's own work and with conntrack(8). See README.md.
@main
enum Main {
    static func main() {
        do {
            exit(try run(Options(Array(CommandLine.arguments.dropFirst()))))
        } catch {
            say("benchmarks: \(error)")
            exit((error as? Failure)?.kind.rawValue ?? Failure.Kind.inputOutput.rawValue)
        }
    }

    /// - Returns: the exit status.
    private static func run(_ options: Options) throws -> Int32 {
        if options.task == .help {
            print(Options.usage, terminator: "")
            return 0
        }
        guard geteuid() == 0 else {
            throw Failure(.noPermission, "needs root, for network namespaces and their conntrack tables: run with sudo")
        }
        Signals.block()
        let tools = try Tools(folder: options.tools, program: options.program)
        return try Workspace.using(parent: options.folder) { workspace in
            switch options.task {
            case .instructions: return try InstructionCheck(tools, workspace).run(bounds: options.bounds)
            case .benchmarks, .help: return try benchmark(options, tools, workspace)
            }
        }
    }

    private static func benchmark(_ options: Options, _ tools: Tools, _ workspace: Workspace) throws -> Int32 {
        try SampleTable.load()
        var report = Report(
            machine: try Machine(tools, in: workspace), entries: options.entries, runs: options.runs)
        report.dumps = try dumps(options, Measure(tools: tools, workspace: workspace))
        // After the limits are restored: listeners and their tables are measured with the host's settings.
        for load in [EventLoad.rate, .burst] where options.cases.contains(load.name) {
            report.events.append(try load.run(EventSubject.all(tools), in: workspace))
        }
        if options.cases.contains(.observe) {
            report.traffic = try TrafficCase(tools, workspace, seconds: options.seconds).run(options.runs)
        }
        if options.cases.contains(.watch) {
            let watch = WatchCase(tools, workspace, seconds: options.seconds)
            report.watch = try watch.run(options.runs, upTo: options.entries)
        }
        if options.cases.contains(.export) {
            report.export = try ExportCase(tools: tools, workspace: workspace).run(options.runs)
        }
        if options.cases.contains(.flows) {
            let flows = FlowCase(measure: Measure(tools: tools, workspace: workspace))
            report.flows = try flows.run(options.runs, upTo: options.entries)
        }
        if options.cases.contains(.record) {
            let record = RecordCase(measure: Measure(tools: tools, workspace: workspace))
            report.flows += try record.run(options.runs, upTo: options.entries)
        }
        print(report.text, terminator: "")
        if let path = options.json { try overwrite(path, with: report.json()) }
        return report.hasFailed || (options.isStrict && report.hasMissed) ? 1 : 0
    }

    private static func dumps(_ options: Options, _ measure: Measure) throws -> [DumpResult] {
        let cases = DumpCase.all(measure.tools, entries: options.entries).filter { options.cases.contains($0.name) }
        guard !cases.isEmpty else { return [] }
        return try HostLimits.raised(for: options.entries) {
            try inFreshNamespace {
                say("benchmarks: filling a table with \(options.entries) entries")
                return try SampleTable.filled(with: options.entries) {
                    try cases.map { try $0.run(options.runs, with: measure) }
                }
            }
        }
    }
}
