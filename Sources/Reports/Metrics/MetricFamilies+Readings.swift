import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection

extension MetricFamilies {
    /// The metrics of a reading.
    ///
    /// - Parameter networkNamespace: a label of each, if it has a name.
    package init(_ reading: ExportedReading, networkNamespace: String?, _ detail: MetricDetail) {
        self.init(networkNamespace.map { MetricLabels(["netns": $0]) } ?? MetricLabels())
        switch reading {
        case .table(let table): add(table)
        case .balancer(let balancer): add(balancer, by: detail)
        case .flows(let census): add(census)
        case .checks(let report): add(report)
        case .packets(let totals): add(totals)
        }
    }

    private mutating func add(_ table: TableReading) {
        let statistics = table.statistics
        if let entries = statistics.entries { add(.entries, entries) }
        if let limit = statistics.limit { add(.limit, limit) }
        if let buckets = statistics.buckets { add(.buckets, buckets) }
        if let expectations = table.expectations { add(.expectations, expectations) }
        for (counter, total) in table.totals.all { add(.counter(counter), total) }
    }

    private mutating func add(_ census: FlowCensus) {
        for summary in census.services {
            let own = summary.service.map { labels.with(service: $0.identity) } ?? labels
            for verdict in FlowVerdict.allCases {
                add(.flows, own.with(["verdict": verdict.rawValue]), .whole(UInt64(clamping: summary.count(verdict))))
            }
            add(.stuck, own, .whole(UInt64(clamping: summary.verdicts.stuck)))
        }
        for (kind, count) in census.connections.sorted(by: { $0.key < $1.key }) {
            let own: KeyValuePairs = [
                "proto": kind.protocol.description.uppercased(), "state": kind.state,
                "origin": kind.isSynchronized ? "sync" : "local",
            ]
            add(.connections, own, count)
        }
        add(.templates, census.templates)
    }

    private mutating func add(_ report: CheckReport) {
        var seen: Set<MetricLabels> = []
        for finding in report.findings {
            let own = labels.with(["id": finding.id.rawValue, "severity": finding.severity.rawValue])
                .with(subject: finding.subject)
            // One for each thing it is about would have the same labels.
            if seen.insert(own).inserted { add(.finding, own, .whole(1)) }
        }
        for severity in Finding.Severity.allCases {
            add(.findings, ["severity": severity.rawValue], report.count(severity))
        }
        add(.lastCheck, report.origin.takenAt.seconds)
    }

    private mutating func add(_ totals: PacketTotals) {
        for (kind, packets) in totals.passed.sorted(by: { $0.key.order.lexicographicallyPrecedes($1.key.order) }) {
            let own = labels.with(owner: kind.owner).with([
                "point": kind.point.name, "class": kind.packetClass.name, "ctstate": kind.ctstate.name,
            ])
            add(.packets, own, .whole(packets))
        }
        for (kind, packets) in totals.dropped.sorted(by: { $0.key.order.lexicographicallyPrecedes($1.key.order) }) {
            let own = labels.with(owner: kind.owner).with([
                "where": kind.place.rawValue, "class": kind.packetClass.name, "ctstate": kind.ctstate.name,
            ])
            add(.dropped, own, .whole(packets))
        }
        for (rule, packets) in totals.traced.sorted(by: { $0.key < $1.key }) {
            add(.traced, labels.with(rule: rule), .whole(packets))
        }
        for (rule, packets) in totals.counted.sorted(by: { $0.key < $1.key }) {
            add(.ruleDrops, labels.with(rule: rule), .whole(packets))
        }
    }
}

extension FlowCensus.Kind: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        (left.protocol.rawValue, left.state, left.isSynchronized ? 1 : 0)
            < (right.protocol.rawValue, right.state, right.isSynchronized ? 1 : 0)
    }
}

extension MetricLabels {
    fileprivate func with(subject: Finding.Subject) -> MetricLabels {
        switch subject {
        case .director: with(["subject": "director"])
        case .service(let service): with(["subject": service.description]).with(service: service)
        case .address(let address, let port):
            with(["subject": port.map { Endpoint(address, $0).description } ?? "\(address)"])
        case .table: with(["subject": "conntrack_table"])
        case .counter(let counter): with(["subject": counter.name])
        case .packet: with(["subject": "packet"])
        }
    }

    fileprivate func with(owner: ObservedDrop.Owner) -> MetricLabels {
        switch owner {
        case .service(let service): with(service: service)
        case .address(let address, let port):
            with(["local_address": address.description, "local_port": port.map(String.init) ?? ""])
        }
    }

    /// Not the rule's text, in which addresses may be.
    fileprivate func with(rule: DroppingRule) -> MetricLabels {
        let place =
            switch rule.decision {
            case .rule(let handle): "handle \(handle)"
            case .legacyRule(let number): "rule \(number)"
            case .policy, .legacyPolicy: "policy"
            }
        return with([
            "family": rule.isLegacy ? "\(rule.family) legacy" : rule.family.description, "table": rule.table,
            "chain": rule.chain, "rule": place,
        ])
    }
}

extension PacketTotals.Passed {
    /// By owner, then in the order of a packet's path.
    fileprivate var order: [String] { [owner.order, point.order, packetClass.name, ctstate.name] }
}

extension PacketTotals.Dropped {
    fileprivate var order: [String] { [owner.order, place.order, packetClass.name, ctstate.name] }
}

extension ObservedDrop.Owner {
    fileprivate var order: String {
        switch self {
        case .service(let service): "0 \(service)"
        case .address(let address, let port): "1 \(address) \(port ?? 0)"
        }
    }
}

extension CaseIterable where Self: Equatable {
    /// Of fewer than a hundred, as text that sorts like them.
    fileprivate var order: String {
        let position = Self.allCases.enumerated().first { $0.element == self }?.offset ?? 0
        return position < 10 ? "0\(position)" : String(position)
    }
}
