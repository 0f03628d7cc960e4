import Addresses
import Conntrack
import IPVS

/// A fact that a check needs, to be made at all.
package enum Need: Hashable, Sendable {
    case services
    /// Version, table size, timeouts and sync daemons.
    case configuration
    /// A number.
    case sysctl(String)
    /// Entries and limit of the conntrack table.
    case tableSize
    case buckets
    case counters
    case modules
    case forwarding
    case kernelVersion
    /// Where the addresses of services and destinations are.
    case network
    /// Of /proc/net/snmp and /proc/net/netstat.
    case hostCounters
    /// One of them, which not every kernel has.
    case hostCounter(String)
    /// Counters that were read twice.
    case window
    /// Packets of the services that were counted meanwhile.
    case traffic
    /// What the packet filter does to packets of the services.
    case trial
    /// The same of what NAT real servers answer.
    case answers
    /// The same of messages to the sync daemon of a backup.
    case syncTrial
    /// The same of answers of the director itself, where it is a real server.
    case ownTrial
    /// What the packet filter's rules say.
    case rules
    /// Whether files bring back what is there.
    case savedFixes
    /// The marks that they set, as far as services by mark need them.
    case marks
    /// Which interfaces merge packets.
    case mergedReceiving
    /// How many connections each destination has.
    case connectionCounts
    /// Connections that were read twice.
    case connections
    case memory
}

extension DirectorFacts {
    /// Why a need is not met; nil if it is.
    package func lack(of need: Need) -> Lack? {
        if let lack = given?.lack(of: need) { return lack }
        return switch need {
        case .services, .connectionCounts: services.lack
        case .configuration: configuration.lack
        case .sysctl(let name): lack(ofSetting: name)
        case .counters: table.lack
        case .tableSize: table.lack ?? lackOfSize
        case .buckets:
            table.lack
                ?? (table.value?.buckets == nil ? Lack(unread(Sysctls.conntrackBuckets), isAbsence: false) : nil)
        case .modules: host.modules.lack
        case .memory: host.memory.lack
        case .connections: window == nil ? Self.lackOfTime : window?.sample.lack ?? sample.lack
        case .forwarding: host.forwarding.lack
        case .trial: trial.lack
        case .answers: trial.lack ?? lackOfAnswers
        case .syncTrial: lackOfSyncTrial
        case .ownTrial: lackOfOwnTrial
        case .rules: rules.lack
        case .marks: lackOfMarks
        case .savedFixes: lackOfSavedFixes
        case .mergedReceiving: mergedReceiving.lack
        case .network: network.lack
        case .hostCounters: counters.lack
        case .hostCounter(let name):
            counters.lack
                ?? (counters.value?.values[name] == nil
                    ? Lack("this kernel does not count \(name)", isAbsence: true) : nil)
        case .window: lackOfWindow
        case .traffic: lackOfTraffic
        case .kernelVersion:
            kernelVersion == nil
                ? Lack("the kernel release “\(origin.kernelRelease)” begins with no version", isAbsence: false) : nil
        }
    }

    /// Whether what is there of it may be relied on as far as it goes.
    func hasPart(of need: Need) -> Bool {
        switch need {
        case .services, .connectionCounts: services.value != nil
        // Packets show what a trial could not.
        case .trial: trial.value != nil || traffic != nil
        case .traffic: traffic != nil
        case .network: network.value != nil
        case .window: window != nil
        case .marks, .savedFixes: rules.value != nil
        case .syncTrial, .ownTrial, .answers: trial.value != nil
        default: false
        }
    }

    /// That nobody asked for one is no loss.
    private var lackOfWindow: Lack? {
        guard let window else { return Self.lackOfTime }
        if window.isInterrupted { return Lack("it was interrupted after \(window.seconds) s", isAbsence: false) }
        return [window.table.lack, window.counters.lack, window.services.lack].compactMap(\.self).first {
            !$0.isAbsence
        }
    }

    /// Without IPVS in the sandbox they are tried with `net.ipv4.vs.conntrack=0` only.
    private var lackOfAnswers: Lack? {
        guard let trial = trial.value else { return nil }
        let untried = knownServices.first { service in
            !service.returningServers.isEmpty && Probe.opening(of: service.identity) != nil
                && trial.services.first { $0.service == service.identity }?.answers.isEmpty ?? true
        }
        return untried.map { service in
            let why = trial.untried.first { $0.what == "answers of \(service.identity)" }?.why
            return Lack(
                "answers of \(service.identity) were not tried" + (why.map { ": \($0)" } ?? ""), isAbsence: true)
        }
    }

