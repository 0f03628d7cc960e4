import Addresses
import IPVS

extension DirectorComparison {
    static func services(_ before: [Service], _ after: [Service]) -> [ServiceChange] {
        let (old, new) = (before.byIdentity, after.byIdentity)
        return Set(old.keys).union(new.keys).sorted().compactMap { identity in
            let (one, other) = (old[identity], new[identity])
            let properties = Change.between(one?.properties ?? [], other?.properties ?? [])
            let destinations = destinations(one?.destinations ?? [], other?.destinations ?? [])
            if properties.isEmpty, destinations.isEmpty, one != nil, other != nil { return nil }
            return ServiceChange(
                identity: identity, presence: presence(one != nil, other != nil), properties: properties,
                destinations: destinations)
        }
    }

    private static func destinations(_ before: [Destination], _ after: [Destination]) -> [DestinationChange] {
        let (old, new) = (before.byEndpoint, after.byEndpoint)
        return Set(old.keys).union(new.keys).sorted().compactMap { endpoint in
            let (one, other) = (old[endpoint], new[endpoint])
            let properties = Change.between(one?.properties ?? [], other?.properties ?? [])
            if properties.isEmpty { return nil }
            return DestinationChange(
                endpoint: endpoint, presence: presence(one != nil, other != nil), properties: properties)
        }
    }

    private static func presence(_ wasThere: Bool, _ isThere: Bool) -> Presence {
        wasThere ? (isThere ? .changed : .removed) : .added
    }

    static func verdicts(_ before: [ServiceSummary], _ after: [ServiceSummary]) -> [VerdictChange] {
        func counts(_ summaries: [ServiceSummary]) -> [Service.Identity?: ServiceSummary] {
            Dictionary(summaries.map { ($0.service?.identity, $0) }) { first, _ in first }
        }
        let (old, new) = (counts(before), counts(after))
        let known = Set(old.keys).union(new.keys)
        let services = known.compactMap(\.self).sorted().map(Optional.some) + (known.contains(nil) ? [nil] : [])
        return services.flatMap { service in
            FlowVerdict.allCases.compactMap { verdict in
                let (one, other) = (old[service]?.count(verdict) ?? 0, new[service]?.count(verdict) ?? 0)
                // That a number is another one is no news.
                if (one == 0) == (other == 0) { return nil }
                return VerdictChange(service: service, verdict: verdict, before: one, after: other)
            }
        }
    }
}

extension DirectorComparison.Change {
    typealias Property = (name: String, value: String)

    /// - Returns: those whose value differs, or that only one has: in the order of the first, then those that only the second has.
    static func between(_ before: [Property], _ after: [Property]) -> [Self] {
        let (old, new) = (before.byName, after.byName)
        let names = before.map(\.name) + after.map(\.name).filter { old[$0] == nil }
        return names.compactMap { old[$0] == new[$0] ? nil : Self($0, old[$0], new[$0]) }
    }
}

extension [DirectorComparison.Change.Property] {
    fileprivate var byName: [String: String] { Dictionary(map { ($0.name, $0.value) }) { first, _ in first } }
}

extension [Service] {
    fileprivate var byIdentity: [Service.Identity: Service] {
        Dictionary(map { ($0.identity, $0) }) { first, _ in first }
    }
}

extension [Destination] {
    fileprivate var byEndpoint: [Endpoint: Destination] { Dictionary(map { ($0.endpoint, $0) }) { first, _ in first } }
}

extension Service {
    /// What it was told; named as in JSON.
    var properties: [DirectorComparison.Change.Property] {
        var properties = [("scheduler", scheduler)]
        let words = flags.words(scheduler: scheduler)
        if !words.isEmpty { properties.append(("flags", words.joined(separator: ","))) }
        if flags.contains(.persistent) {
            properties.append(("persistence_timeout", "\(persistenceTimeout)"))
            properties.append(("persistence_prefix", "\(persistencePrefix)"))
        }
        if let persistenceEngine, !persistenceEngine.isEmpty {
            properties.append(("persistence_engine", persistenceEngine))
        }
        return properties
    }
}

extension Destination {
    /// What it was told; named as in JSON. Thresholds of 0 are none.
    var properties: [DirectorComparison.Change.Property] {
        var properties = [("method", method.description), ("weight", "\(weight)")]
        if let tunnel { properties.append(("tunnel", "\(tunnel.name) port \(tunnel.port) flags \(tunnel.flags)")) }
        if upperThreshold > 0 { properties.append(("upper_threshold", "\(upperThreshold)")) }
        if lowerThreshold > 0 { properties.append(("lower_threshold", "\(lowerThreshold)")) }
        return properties
    }
}

extension Director.Configuration {
    var properties: [DirectorComparison.Change.Property] {
        let seconds = [
            ("timeout_tcp", timeouts.tcp), ("timeout_tcp_fin", timeouts.tcpFin), ("timeout_udp", timeouts.udp),
        ]
        let daemons = daemons.sorted { $0.state < $1.state }.map {
            ("daemon_\($0.stateName)", $0.settings.joined(separator: " "))
        }
        return seconds.compactMap { name, value in value.map { (name, "\($0)") } } + daemons
    }
}

extension Sysctls {
    /// All but what traffic changes, by name.
    var lasting: [DirectorComparison.Change.Property] {
        values.filter { $0.key != Self.conntrackCount }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
