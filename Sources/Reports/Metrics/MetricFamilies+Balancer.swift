import Addresses
import IPVS
import Inspection

/// What the metrics of IPVS are told apart by.
package enum MetricDetail: String, CaseIterable, Sendable {
    /// Those of real servers are summed.
    case service
    case backend
}

extension MetricFamilies {
    mutating func add(_ balancer: BalancerReading, by detail: MetricDetail) {
        for service in balancer.services {
            let own = labels.with(service: service.identity)
            add(service.statistics, own, Self.ofServices)
            let isPersistent = service.flags.contains(.persistent)
            let info = own.with(["scheduler": service.scheduler, "persistent": isPersistent ? "yes" : "no"])
            add(.serviceInfo, info, .whole(1))
            switch detail {
            case .service: addSum(of: service.destinations, own)
            case .backend:
                for destination in service.destinations { add(destination, own, isPersistent: isPersistent) }
            }
        }
        let configuration = balancer.configuration
        add(.tableBuckets, configuration.info.connectionTableSize)
        let timeouts = configuration.timeouts
        for (name, seconds) in [("tcp", timeouts.tcp), ("tcpfin", timeouts.tcpFin), ("udp", timeouts.udp)] {
            if let seconds { add(.timeout, ["timeout": name], seconds) }
        }
        for daemon in configuration.daemons {
            let own: KeyValuePairs = [
                "role": daemon.stateName, "interface": daemon.interface, "sync_id": String(daemon.syncID),
            ]
            add(.syncDaemon, own, 1)
        }
        for (name, value) in balancer.sysctls.values.sorted(by: { $0.key < $1.key }) {
            guard let number = Int(value) else { continue }
            add(.sysctl, labels.with(["name": name]), number < 0 ? .real(Double(number)) : .whole(UInt64(number)))
        }
    }

    private typealias Counter = (metric: Metric, value: @Sendable (Statistics) -> UInt64)

    private static let ofServices: [Counter] = [
        (.serviceConnections, { $0.connections }), (.servicePacketsIn, { $0.packetsIn }),
        (.servicePacketsOut, { $0.packetsOut }),
        (.serviceBytesIn, { $0.bytesIn }), (.serviceBytesOut, { $0.bytesOut }),
    ]
    private static let ofBackends: [Counter] = [
        (.backendConnections, { $0.connections }), (.backendPacketsIn, { $0.packetsIn }),
        (.backendPacketsOut, { $0.packetsOut }),
        (.backendBytesIn, { $0.bytesIn }), (.backendBytesOut, { $0.bytesOut }),
    ]

    private mutating func add(_ statistics: Statistics?, _ labels: MetricLabels, _ counters: [Counter]) {
        guard let statistics else { return }
        for counter in counters { add(counter.metric, labels, .whole(counter.value(statistics))) }
    }

    /// What is the same for most, no threshold and no template, has no series.
    private mutating func add(_ destination: Destination, _ service: MetricLabels, isPersistent: Bool) {
        let own = service.with([
            "remote_address": destination.endpoint.address.description,
            "remote_port": String(destination.endpoint.port),
        ])
        add(destination.statistics, own, Self.ofBackends)
        add(.active, own, .whole(UInt64(destination.activeConnections)))
        add(.inactive, own, .whole(UInt64(destination.inactiveConnections)))
        if isPersistent { add(.persistent, own, .whole(UInt64(destination.persistentConnections))) }
        add(.weight, own, .whole(UInt64(destination.weight)))
        if destination.upperThreshold > 0 || destination.lowerThreshold > 0 {
            add(.upperThreshold, own, .whole(UInt64(destination.upperThreshold)))
            add(.lowerThreshold, own, .whole(UInt64(destination.lowerThreshold)))
        }
        let tunnel = destination.method == .tun ? destination.tunnel?.name ?? "" : ""
        let info = own.with(["method": destination.method.description, "tun_type": tunnel])
        add(.backendInfo, info, .whole(1))
    }

    /// Under the same names, as node_exporter sums what it has no labels for. A sum of thresholds would say nothing.
    private mutating func addSum(of destinations: [Destination], _ labels: MetricLabels) {
        func sum(_ value: (Destination) -> UInt64) -> MetricValue {
            .whole(destinations.reduce(0) { $0 &+ value($1) })
        }
        for counter in Self.ofBackends {
            add(counter.metric, labels, sum { $0.statistics.map(counter.value) ?? 0 })
        }
        add(.active, labels, sum { UInt64($0.activeConnections) })
        add(.inactive, labels, sum { UInt64($0.inactiveConnections) })
        add(.persistent, labels, sum { UInt64($0.persistentConnections) })
        add(.weight, labels, sum { UInt64($0.weight) })
    }
}

extension MetricLabels {
    /// As node_exporter spells them: a firewall mark's service has no address and the port 0. One for IPv6 is told from one of the same mark for
    /// IPv4 by one label more.
    package func with(service: Service.Identity) -> MetricLabels {
        switch service {
        case .address(let transport, let endpoint):
            return with([
                "local_address": endpoint.address.description, "local_port": String(endpoint.port),
                "proto": transport.description.uppercased(), "local_mark": "",
            ])
        case .fwmark(let mark, let family):
            let digits = String(mark, radix: 16)
            let labels = with([
                "local_address": "", "local_port": "0", "proto": "FWM",
                "local_mark": String(repeating: "0", count: 8 - digits.count) + digits.uppercased(),
            ])
            return family == .ipv4 ? labels : labels.with(["family": "ipv6"])
        }
    }
}
