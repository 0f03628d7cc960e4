import Addresses
import Firewall
import IPVS
import Inspection
import Netlink
import Routing
import Sandbox

/// A director's packet filter, or files in its place, with what it needs around it, to be tried in a sandbox.
package struct FilterTrial {
    private let rules: SandboxPlan.Rules
    private let network: NetworkConfiguration?
    /// Those that are tried.
    let services: [Service]
    private let sysctls: Sysctls
    /// What is there and is not tried.
    private let omitted: [Loss]
    /// Whether rules of iptables-legacy could not be read.
    private let lacksLegacyRules: Bool
    /// What could not be read of the rules; nil if all was.
    let rulesGap: Loss?
    /// Where the director's sync daemons listen, and where they send.
    private(set) var syncGroups: [SyncGroup] = []
    /// Connections that services by mark may have had.
    private var flowsByMark: [KnownFlow] = []
    /// Whether it comes from strangers, or from files that other programs load.
    private let isOutside: Bool
    /// Whether its network is assumed.
    private let isAlone: Bool
    /// Whether the services are those of this kernel's IPVS: the sandbox then has them, too, and no scheduler is loaded for it.
    private let hasIPVS: Bool

    /// Reads its rules, for the services that are tried. Needs CAP_NET_ADMIN.
    ///
    /// - Parameters:
    ///   - surroundings: of the same director, as read before.
    ///   - files: in place of the packet filter, if there are any.
    init(
        of facts: DirectorFacts, in surroundings: Surroundings, files: [RulesetFile], reading source: any KernelSource
    ) throws(KernelError) {
        try self.init(
            of: facts.servicesToTry, facts.sysctls.assuming(facts.given), in: surroundings, files: files,
            areOfKernel: facts.given == nil, reading: source)
        syncGroups = facts.syncGroups
    }

    /// - Parameter known: settings that have been read, or are assumed.
    init(
        of services: [Service], _ known: Sysctls, in surroundings: Surroundings, files: [RulesetFile] = [],
        areOfKernel: Bool = false,
        reading source: any KernelSource
    ) throws(KernelError) {
        network = surroundings.network
        self.services = services
        var sysctls = surroundings.sysctls
        sysctls.values.merge(known.values) { $1 }
        self.sysctls = sysctls
        var omitted = surroundings.losses
        for name in [Sysctls.ipvsConntrack, Sysctls.tcpLoose] where self.sysctls.number(name) == nil {
            omitted.append(Loss(name, "it is not known"))
        }
        (isOutside, isAlone) = (source is CapturedKernel || !files.isEmpty, false)
        hasIPVS = areOfKernel && !isOutside
        if areOfKernel { flowsByMark = KnownFlow.all(besides: services, in: source) }
        guard files.isEmpty else {
            rules = .loaded(files)
            self.omitted = omitted
            (lacksLegacyRules, rulesGap) = (false, nil)
            return
        }
        let ruleset = try Ruleset(reading: source).withoutObservations
        var gaps: [Loss] = []
        if let shortfall = ruleset.shortfall { gaps.append(Loss("a part of the rules", shortfall)) }
        let legacy = LegacyTable.all(in: source)
        gaps += legacy.failures.map { Loss("the tables of iptables-legacy", $0.description) }
        omitted += gaps
        rulesGap = gaps.first
        let used = IPSet.used(by: ruleset, legacy.tables, in: source)
        omitted += used.failures.map { Loss("the sets of ipset", $0.description) }
        rules = .copied(ruleset, legacy: legacy.tables, sets: used.sets)
        lacksLegacyRules = !legacy.failures.isEmpty
        self.omitted = omitted
    }

    /// Of files alone: the network is one link, and settings are as usual; what has NAT services forwards.
    init(of facts: DirectorFacts, files: [RulesetFile]) {
        rules = .loaded(files)
        services = facts.servicesToTry
        network = NetworkConfiguration(oneLink: GivenInput.assumedLink, addresses: services.addresses)
        var sysctls = Sysctls().assuming(facts.given)
        if services.contains(where: { !$0.returningServers.isEmpty }) {
            for name in ["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"] { sysctls.values[name] = "1" }
        }
        self.sysctls = sysctls
        (omitted, lacksLegacyRules, rulesGap) = ([], false, nil)
        (isOutside, isAlone, hasIPVS) = (true, true, false)
    }

    /// Runs it; see `Sandbox.run` for what that needs. What a capture holds comes from strangers, and files are loaded by other programs: they
    /// are tried in a user namespace, where even root has no power over the host, and which lasts as long as the process. Only root can do
    /// without, where the system allows none.
    ///
    /// - Throws: `.invalid` and `.absent`, only with files: what is wrong with them, or missing for them.
    package func fact(
        in shelter: TrialShelter = .enteredForTrial, isStopped: @escaping () -> Bool = { false }
    ) throws(KernelError) -> Fact<Trial> {
        if services.isEmpty, syncGroups.isEmpty, !hasFiles { return .known(Trial()) }
        do throws(KernelError) {
            var trial = try sheltered(shelter) { () throws(KernelError) in
                try Trial(of: services, in: plan, isStopped: isStopped)
            }
            trial.missing += omitted
            trial.lacksRules = trial.lacksRules || lacksLegacyRules
            return trial.doubt.map { .incomplete(trial, $0) } ?? .known(trial)
        } catch {
            if hasFiles, error.cause == .invalid || error.cause == .absent {
                throw isAlone ? error.hintingAtLinks : error
            }
            return .unreadable(error.description)
        }
    }

    var hasFiles: Bool { if case .loaded = rules { true } else { false } }

    /// What is not tried of the director makes a proof no proof.
    func completed(_ proof: Proof) -> Proof {
        guard proof.result == .proven, let first = omitted.first else { return proof }
        var proof = proof
        proof.result = .unproven("\(first.what): \(first.why)")
        return proof
    }

    /// Runs it in a user namespace if it comes from outside. Where the system allows none, root does without.
    private func sheltered<Value>(
        _ shelter: TrialShelter, _ body: () throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        guard isOutside else { return try body() }
        let refusal = shelter.enter()
        do throws(KernelError) { return try body() } catch {
            throw error.cause == .forbidden ? refusal ?? error : error
        }
    }

    /// The rules that a packet to one of the services meets. Needs what a trial needs.
    func rules(for probe: Probe, to service: Service.Identity) -> Fact<RuleWalk> {
        do throws(KernelError) {
            let walked = try sheltered(.enteredForTrial) { () throws(KernelError) in
                try RuleWalk.walk(of: probe, to: service, in: plan)
            }
            guard let (walk, missing) = walked else { return .absent("packets to \(service) are not tried") }
            guard let first = (missing + omitted).first else { return .known(walk) }
            return .incomplete(walk, "the sandbox lacks \(first.what): \(first.why)")
        } catch { return .unreadable(error.description) }
    }

    var ruleset: Ruleset { rules.ruleset }

    var legacyTables: [LegacyTable] { rules.legacyTables }

    /// Who makes the rules.
    package var managers: [FirewallManager] { ruleset.managers(beside: legacyTables) }

    /// Of the director as it is.
    var plan: SandboxPlan {
        var plan = SandboxPlan(rules: rules, network: network, sysctls: sysctls, addresses: services.addresses)
        plan.syncGroups = syncGroups
        plan.flowsByMark = flowsByMark
        if hasIPVS { plan.ipvs = services }
        return plan
    }
}

