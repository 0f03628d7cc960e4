import Addresses
import IPVS

/// The services of a director, by what the lines of a record say of them and of their real servers.
struct RecordedServices: Sendable {
    /// By address, as IPVS lists them.
    private(set) var all: [Service] = []

    /// - Returns: false for a line that is of neither, or lacks what they are known by.
    mutating func take(_ line: RecordLine) -> Bool {
        guard let identity = line.service else { return false }
        switch line.kind {
        case .service:
            if line.isOfRemoval {
                all.removeAll { $0.identity == identity }
            } else {
                change(identity) { service in
                    for property in line.properties { service.set(property.name, to: property.after) }
                }
            }
        case .server:
            guard let endpoint = line.endpoint("destination") else { return false }
            // Those of a service that was removed are told after it.
            let isRemoved = line.isOfRemoval
            if isRemoved, !all.contains(where: { $0.identity == identity }) { return true }
            change(identity) { $0.destinations.take(line, endpoint, isRemoved: isRemoved) }
        default: return false
        }
        return true
    }

    /// Of a service that was not there, it makes one: a line may be missing.
    private mutating func change(_ identity: Service.Identity, _ change: (inout Service) -> Void) {
        let place = all.firstIndex { $0.identity >= identity } ?? all.count
        if place == all.count || all[place].identity != identity { all.insert(Service(identity), at: place) }
        change(&all[place])
    }

    /// What clients sent within about a minute, as means.
    mutating func take(_ rates: Statistics, of identity: Service.Identity) {
        guard let place = all.firstIndex(where: { $0.identity == identity }) else { return }
        all[place].statistics = rates
    }
}

extension RecordLine {
    fileprivate var isOfRemoval: Bool { text("change") == DirectorComparison.Presence.removed.rawValue }

    /// What has become of each property; without a value where it is not there any more.
    fileprivate var properties: [(name: String, after: String?)] {
        (value["properties"]?.elements ?? []).compactMap { property in
            property["name"]?.string.map { (name: $0, after: property["after"]?.string) }
        }
    }
}

extension [Destination] {
    fileprivate mutating func take(_ line: RecordLine, _ endpoint: Endpoint, isRemoved: Bool) {
        let place = firstIndex { $0.endpoint >= endpoint } ?? count
        let isThere = place < count && self[place].endpoint == endpoint
        if isRemoved {
            if isThere { remove(at: place) }
            return
        }
        if !isThere { insert(Destination(endpoint, .dr), at: place) }
        for property in line.properties { self[place].set(property.name, to: property.after) }
    }
}

// The inverse of `properties`, by which services are compared.

extension Service {
    /// - Parameter value: nil if it has none any more.
    mutating func set(_ property: String, to value: String?) {
        switch property {
        case "scheduler": scheduler = value ?? ""
        case "flags": flags = Flags(words: value ?? "", scheduler: scheduler)
        case "persistence_timeout": persistenceTimeout = value.flatMap { UInt32($0) } ?? 0
        case "persistence_prefix":
            persistencePrefix = value.flatMap { Int($0) } ?? (identity.family == .ipv4 ? 32 : 128)
        case "persistence_engine": persistenceEngine = value
        default: break
        }
    }
}

extension Service.Flags {
    /// The inverse of `words`, separated by commas.
    fileprivate init(words: String, scheduler: String) {
        let words = Set(words.split(separator: ",").map(String.init))
        self = (0..<32).map { Service.Flags(rawValue: 1 << $0) }.filter {
            !words.isDisjoint(with: $0.words(scheduler: scheduler))
        }.reduce(into: []) { $0.formUnion($1) }
    }
}

extension Destination {
    /// - Parameter value: nil if it has none any more.
    mutating func set(_ property: String, to value: String?) {
        let number = value.flatMap { UInt32($0) } ?? 0
        switch property {
        case "method": method = value.flatMap(ForwardingMethod.init(named:)) ?? method
        case "weight": weight = number
        case "tunnel": tunnel = value.flatMap(Tunnel.init(recorded:))
        case "upper_threshold": upperThreshold = number
        case "lower_threshold": lowerThreshold = number
        default: break
        }
    }
}

extension ForwardingMethod {
    fileprivate init?(named name: String) {
        if let method = Self.named.first(where: { $0.description == name }) {
            self = method
        } else if let number = UInt32(name) {
            self.init(rawValue: number)
        } else {
            return nil
        }
    }
}

extension Destination.Tunnel {
    /// `gue port 6080 flags 1`
    fileprivate init?(recorded text: String) {
        let words = text.split(separator: " ")
        let types: [Substring: UInt8] = ["ipip": 0, "gue": 1, "gre": 2]
        guard words.count == 5, let type = types[words[0]] ?? UInt8(words[0]), let port = UInt16(words[2]),
            let flags = UInt16(words[4])
        else { return nil }
        self.init()
        (self.type, self.port, self.flags) = (type, port, flags)
    }
}
