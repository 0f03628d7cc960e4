import IPVS

/// What clients send to a service or real server each second, as the kernel estimates it: the figures of `ipvsadm -L --rate`.
///
/// The estimator (net/netfilter/ipvs/ip_vs_est.c) is the one source for services and real servers alike, so that they add up, but for rounding.
/// Counters are none: they only advance when it runs, every two seconds (`ip_vs_chain_estimation`), so that differences between readings jump.
package struct EstimatedRates: Equatable, Sendable {
    package var connections: UInt64
    package var packets: UInt64
    package var bytes: UInt64

    /// - Returns: nil if nothing is known, or the kernel estimates nothing (`net.ipv4.vs.run_estimation=0`).
    package init?(_ statistics: Statistics?, _ sysctls: Sysctls) {
        guard let statistics, sysctls.number(Sysctls.runEstimation) != 0 else { return nil }
        connections = statistics.connectionRate
        packets = statistics.packetRateIn
        bytes = statistics.byteRateIn
    }

    /// Of both.
    package static func + (left: EstimatedRates, right: EstimatedRates) -> EstimatedRates {
        var sum = left
        sum.connections &+= right.connections
        sum.packets &+= right.packets
        sum.bytes &+= right.bytes
        return sum
    }
}

/// The packet rates of each service in the last readings.
package struct TrafficHistory: Sendable {
    private var rates: [Service.Identity: [Double?]] = [:]

    package static let most = 120

    package init() {}

    /// Packets per second, the newest last; nil where unknown.
    package subscript(service: Service.Identity) -> [Double?] { rates[service] ?? [] }

    /// Takes what a record tells of a minute.
    mutating func append(_ rate: Double?, of service: Service.Identity) {
        rates[service] = (rates[service] ?? []).suffix(Self.most - 1) + [rate]
    }

    /// Takes what a whole reading has found.
    package mutating func take(_ services: [Service], _ sysctls: Sysctls) {
        let old = rates
        rates = [:]
        for service in services {
            let latest = EstimatedRates(service.statistics, sysctls).map { Double($0.packets) }
            rates[service.identity] = (old[service.identity] ?? []).suffix(Self.most - 1) + [latest]
        }
    }
}