extension DirectorFacts {
    /// Of those whose answers come back nothing is concluded that cannot be tried.
    fileprivate var servicesToTry: [Service] {
        (services.value ?? []).filter { service in
            service.destinations.contains { $0.method.answersBypassDirector }
                || service.destinations.contains { $0.method == .nat || $0.method == .local } && service.mayBeTried
        }
    }
}

extension Service {
    fileprivate var mayBeTried: Bool {
        if case .fwmark = identity { true } else { Probe.opening(of: identity) != nil }
    }
}

extension KernelError {
    /// Rules that name a link of the director cannot be loaded where there is none.
    fileprivate var hintingAtLinks: KernelError {
        guard let detail, ["Interface", "No such file", "No such device"].contains(where: detail.contains) else {
            return self
        }
        var error = self
        error.nextStep = "if rules name the director's interfaces, give its network by --capture"
        return error
    }
}

extension [Service] {
    fileprivate var addresses: Set<IPAddress> {
        Set(
            compactMap { service in
                if case .address(_, let endpoint) = service.identity { endpoint.address } else { nil }
            })
    }
}

extension Sysctls {
    fileprivate func assuming(_ given: GivenFiles?) -> Sysctls {
        var sysctls = self
        for setting in given?.assumedSettings ?? [] { sysctls.values[setting.name] = String(setting.value) }
        return sysctls
    }
}

extension RuleWalk {
    /// The rules that a packet to a service meets, tried in the sandbox. Needs CAP_NET_ADMIN, and what a trial needs.
    ///
    /// - Parameter sysctls: those that are assumed; others are read.
    package static func reading(
        _ source: any KernelSource, of probe: Probe, to service: Service, _ sysctls: Sysctls
    ) -> Fact<RuleWalk> {
        do throws(KernelError) {
            let filter = try FilterTrial(
                of: [service], sysctls, in: Surroundings(reading: source), reading: source)
            return filter.rules(for: probe, to: service.identity)
        } catch { return .unreadable(error.description) }
    }
}
