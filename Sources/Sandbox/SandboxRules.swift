import Firewall
import Inspection
import Netlink

/// The packet filter in a sandbox: copied from a director, or loaded from files.
struct SandboxRules {
    /// What is not there, or is there and not tried.
    let missing: [Loss]
    /// Whether a part of the packet filter is missing.
    let areIncomplete: Bool
    let places: RulePlaces
    let legacy: LegacyCopy
    /// Those that limit packets, with the director's handles.
    let limits: Set<DroppingRule>
    /// Those of nf_tables.
    let ruleset: Ruleset
    /// What they say about destinations.
    var destinations: NamedDestinations { NamedDestinations(ruleset, legacy.tables, sets) }
    /// Those of ipset, as the rules refer to them.
    private let sets: [IPSet]

    /// Makes them in the network namespace of the calling thread.
    ///
    /// - Parameter changed: indexes of the director's links that have another one here.
    init(
        _ rules: SandboxPlan.Rules, into kernel: any KernelSource, changedIndexes changed: Set<Int32>
    ) throws(KernelError) {
        switch rules {
        case .copied(let ruleset, let tables, let sets):
            let ipsets = IPSetCopy(of: sets, into: kernel)
            (self.ruleset, self.sets) = (ruleset, sets)
            legacy = LegacyCopy(of: tables, sets: ipsets)
            limits = ruleset.limits
            let copy = try RulesetCopy(of: ruleset, into: kernel, ipsets: ipsets)
            var missing = ipsets.missing.map { Loss($0.set.description, $0.why.description) }
            missing += copy.missing.map { Loss($0.object.description, $0.why.description) }
            missing += legacy.missing.map { Loss($0.table.description, $0.why.description) }
            missing += ruleset.chainsBesideThePath
            areIncomplete = !copy.missing.isEmpty || !legacy.missing.isEmpty
            if ruleset.matchesIndexes(of: changed) {
                missing.append(Loss("the indexes of links", "rules match them, and some are taken here by tunnels"))
            }
            self.missing = missing
            places = RulePlaces(of: ruleset, in: try Ruleset(reading: kernel), without: copy.missing.map(\.object))
        case .loaded(let files):
            (legacy, sets) = (LegacyCopy(of: []), [])
            for file in files { try RulesetLoader.load(file) }
            ruleset = try Ruleset(reading: kernel)
            missing = ruleset.chainsBesideThePath
            limits = ruleset.limits
            areIncomplete = false
            places = RulePlaces(of: ruleset, in: ruleset, without: [])
        }
    }
}

extension Ruleset {
    /// Base chains that no packet meets in the sandbox, as its links are no bridges, and none is made of another.
    fileprivate var chainsBesideThePath: [Loss] {
        self[.chain].filter { $0.hook != nil && ($0.family == .bridge || $0.family == .netdev || $0.isIngress) }.map {
            Loss($0.description, "chains of bridges and devices are not tried")
        }
    }
}

extension RulesetObject {
    /// `NF_INET_INGRESS`
    fileprivate var isIngress: Bool { family == .inet && hook == 5 }
}
