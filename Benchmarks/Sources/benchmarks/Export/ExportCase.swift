import FoundationEssentials

/// The cost of scraping an exporter of many services, from a capture.
struct ExportCase {
    let tools: Tools
    let workspace: Workspace

    private static let services = 1000
    private static let serversEach = 10
    private static let scrapes = 50
    private static let port = 19_836

    func run(_ rounds: Int) throws -> [ExportResult] {
        let folder = workspace.path(.capture)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (services, servers) = (Self.services, Self.services * Self.serversEach)
        say("benchmarks: making a capture of \(services) services")
        try runTool(
            [
                "python3", "Benchmarks/Tools/make-services.py", "Tests/Fixtures", folder, "\(services)",
                "\(Self.serversEach)",
            ], patience: .seconds(120), in: workspace)
        let title = "export: a scrape of \(services) services and \(servers) real servers"
        // Five counters of each service; those, three gauges and a fact more of each real server.
        let series = [ExportRole.backend: services * 5 + servers * 9, .service: services * 9]
        let roles: [ExportRole] = [.backend, .service]
        let rows = try ExportResult.takeTurns(
            roles.map { ($0, "--labels \($0.rawValue)") }, rounds: rounds, title: title
        ) { try scrape(folder, roles[$0], series: series[roles[$0]] ?? 0) }
        return [ExportResult(.export, title, rows, judge: Self.judge)]
    }

    private func scrape(_ folder: String, _ role: ExportRole, series: Int) throws -> ExportFigures {
        let address = "127.0.0.1:\(Self.port)"
        let words = [
            "python3", "Benchmarks/Tools/scrape.py", "\(Self.scrapes)", "\(series)", "http://\(address)/metrics",
            tools.program, "export", "--capture", folder, "--listen", address, "--collectors", "ipvs", "--labels",
            role.rawValue,
        ]
        return try ExportFigures(runTool(words, patience: .seconds(180), in: workspace))
    }

    private static func judge(_ medians: [ExportRole: ExportFigures]) -> [Judgement] {
        let backend = medians[.backend]
        return [
            Judgement("CPU a scrape, ms", backend.map { $0.cpuSeconds * 1000 }, .atMost(20)),
            Judgement("peak memory, MiB", backend?.peakMebibytes, .atMost(30)),
            Judgement(
                "memory that scrapes add, MiB", backend.map { $0.peakMebibytes - $0.readingMebibytes }, .none),
            Judgement(
                "CPU a scrape by service, ms", medians[.service].map { $0.cpuSeconds * 1000 }, .none),
        ]
    }
}

/// What series there are of.
enum ExportRole: String, Codable {
    case backend, service
}
