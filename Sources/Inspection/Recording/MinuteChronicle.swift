import Addresses
import Conntrack
import Firewall
import IPVS

/// What has been counted from one minute to the next, for a record.
package struct MinuteChronicle: Sendable {
    private var began: UInt32?
    private var table: TableStatistics?
    private var services: [Service.Identity: Statistics] = [:]
    private var drops: [DropsMinute.Subject: UInt64] = [:]

    package init() {}

    /// Whether a minute has passed since the last one.
    package func isDue(at second: UInt32) -> Bool { began.map { second &- $0 >= 60 } ?? true }

    /// Ends a minute. The first call only begins one.
    ///
    /// - Parameter packets: what is observed; nil for nothing.
    package mutating func take(_ director: DirectorState, _ packets: PacketTotals?, _ each: (RecordedEvent) -> Void) {
        let seconds = began.map { director.second &- $0 }
        began = director.second
        takeTable(director, seconds, each)
        takeServices(director, seconds, each)
        takeDrops(packets, seconds, each)
    }

    private mutating func takeTable(_ director: DirectorState, _ seconds: UInt32?, _ each: (RecordedEvent) -> Void) {
        guard let now = director.health.statistics else { return }
        defer { table = now }
        guard let table, let seconds else { return }
        let change = StatisticsChange(from: table, to: now, over: .seconds(Int(seconds)))
        let grown = now.counters.compactMap { counter in
            change.increase(counter).flatMap { $0 > 0 ? (counter: counter, by: $0) : nil }
        }
        each(
            .minute(
                TableMinute(
                    seconds: seconds, entries: now.entries, limit: now.limit, grown: grown,
                    verdicts: director.store.counts)))
    }

    private mutating func takeServices(
        _ director: DirectorState, _ seconds: UInt32?, _ each: (RecordedEvent) -> Void
    ) {
        let verdicts = director.store.routes.reduce(into: [Service.Identity: VerdictCounts]()) { sums, route in
            if let service = route.service { sums[service, default: VerdictCounts()] += route.counts }
        }
        if let seconds {
            for service in director.services {
                each(
                    .traffic(
                        ServiceMinute(
                            service.identity, seconds, from: services[service.identity], to: service.statistics,
                            verdicts[service.identity] ?? VerdictCounts())))
            }
        }
        services = director.services.reduce(into: [:]) { $0[$1.identity] = $1.statistics }
    }

    private mutating func takeDrops(_ packets: PacketTotals?, _ seconds: UInt32?, _ each: (RecordedEvent) -> Void) {
        guard let packets else { return drops = [:] }
        var now: [DropsMinute.Subject: UInt64] = [:]
        for (kind, count) in packets.dropped { now[.place(kind)] = count }
        for (rule, count) in packets.counted { now[.rule(rule)] = count }
        if let seconds {
            for (subject, count) in now.sorted(by: { $0.value > $1.value }) {
                let added = drops[subject].map { count > $0 ? count - $0 : 0 } ?? packets.sinceUnknown(subject, count)
                if added > 0 { each(.drops(DropsMinute(subject: subject, seconds: seconds, packets: added))) }
            }
        }
        // A rule whose counter could not be read this time goes on from what it had.
        drops = drops.filter { $0.key.isRule }.merging(now) { $1 }
    }
}

extension DropsMinute.Subject {
    fileprivate var isRule: Bool {
        if case .rule = self { true } else { false }
    }
}

extension PacketTotals {
    /// What was lost by something of which nothing was known a minute ago.
    ///
    /// A rule of nf_tables has counted since it was made, and is known since a packet that it dropped was traced: at least the traced ones came
    /// since. Of the others it was known that they had none.
    fileprivate func sinceUnknown(_ subject: DropsMinute.Subject, _ count: UInt64) -> UInt64 {
        guard case .rule(let rule) = subject, let traced = traced[rule] else { return count }
        return min(count, traced)
    }
}

extension ServiceMinute {
    /// IPVS's counters begin again when a service is made again, or reset (`ipvsadm -Z`).
    fileprivate init(
        _ service: Service.Identity, _ seconds: UInt32, from before: Statistics?, to now: Statistics?,
        _ verdicts: VerdictCounts
    ) {
        func growth(_ counter: KeyPath<Statistics, UInt64>) -> UInt64? {
            guard let before = before?[keyPath: counter], let now = now?[keyPath: counter] else { return nil }
            return now >= before ? now - before : now
        }
        self.init(
            service: service, seconds: seconds, connections: growth(\.connections), packetsIn: growth(\.packetsIn),
            packetsOut: growth(\.packetsOut), bytesIn: growth(\.bytesIn), bytesOut: growth(\.bytesOut),
            verdicts: verdicts)
    }
}
