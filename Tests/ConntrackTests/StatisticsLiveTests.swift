import Conntrack
import Netlink
import TestSupport
import Testing

/// The counters of a live kernel, compared with /proc/net/stat/nf_conntrack and conntrack(8).
@Suite(.needsRoot, .needsTool("conntrack"), .needsTool("nft"), .needsTool("python3"))
struct StatisticsLiveTests {
    struct Told {
        var statistics: [CPUStatistics]
        var size: TableSize
        var proc: String
        var peer: String
        var limit: String
    }

    static func told(_ prepare: @escaping () throws -> Void) throws -> Told {
        try inFreshNamespace {
            try prepare()
            let kernel = LiveKernel()
            let table = Table(kernel)
            return Told(
                statistics: try table.statistics().cpus, size: try table.size(),
                proc: try kernel.text(of: KernelFile("proc/net/stat/nf_conntrack")), peer: try Tool.run("conntrack -S"),
                limit: try kernel.text(of: KernelFile(sysctl: "net.netfilter.nf_conntrack_max")))
        }
    }

    /// Columns of the kernel's file (`ct_cpu_seq_show`) whose names differ from the counters.
    static let columns = ["clashres": "clash_resolve", "chainlength": "chaintoolong", "icmp_error": "error"]

    /// Each CPU's counters by name, from the rows of the file.
    static func rows(_ proc: String) -> [[String: UInt32]] {
        let lines = proc.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let titles = (lines.first ?? []).map { columns[$0] ?? $0 }
        return lines.dropFirst().map { values in
            Dictionary(uniqueKeysWithValues: zip(titles, values.compactMap { UInt32($0, radix: 16) }))
        }
    }

    static func names(_ cpu: CPUStatistics) -> [String: UInt32] {
        Dictionary(uniqueKeysWithValues: cpu.counters.map { ($0.key.name, $0.value) })
    }

    @Test func areThoseOfTheKernelsFile() throws {
        let told = try Self.told(StatisticsTraffic.send)
        let rows = Self.rows(told.proc)
        #expect(rows.count == told.statistics.count)
        for (cpu, row) in zip(told.statistics, rows) {
            #expect(row["entries"] == told.size.entries)
            let ours = Self.names(cpu)
            #expect(ours.count >= 10)
            for (name, value) in ours { #expect(row[name] == value, "CPU \(cpu.cpu): \(name)") }
        }
        var moved: [String: UInt32] = [:]
        for cpu in told.statistics { moved.merge(Self.names(cpu)) { $0 + $1 } }
        for name in ["insert", "found", "insert_failed", "drop"] { #expect(moved[name] == 1, "\(name)") }
        for name in ["expect_new", "expect_create", "expect_delete", "error"] {
            #expect((moved[name] ?? 0) >= 1, "\(name)")
        }
        #expect((moved["invalid"] ?? 0) >= 20)
    }

    @Test func areThoseOfConntrack() throws {
        let told = try Self.told(StatisticsTraffic.send)
        let lines = told.peer.split(separator: "\n")
        #expect(lines.count == told.statistics.count)
        for (cpu, line) in zip(told.statistics, lines) {
            let words = line.split(whereSeparator: \.isWhitespace).map { $0.split(separator: "=").map(String.init) }
            #expect(words.first == ["cpu", String(cpu.cpu)])
            let ours = Self.names(cpu)
            for word in words.dropFirst() where word.count == 2 {
                #expect(ours[word[0]] == UInt32(word[1]), "CPU \(cpu.cpu): \(word[0])")
            }
        }
    }

    @Test func whereNothingIsTrackedTheyAreZero() throws {
        let told = try Self.told {}
        #expect(!told.statistics.isEmpty)
        #expect(told.statistics.allSatisfy { $0.counters.values.allSatisfy { $0 == 0 } })
        #expect(told.size.entries == 0)
        #expect(told.size.limit.map(String.init) == told.limit)
    }

    @Test func withoutPrivilegeTheyAreForbidden() throws {
        let error = try inFreshNamespace {
            try dropCapabilities()
            return #expect(throws: KernelError.self) { try Table(LiveKernel()).statistics().cpus }
        }
        #expect(error?.cause == .forbidden)
        #expect(error?.nextStep?.contains("sudo") == true)
    }
}
