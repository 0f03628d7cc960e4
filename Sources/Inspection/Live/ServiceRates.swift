import IPVS

/// Packets per second of each service over time, from IPVS's counters in successive readings.
package struct ServiceRates: Sendable {
    /// When the services were read, and how many packets each had received by then.
    private struct Count: Sendable {
        var time: Duration
        var packets: [Service.Identity: UInt64]
    }

    private var previous: Count?
    private var current: Count?
    private var rates: [Service.Identity: Double] = [:]
    private var histories: [Service.Identity: [Double?]] = [:]

    package static let mostHistory = 120

    package init() {}

    /// Incoming packets per second between the last two readings; nil before the second, or if the counter went back (`ipvsadm -Z`).
    package subscript(service: Service.Identity) -> Double? { rates[service] }

    /// The rates of the last readings, the newest last; nil where unknown.
    package func history(of service: Service.Identity) -> [Double?] { histories[service] ?? [] }

    /// - Parameter time: when they were read, by a monotonic clock.
    package mutating func take(_ services: [Service], at time: Duration) {
        let packets = services.map { ($0.identity, $0.statistics?.packetsIn ?? 0) }
        current = Count(time: time, packets: Dictionary(packets) { first, _ in first })
    }

    /// The reading has ended, so that its counters count. Rates use the time that has passed, not the interval that was asked for.
    package mutating func endReading() {
        defer { previous = current }
        guard let current, let previous, current.time > previous.time else { return }
        let seconds = (current.time - previous.time) / .seconds(1)
        rates = [:]
        for (identity, count) in current.packets {
            guard let before = previous.packets[identity], count >= before else { continue }
            rates[identity] = Double(count - before) / seconds
        }
        for identity in current.packets.keys {
            histories[identity] = Array((histories[identity] ?? []).suffix(Self.mostHistory - 1)) + [rates[identity]]
        }
        histories = histories.filter { current.packets[$0.key] != nil }
    }
}
