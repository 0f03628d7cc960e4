import Addresses
import IPVS

/// What decides what IPVS does with packets, as it was at each reading of an observation. Between two readings it may have been otherwise.
package struct BalancerHistory: Equatable, Sendable {
    /// This host's own addresses; nil if they could not be read.
    package var localAddresses: Set<IPAddress>?
    /// Whether rules may drop packets at LOCAL_OUT before they are counted there.
    package var mayRulesDropLater = true

    /// Readings of the services, and whether one failed.
    private var readings = 0
    private var isWhole = true
    private var services: [Service.Identity: Course] = [:]
    /// The values that a setting had.
    private var values: [String: Set<Int>] = [:]
    private var unread: Set<String> = []

    /// The settings that it looks at.
    package static let settings = [
        Sysctls.ipvsConntrack, Sysctls.expireNodest, Sysctls.connReuse, Sysctls.sloppyTCP, Sysctls.sloppySCTP,
        Sysctls.scheduleICMP, Sysctls.cacheBypass, Sysctls.backupOnly, Sysctls.dropPacket, Sysctls.dropEntry,
        Sysctls.secureTCP,
    ]

    /// Before the first reading.
    package init() {}

    /// One service over time.
    private struct Course: Equatable {
        /// In how many readings it was there, and in how many of these no destination took connections.
        var present = 0
        var idle = 0
        /// Whether that may have been so in between: each destination has weight 0 or a threshold.
        var mayBeIdle = false
        /// Whether the scheduler may have assigned clients to a destination that took none.
        var mayMiss = false
        var ways: Set<Way>
        var hasChanged = false
    }

    private struct Way: Hashable {
        var endpoint: Endpoint
        var method: ForwardingMethod
    }

    /// - Parameter services: nil if they could not be read.
    package mutating func take(_ services: [Service]?, _ sysctls: Sysctls) {
        takeSettings(sysctls)
        guard let services else { return isWhole = false }
        readings += 1
        for service in services {
            let ways = Set(service.destinations.map { Way(endpoint: $0.endpoint, method: $0.method) })
            var course = self.services[service.identity] ?? Course(ways: ways)
            course.hasChanged = course.hasChanged || course.ways != ways
            course.present += 1
            if !service.takesConnections { course.idle += 1 }
            course.mayBeIdle =
                course.mayBeIdle || service.destinations.allSatisfy { $0.weight == 0 || $0.upperThreshold > 0 }
            course.mayMiss = course.mayMiss || service.mayMissDestination
            self.services[service.identity] = course
        }
    }

    /// A kernel that shows other settings of IPVS, and not this one, behaves as if it were 0.
    private mutating func takeSettings(_ sysctls: Sysctls) {
        let areShown = sysctls.values.keys.contains { $0.hasPrefix(Sysctls.ipvsFolder + ".") }
        for name in Self.settings {
            if let value = sysctls.number(name) {
                values[name, default: []].insert(value)
            } else if areShown, sysctls.values[name] == nil, sysctls.unreadable[name] == nil {
                values[name, default: []].insert(0)
            } else {
                unread.insert(name)
            }
        }
    }

    // MARK: Settings

    /// Whether a setting had such a value in a reading, or could not be read.
    func mayBe(_ name: String, _ isMeant: (Int) -> Bool) -> Bool {
        unread.contains(name) || values[name] == nil || values[name]?.contains(where: isMeant) ?? false
    }

    /// The value that it had in every reading.
    func value(_ name: String) -> Int? {
        guard !unread.contains(name), let all = values[name], all.count == 1 else { return nil }
        return all.first
    }

    // MARK: Services

    /// Whether no destination took connections: in each reading; in one, or perhaps in between.
    func isIdle(_ service: Service.Identity) -> Bool {
        guard isWhole, let course = services[service] else { return false }
        return course.present == readings && course.idle == readings && !course.hasChanged
    }

    func mayBeIdle(_ service: Service.Identity) -> Bool {
        guard isWhole, let course = services[service] else { return true }
        return course.mayBeIdle || course.idle > 0
    }

    func mayMissDestination(_ service: Service.Identity) -> Bool { services[service]?.mayMiss ?? false }

    /// Whether it was there, with the same destinations and methods, in every reading.
    func isConstant(_ service: Service.Identity) -> Bool {
        guard isWhole, let course = services[service] else { return false }
        return course.present == readings && !course.hasChanged
    }

    func isLocal(_ destination: Destination) -> Bool? {
        destination.method == .local ? true : localAddresses?.contains(destination.endpoint.address)
    }
}

extension Service {
    /// Source hashing and its like give a client to one destination, and to no other where that takes none (`ip_vs_sh_get`, ip_vs_sh.c;
    /// `ip_vs_dh_schedule`, ip_vs_dh.c; `ip_vs_mh_get`, ip_vs_mh.c), unless told to fall back.
    fileprivate var mayMissDestination: Bool {
        let fallsBack = flags.contains(.scheduler1) && scheduler != "dh"
        guard ["sh", "dh", "mh"].contains(scheduler), !fallsBack else { return false }
        // Maglev leaves out those of weight 0 (`ip_vs_mh_populate`, ip_vs_mh.c).
        return destinations.contains { $0.weight == 0 && scheduler != "mh" || $0.upperThreshold > 0 }
    }
}