    /// Where the director's sync daemons listen, and where they send.
    package var syncGroups: [SyncGroup] {
        SyncGroup.all(of: configuration.value?.daemons ?? [], ports: sysctls.number(Sysctls.syncPorts))
    }

    /// A message that neither passed nor was dropped proves nothing; what is not known of services does not matter.
    private var lackOfSyncTrial: Lack? {
        let groups = syncGroups
        guard let trial = trial.value else { return groups.isEmpty ? nil : self.trial.lack }
        for group in groups {
            guard let sync = trial.syncs.first(where: { $0.group == group }) else {
                // Once one port is closed, the others are not tried.
                if trial.syncs.contains(where: { $0.group.isOfSameDaemon(as: group) && $0.outcome.droppingRule != nil })
                {
                    continue
                }
                return Lack("messages to \(group.endpoint) were not tried", isAbsence: false)
            }
            switch sync.outcome.end {
            case .passed, .dropped:
                if let first = trial.missing.first {
                    return Lack("the sandbox lacks \(first.what): \(first.why)", isAbsence: false)
                }
            case .lost:
                return Lack(
                    "a message to \(group.endpoint) did not \(group.isSender ? "leave" : "arrive in") the sandbox",
                    isAbsence: false)
            case .unknown(let why): return Lack(why, isAbsence: false)
            }
        }
        return nil
    }

    /// Not to know it is no failure of anybody's.
    private var lackOfSavedFixes: Lack? {
        for fix in rules.value?.fixes ?? [] {
            if case .unknown(let why) = fix.saving { return Lack(why, isAbsence: true) }
        }
        return rules.value?.reloads.lazy.compactMap(\.doubt).first.map { Lack($0, isAbsence: true) }
    }

    /// A mark that comes from a map or a connection may be any.
    private var lackOfMarks: Lack? {
        guard let rules = rules.value else { return nil }
        let isVague = knownServices.contains { service in
            guard case .fwmark(let mark, let family) = service.identity else { return false }
            // That packets got it in the sandbox is an answer.
            let isSeen = trial.value?.services.contains { $0.service == service.identity && $0.isReachable } ?? false
            return rules.isVague(mark, family) && !isSeen
        }
        return isVague
            ? Lack("a rule takes marks from a map or from connections, which is not followed", isAbsence: true) : nil
    }

    /// Without packets nothing is proven.
    private var lackOfTraffic: Lack? {
        guard let window else { return Self.lackOfTime }
        if let lack = window.traffic.lack { return lack }
        return window.packets == 0 ? Lack("no packet to a service was seen", isAbsence: true) : nil
    }

    private static let lackOfTime = Lack("it is judged by what grows meanwhile: see --for", isAbsence: true)

    /// A table without a limit cannot be full.
    private var lackOfSize: Lack? {
        guard let table = table.value else { return nil }
        if table.size.limit == 0 { return Lack("the conntrack table has no limit", isAbsence: true) }
        return table.entries == nil || table.limit == nil
            ? Lack("the size or the limit of the conntrack table is unknown", isAbsence: false) : nil
    }

    private func lack(ofSetting name: String) -> Lack? {
        if sysctls.number(name) != nil { return nil }
        if let value = sysctls.values[name] { return Lack("\(name) is “\(value)”, not a number", isAbsence: false) }
        if sysctls.isAbsent(name) {
            let isUntracked = name.hasPrefix("net.netfilter.") && sysctls.isWithoutConntrack
            return Lack(isUntracked ? "conntrack is not loaded here" : "this kernel has no \(name)", isAbsence: true)
        }
        return Lack(unread(name), isAbsence: false)
    }

    private func unread(_ name: String) -> String {
        sysctls.unreadable[name].map { "\(name): \($0)" } ?? "\(name) could not be read"
    }
}

extension Sysctls {
    /// Whether the kernel has no such setting: what cannot be read is not absent.
    package func isAbsent(_ name: String) -> Bool {
        values[name] == nil && unreadable[name] == nil && !isFolderUnreadable(of: name)
    }

    /// Whether nothing is there of conntrack's.
    package var isWithoutConntrack: Bool {
        !values.keys.contains { $0.hasPrefix("net.netfilter.nf_conntrack_") }
    }

    /// Whether the directory could not even be listed, so that nothing is known of a setting in it.
    fileprivate func isFolderUnreadable(of name: String) -> Bool {
        guard let dot = name.lastIndex(of: ".") else { return false }
        return unreadable[String(name[..<dot])] != nil
    }
}
