import Addresses
import Conntrack
import Inspection

extension TableStatistics {
    /// The document of `stats --json`; with an interval, one of its lines.
    package func writeJSON(since change: StatisticsChange?, verbose: Bool, to sink: @escaping (RawSpan) -> Void) {
        var json = JSONWriter(sink)
        json.object { json in
            json.heading(self, command: "stats")
            json.member("entries", entries)
            json.member("limit", limit)
            json.member("buckets", buckets)
            if let change { json.member("interval_ms", change.interval.milliseconds) }
            json.member("counters", array: counters) { $0.counter($1, self, change, verbose: verbose) }
            let findings = findings(since: change)
            json.member("diagnosis", strings: findings.map { $0.sentences.joined(separator: " ") })
            json.findings(findings)
        }
        json.finish()
    }
}

extension JSONWriter {
    fileprivate mutating func counter(
        _ counter: StatisticsCounter, _ statistics: TableStatistics, _ change: StatisticsChange?, verbose: Bool
    ) {
        object { json in
            json.member("name", counter.name)
            json.member("total", statistics.total(counter))
            if let change {
                json.member("increase", change.increase(counter))
                // An integer: increase and interval_ms are exact.
                json.member("per_second", change.rate(counter).map { UInt64($0.rounded()) })
            }
            if verbose { json.member("meaning", counter.explanation) }
            json.member("cpus", array: statistics.cpus) { json, cpu in
                json.object { json in
                    json.member("cpu", cpu.cpu)
                    json.member("count", cpu.counters[counter])
                }
            }
        }
    }
}
