import Firewall
import IPVS
import Inspection
import Netlink

extension RuleWalk {
    /// Sends one packet to a service through a copy of the director's packet filter. See `Sandbox.run` for what it needs, and for how long it
    /// blocks.
    ///
    /// - Returns: also what the sandbox lacks; nil if the packet cannot be sent: its service is none of an address, or nobody can reach it.
    package static func walk(
        of probe: Probe, to service: Service.Identity, in plan: SandboxPlan
    ) throws(KernelError) -> (walk: RuleWalk, missing: [Loss])? {
        try Sandbox.run(plan) { sandbox throws(KernelError) -> (walk: RuleWalk, missing: [Loss])? in
            let runner = TrialRunner(sandbox, keepsEntries: plan.keepsEntries) { false }
            guard let (origin, isReachable, outcome) = try runner.outcome(of: probe, to: service) else { return nil }
            let walk = RuleWalk(
                outcome, from: origin, isReachable: isReachable, judgedBy: sandbox.kernelRelease,
                places: plan.rules.ruleset.basePlaces, text: sandbox.text(of:))
            return (walk, sandbox.missing)
        }
    }
}

extension Ruleset {
    fileprivate var basePlaces: [RuleWalk.Name: (hook: NetfilterHook, priority: Int32)] {
        var places: [RuleWalk.Name: (hook: NetfilterHook, priority: Int32)] = [:]
        for chain in self[.chain] {
            guard let hook = chain.hook.flatMap({ UInt8(exactly: $0) }), let priority = chain.priority else { continue }
            places[RuleWalk.Name(chain.family, chain.table, chain.name)] = (NetfilterHook(rawValue: hook), priority)
        }
        return places
    }
}
