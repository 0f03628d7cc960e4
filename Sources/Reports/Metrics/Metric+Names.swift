import Conntrack
import Inspection

/// Every metric. Those of IPVS have the labels of node_exporter (collector/ipvs_linux.go), so that both join.
extension Metric {
    // MARK: The exporter

    static let build = Metric("build_info", .gauge, "Version of ct-inspect and of the kernel; always 1.")
    static let success = Metric("scrape_success", .gauge, "Whether the last reading of a collector succeeded.")
    static let duration = Metric(
        "scrape_duration_seconds", .gauge, .seconds, "How long the last reading of a collector took.")
    static let interval = Metric(
        "interval_seconds", .gauge, .seconds,
        "From the beginning of one reading of a collector to that of the next, unless reading takes long.")
    static let complete = Metric("complete", .gauge, "Whether nothing is missing from the last reading of a collector.")
    static let losses = Metric("losses", .gauge, "How many things are missing from the last reading of a collector.")
    static let age = Metric(
        "reading_age_seconds", .gauge, .seconds, "How long ago the reading ended that these metrics are of.")
    static let truncated = Metric(
        "truncated_series", .gauge, "Series left out because there are more than --max-series.")

    // MARK: The conntrack table

    static let entries = Metric("conntrack_entries", .gauge, "Entries in the conntrack table.")
    static let limit = Metric("conntrack_entries_limit", .gauge, "How many entries the conntrack table may have.")
    static let buckets = Metric(
        "conntrack_buckets", .gauge, "Buckets of the hash table that all network namespaces share.")
    static let expectations = Metric("conntrack_expectations", .gauge, "Expectations of conntrack.")

    /// A counter of conntrack by the kernel's name for it.
    static func counter(_ counter: StatisticsCounter) -> Metric {
        let name = counter.isKnown ? counter.name : "counter_\(counter.name)"
        let meaning = counter.explanation ?? "a counter that ct-inspect does not know"
        return Metric("conntrack_\(name)", .counter, "Of all CPUs: \(meaning).")
    }

    // MARK: IPVS

    static let serviceConnections = Metric(
        "ipvs_service_connections", .counter, "Connections that IPVS scheduled for a service.")
    static let servicePacketsIn = Metric(
        "ipvs_service_incoming_packets", .counter, "Packets from clients to a service.")
    static let servicePacketsOut = Metric(
        "ipvs_service_outgoing_packets", .counter, "Packets of a service to clients that passed the director.")
    static let serviceBytesIn = Metric(
        "ipvs_service_incoming_bytes", .counter, .bytes, "Bytes of IP packets from clients to a service.")
    static let serviceBytesOut = Metric(
        "ipvs_service_outgoing_bytes", .counter, .bytes,
        "Bytes of IP packets of a service to clients that passed the director.")
    static let serviceInfo = Metric(
        "ipvs_service_info", .gauge, "Scheduler of a service, and whether it is persistent; always 1.")
    static let backendConnections = Metric(
        "ipvs_backend_connections", .counter, "Connections that IPVS scheduled to a real server.")
    static let backendPacketsIn = Metric(
        "ipvs_backend_incoming_packets", .counter, "Packets from clients to a real server.")
    static let backendPacketsOut = Metric(
        "ipvs_backend_outgoing_packets", .counter, "Packets of a real server to clients that passed the director.")
    static let backendBytesIn = Metric(
        "ipvs_backend_incoming_bytes", .counter, .bytes, "Bytes of IP packets from clients to a real server.")
    static let backendBytesOut = Metric(
        "ipvs_backend_outgoing_bytes", .counter, .bytes,
        "Bytes of IP packets of a real server to clients that passed the director.")
    static let active = Metric(
        "ipvs_backend_connections_active", .gauge, "Connections of a real server that IPVS counts as active.")
    static let inactive = Metric(
        "ipvs_backend_connections_inactive", .gauge, "Connections of a real server that IPVS counts as inactive.")
    static let persistent = Metric(
        "ipvs_backend_connections_persistent", .gauge,
        "Connections of a real server of a persistent service that a template holds there.")
    static let weight = Metric(
        "ipvs_backend_weight", .gauge, "Weight of a real server; with 0 it gets no new connections.")
    static let upperThreshold = Metric(
        "ipvs_backend_upper_threshold", .gauge,
        "Connections above which a real server gets no new ones; none if it has no thresholds.")
    static let lowerThreshold = Metric(
        "ipvs_backend_lower_threshold", .gauge, "Connections below which a real server gets new ones again.")
    static let backendInfo = Metric(
        "ipvs_backend_info", .gauge, "Forwarding method of a real server, and its encapsulation; always 1.")
    static let tableBuckets = Metric("ipvs_table_buckets", .gauge, "Buckets of IPVS's table of connections.")
    static let timeout = Metric(
        "ipvs_timeout_seconds", .gauge, .seconds, "How long IPVS keeps a connection without packets.")
    static let syncDaemon = Metric("ipvs_sync_daemon", .gauge, "A sync daemon that runs; always 1.")
    static let sysctl = Metric("sysctl", .gauge, "A setting of IPVS or conntrack whose value is a number.")

    // MARK: Flows, findings, packets

    static let flows = Metric("flows", .gauge, "Flows of a service by verdict.")
    static let stuck = Metric("stuck_flows", .gauge, "Flows whose connection ended, and whose entry has not.")
    static let connections = Metric("ipvs_connections", .gauge, "Connections of IPVS, without templates.")
    static let templates = Metric("ipvs_templates", .gauge, "Persistence templates of IPVS.")
    static let finding = Metric("check_finding", .gauge, "A finding of ct-inspect check; always 1.")
    static let findings = Metric("check_findings", .gauge, "How many findings ct-inspect check has.")
    static let lastCheck = Metric(
        "check_last_run_timestamp_seconds", .gauge, .seconds, "When the checks were made, in seconds since 1970.")
    static let packets = Metric(
        "packets", .counter, "Packets of a service that passed a point on their way, since the exporter began.")
    static let dropped = Metric(
        "dropped_packets", .counter, "Packets of a service that were lost on their way, since the exporter began.")
    static let traced = Metric(
        "traced_drops", .counter, "Traced packets that a rule was seen to drop: a sample of what it drops.")
    static let ruleDrops = Metric(
        "rule_drops", .counter, "Packets that a rule has dropped, of any destination, as it counts them itself.")

    /// All that there may be, but for counters that only a newer kernel has.
    package static let all =
        [build, success, duration, interval, complete, losses, age, truncated, entries, limit, buckets, expectations]
        + StatisticsCounter.known.map(counter) + ofIPVS
        + [flows, stuck, connections, templates, finding, findings, lastCheck, packets, dropped, traced, ruleDrops]

    private static let ofIPVS = [
        serviceConnections, servicePacketsIn, servicePacketsOut, serviceBytesIn, serviceBytesOut, serviceInfo,
        backendConnections,
        backendPacketsIn, backendPacketsOut, backendBytesIn, backendBytesOut, active, inactive, persistent, weight,
        upperThreshold, lowerThreshold, backendInfo, tableBuckets, timeout, syncDaemon, sysctl,
    ]

    /// Name, type and meaning of each, a line for each.
    package static var listing: [String] { all.map { "\($0.sampleName) \($0.kind.rawValue) \($0.help)" } }
}
