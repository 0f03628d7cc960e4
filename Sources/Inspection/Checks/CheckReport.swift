import Addresses

/// What the checks say of a director.
package struct CheckReport: Snapshot, Equatable, Sendable {
    package var origin: Origin
    package var sysctls: Sysctls
    /// Worst first.
    package var findings: [Finding]
    /// The checks that found nothing, in the order of `Check.all`.
    package var fine: [Outline]
    /// Those that could not be made, or not be relied on.
    package var notMade: [NotMade]
    package var losses: [Loss]
    /// Whether the packet filter is being tried, and another report comes soon.
    package var awaitsTrial = false
    /// Of the conntrack table, for monitoring; nil if it could not be read.
    package var table: TableStatistics?
    /// What was given in files; nil if all of it is the director's.
    package var given: GivenFiles?
    /// How the packet filter was tried; nil if it was not, or no check was to judge by it.
    package var sandbox: SandboxSummary?
    /// How long the director was watched; nil if it was read once.
    package var watched: Watched?

    /// What is worth saying of a check.
    package struct Outline: Equatable, Sendable {
        package var id: Finding.ID
        package var worst: Finding.Severity
        package var title: String
    }

    package struct Watched: Equatable, Sendable {
        package var seconds: UInt64
        package var isInterrupted: Bool
        /// Those that came to the packet filter for a service; nil if they were not counted.
        package var packets: UInt64?

        package init(seconds: UInt64, isInterrupted: Bool, packets: UInt64? = nil) {
            (self.seconds, self.isInterrupted, self.packets) = (seconds, isInterrupted, packets)
        }
    }

    package struct NotMade: Equatable, Sendable {
        package var check: Outline
        package var lack: Lack
    }

    package init(_ checks: [Check], of facts: DirectorFacts) {
        origin = facts.origin
        sysctls = facts.sysctls
        table = facts.table.value
        given = facts.given
        watched = facts.window.map {
            Watched(seconds: $0.seconds, isInterrupted: $0.isInterrupted, packets: $0.packets)
        }
        sandbox = checks.contains(where: \.isTried) ? SandboxSummary(facts.trial.value) : nil
        findings = []
        fine = []
        notMade = []
        losses = []
        for check in checks {
            let outline = Outline(id: check.id, worst: check.worst, title: check.title)
            switch check.result(facts) {
            case .findings(let found): findings += found
            case .fine:
                fine.append(outline)
                continue
            case .notMade(let lack): notMade.append(NotMade(check: outline, lack: lack))
            }
            for need in check.allNeeds { add(need, facts) }
        }
        findings = findings.worstFirst
    }

    /// What could not be read of what a check needs, each once.
    private mutating func add(_ need: Need, _ facts: DirectorFacts) {
        guard let lack = facts.lack(of: need), !lack.isAbsence, !losses.contains(where: { $0.why == lack.why }) else {
            return
        }
        losses.append(Loss(need.name, lack.why))
    }

    /// The findings that are at least as bad.
    package func findings(from level: Finding.Severity) -> [Finding] { findings.filter { $0.severity >= level } }

    /// The checks that could have found something as bad, had they been made: what is missing here does not count.
    package func unread(from level: Finding.Severity) -> [NotMade] {
        notMade.filter { $0.check.worst >= level && !$0.lack.isAbsence }
    }

    package func count(_ severity: Finding.Severity) -> Int { findings.count { $0.severity == severity } }
}

extension Need {
    /// As it begins a line.
    fileprivate var name: String {
        switch self {
        case .services: "the services of IPVS"
        case .configuration: "the configuration of IPVS"
        case .sysctl(let name): name
        case .tableSize: "the size of the conntrack table"
        case .buckets: "the buckets of the conntrack table"
        case .counters: "the statistics of the conntrack table"
        case .modules: "the loaded modules"
        case .memory: "the memory of the host"
        case .connections: "the connections of IPVS"
        case .forwarding: "whether the host forwards packets"
        case .kernelVersion: "the kernel's version"
        case .trial, .answers, .syncTrial, .ownTrial: "the packet filter, in the sandbox"
        case .rules, .marks, .savedFixes: "the rules of the packet filter"
        case .mergedReceiving: "the features of the interfaces"
        case .connectionCounts: "the connections of destinations"
        case .network: "the network around the director"
        case .hostCounters, .hostCounter: "the counters of the network"
        case .window: "the counters while watching"
        case .traffic: "the packets of the services while watching"
        }
    }
}
