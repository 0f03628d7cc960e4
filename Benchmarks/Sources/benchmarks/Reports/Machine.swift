import FoundationEssentials
import Glibc

/// The context without which figures are worthless.
struct Machine: Codable {
    let takenAt: String
    let kernel: String
    let architecture: String
    let processor: String?
    let cores: Int
    let memoryMebibytes: Int
    /// The version each program reports; missing if it lacks the option.
    let versions: [String: String]
    /// Sysctls of the host that affect the figures, before any was raised.
    let sysctls: [String: Int]

    init(_ tools: Tools, in workspace: Workspace) throws {
        var names = utsname()
        uname(&names)
        takenAt = Date().formatted(.iso8601)
        kernel = Self.text(of: names.release)
        architecture = Self.text(of: names.machine)
        processor = try Self.processor()
        cores = sysconf(CInt(_SC_NPROCESSORS_ONLN))
        memoryMebibytes = (sysconf(CInt(_SC_PHYS_PAGES)) * sysconf(CInt(_SC_PAGESIZE))) >> 20
        var versions: [String: String] = [:]
        for program in ["conntrack", "nft", tools.program] {
            let name = program.split(separator: "/").last.map(String.init) ?? program
            versions[name] = try? Self.firstLine(of: [program, "--version"], in: workspace)
        }
        self.versions = versions
        var sysctls: [String: Int] = [:]
        for sysctl in [Sysctl.maximum, .buckets, .events] { sysctls[sysctl.name] = try? sysctl.read() }
        self.sysctls = sysctls
    }

    private static func text<Characters>(of characters: Characters) -> String {
        withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    private static func processor() throws -> String? {
        try readText(of: "/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }?
            .split(separator: ":", maxSplits: 1).last.map { $0.drop { $0 == " " } }.map(String.init)
    }

    private static func firstLine(of words: [String], in workspace: Workspace) throws -> String? {
        let output = workspace.path(.output)
        var child = try Child(words, output: output, errors: workspace.path(.errors))
        guard try child.wait(within: .seconds(10)).isSuccess else { return nil }
        return try readText(of: output).split(separator: "\n").first.map(String.init)
    }
}
