import Addresses
import Conntrack
import IPVS
import Inspection
import Reports

/// Details of a service, with every figure in full.
extension Model {
    var serviceDetail: [Line] {
        guard let line = services.selected else { return goneService }
        switch line.identity {
        case .service: return line.service.map { serviceFacts($0, line) } ?? []
        case .server(let service, _):
            guard let destination = line.destination else { return [] }
            return fact("server", names.full(destination.endpoint)) + fact("service", names.full(service))
                + destinationFacts(destination) + verdictFacts(line.counts) + statisticsFacts(destination.statistics)
        case .unknown:
            return fact("service", "none is known that these flows belong to") + verdictFacts(line.counts)
        }
    }

    private var goneService: [Line] {
        switch services.chosen {
        case .service(let service): gone("service", names.full(service))
        case .server(let service, let server):
            fact("server", names.full(server))
                + gone("service", names.full(service), "it does not have the server any more")
        case .unknown: gone("service", "all flows have one now")
        case nil: noRow
        }
    }

    /// Of a list without rows.
    var noRow: [Line] { [Line([Run("There is no row to show.", .dim)])] }

    /// What is left of a row that has gone: nothing else takes its place.
    func gone(_ name: String, _ what: String, _ why: String = "it is not there any more") -> [Line] {
        fact(name, what) + fact("gone", why, .odd)
    }

    private func serviceFacts(_ service: Service, _ line: ServiceLine) -> [Line] {
        let flags = service.flags.words(scheduler: service.scheduler)
        let words = flags.isEmpty ? "no flags" : "flags \(flags.joined(separator: ", "))"
        var lines = fact("service", names.full(service.identity))
        lines += fact("scheduler", "\(service.scheduler.isEmpty ? "unknown" : service.scheduler), \(words)")
        lines += fact("persistent", service.persistence)
        lines += fact("servers", service.serverSummary(withCounts: !isRecord))
        return lines + verdictFacts(line.counts) + statisticsFacts(service.statistics) + observedFacts(line.observed)
    }

    /// What packet observation has seen.
    private func observedFacts(_ observed: ObservationRates.Rates?) -> [Line] {
        guard let observed else { return [] }
        let states = observed.states.sorted { $0.key < $1.key }.map { "\($0.key.name) \(Figures.fullRate($0.value))" }
        let seen = states.isEmpty ? "no packets" : states.joined(separator: ", ") + " packets"
        let dropped = "\(Figures.fullRate(observed.dropped)) per second, \(observed.droppedInAll) since counting began"
        return fact("observed", "\(seen) per second")
            + fact("dropped", dropped, observed.dropped > 0 ? .bad : .plain)
    }

    // MARK: Facts that services and real servers share

    /// Zeros, too: that there are none is a figure.
    func verdictFacts(_ counts: VerdictCounts) -> [Line] {
        let shown = [FlowVerdict.never, .absent, .unreplied, .tracked] + (counts[.synced] > 0 ? [.synced] : [])
        let words = shown.map { "\($0.rawValue) \(counts[$0])" }.joined(separator: ", ")
        let orphans = Figures.number(counts[.orphan], "orphan")
        let lines = fact("verdicts", "\(Figures.number(counts.connections, "connection")): \(words); \(orphans)")
        if counts.stuck == 0 { return lines }
        return lines
            + fact("stuck", "\(counts.stuck) have ended, or are ending, and are ESTABLISHED in one of the tables", .bad)
    }

    /// As the kernel counts and estimates, without rounding.
    func statisticsFacts(_ statistics: Statistics?) -> [Line] {
        if isRecord { return recordedFacts(statistics) }
        guard let statistics else { return fact("counters", "the kernel sent none") }
        let width = statistics.bitWidth == 64 ? "" : "; counters of \(statistics.bitWidth) bits, which wrap"
        let lines =
            fact("scheduled", Figures.number(statistics.connections, "connection") + width)
            + fact("in", Figures.volume(statistics.packetsIn, statistics.bytesIn))
            + fact("out", Figures.volume(statistics.packetsOut, statistics.bytesOut))
        if EstimatedRates(statistics, director.sysctls) == nil {
            return lines + fact("per second", "not estimated: net.ipv4.vs.run_estimation=0")
        }
        return lines + fact("per second", Figures.number(statistics.connectionRate, "connection"))
            + fact("", "in \(Figures.volume(statistics.packetRateIn, statistics.byteRateIn))")
            + fact("", "out \(Figures.volume(statistics.packetRateOut, statistics.byteRateOut))")
    }
}

extension Model {
    /// Means of the last minute that was recorded.
    private func recordedFacts(_ statistics: Statistics?) -> [Line] {
        guard let statistics else { return fact("counters", "not recorded") }
        return fact("per second", "\(Figures.number(statistics.connectionRate, "connection")), in that minute")
            + fact("", "in \(Figures.volume(statistics.packetRateIn, statistics.byteRateIn))")
            + fact("", "out \(Figures.volume(statistics.packetRateOut, statistics.byteRateOut))")
    }
}

extension Service {
    /// In the terms of `ipvsadm -L`.
    fileprivate var persistence: String {
        guard flags.contains(.persistent) else { return "no" }
        let isWhole = persistencePrefix == (identity.family == .ipv4 ? 32 : 128)
        let whose = isWhole ? "each client" : "each network /\(persistencePrefix) of clients"
        let engine = persistenceEngine.flatMap { $0.isEmpty ? nil : ", engine \($0)" } ?? ""
        return "timeout \(persistenceTimeout) s, for \(whose)\(engine)"
    }

    fileprivate func serverSummary(withCounts: Bool) -> String {
        if destinations.isEmpty { return "none" }
        let methods = Set(destinations.map(\.method.description)).sorted().joined(separator: ", ")
        func sum(_ figure: (Destination) -> UInt32) -> UInt64 { destinations.reduce(0) { $0 + UInt64(figure($1)) } }
        let servers = "\(destinations.count) (\(methods)), total weight \(sum(\.weight))"
        guard withCounts else { return servers }
        return servers + "; active \(sum(\.activeConnections)), inactive \(sum(\.inactiveConnections)), "
            + "persistent \(sum(\.persistentConnections))"
    }
}

extension Figures {
    /// `29712 packets, 1288490188 bytes`, never rounded.
    static func volume(_ packets: UInt64, _ bytes: UInt64) -> String {
        "\(number(packets, "packet")), \(number(bytes, "byte"))"
    }
}
