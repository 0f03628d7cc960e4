import Addresses
import Conntrack
import Firewall
import IPVS
import Inspection
import Netlink
import Routing

extension Trial {
    /// Sends the packets that matter to each service through a copy of the director's packet filter. Blocks for about a millisecond for
    /// each packet; see `Sandbox.run` for what it needs.
    package init(
        of services: [Service], in plan: SandboxPlan, isStopped: @escaping () -> Bool = { false }
    ) throws(KernelError) {
        self = try Sandbox.run(plan) { sandbox throws(KernelError) in
            try TrialRunner(sandbox, keepsEntries: plan.keepsEntries, isStopped).trial(
                of: services, and: plan.syncGroups)
        }
    }
}

/// Tries services, each packet from a port of its own.
final class TrialRunner {
    let sandbox: Sandbox
    let keepsEntries: Bool
    let origins: [IPAddress.Family: ProbeOrigins]
    let isStopped: () -> Bool
    private var port: UInt16 = 20_000

    init(_ sandbox: Sandbox, keepsEntries: Bool, _ isStopped: @escaping () -> Bool) {
        self.sandbox = sandbox
        self.isStopped = isStopped
        self.keepsEntries = keepsEntries
        origins = Dictionary(
            uniqueKeysWithValues: [IPAddress.Family.ipv4, .ipv6].map {
                ($0, ProbeOrigins(sandbox.network, sandbox.links, $0))
            })
    }

    /// - Parameter floods: whether rules that limit connections are tried, too, with many packets at last.
    func trial(
        of services: [Service], and groups: [SyncGroup] = [], floods: Bool = true
    ) throws(KernelError) -> Trial {
        var trial = Trial(judgedBy: sandbox.kernelRelease)
        trial.lacksRules = sandbox.lacksRules
        for service in services {
            let result = try self.trial(of: service)
            if isStopped() {
                trial.missing.append(Loss("the remaining services", "the trial was interrupted"))
                break
            }
            trial.services.append(result)
        }
        trial.syncs = try self.trial(of: groups)
        // At last, as what it uses up is then missing to others.
        for place in trial.services.indices where floods && !isStopped() {
            trial.services[place].burst = try burst(to: trial.services[place])
        }
        trial.missing += sandbox.missing
        trial.usesIPVS = sandbox.ipvs != nil
        trial.untried = services.compactMap { untried(of: $0, in: trial) }
        for rule in trial.namedRules { trial.rules[rule] = sandbox.text(of: rule) }
        return trial
    }

    /// Whether a packet passes, whoever it is for; from far away, unless a source is given.
    func hasPassed(_ probe: Probe, to target: Endpoint, from source: IPAddress?) throws(KernelError) -> Bool {
        guard let first = origins[target.address.family]?.all.first else { return false }
        return try send(probe, from: source ?? first.origin.address, to: target, .tcp, first.link).hasPassed
    }

    /// An address of the director's own.
    func localAddress(_ family: IPAddress.Family, except taken: Set<IPAddress>) -> IPAddress? {
        sandbox.network.addresses.map(\.address).first { $0.family == family && !taken.contains($0) && $0.isCopied }
    }

    private func trial(of service: Service) throws(KernelError) -> ServiceTrial {
        var trial = ServiceTrial(service.identity)
        let walk = Walk(service, in: sandbox)
        let plan = ProbePlan(service, keepsEntries: keepsEntries, hasIPVS: walk != nil)
        guard case .address(let `protocol`, let endpoint) = service.identity, let opening = plan.opening else {
            return trial
        }
        for (origin, link) in origins[service.identity.family]?.all ?? [] where !isStopped() {
            let outcome = try send(opening, from: origin.address, to: endpoint, `protocol`, link, walk)
            trial.opening = outcome
            guard outcome.hasPassed else { continue }
            trial.origin = origin
            for probe in plan.others {
                let outcome = try send(probe, from: origin.address, to: endpoint, `protocol`, link, walk)
                trial.outcomes.append((probe, outcome))
            }
            trial.answers =
                if let walk { try answerTrials(plan.answers, walk, to: origin.address, by: link) } else {
                    try answerTrials(plan.answers, of: service, to: origin.address)
                }
            break
        }
        return trial
    }

    /// What becomes of one packet from where the service can be reached, or else from where it was tried first.
    ///
    /// - Returns: nil if there is nowhere, or the service has no packets that are tried.
    func outcome(
        of probe: Probe, to service: Service.Identity
    ) throws(KernelError) -> (origin: ProbeOrigin, outcome: ProbeOutcome)? {
        guard case .address(let `protocol`, let endpoint) = service, let opening = Probe.opening(`protocol`) else {
            return nil
        }
        var first: (origin: ProbeOrigin, outcome: ProbeOutcome)?
        for (origin, link) in origins[service.family]?.all ?? [] {
            let isReachable = try send(opening, from: origin.address, to: endpoint, `protocol`, link).hasPassed
            guard isReachable || first == nil else { continue }
            first = (origin, try send(probe, from: origin.address, to: endpoint, `protocol`, link))
            if isReachable { break }
        }
        return first
    }

    private func send(
        _ probe: Probe, from source: IPAddress, to service: Endpoint, _ protocol: IPProtocol, _ link: Int32,
        _ walk: Walk? = nil
    ) throws(KernelError) -> ProbeOutcome {
        let packets = ProbeBytes(from: Endpoint(source, nextPort()), to: service.atOnePort, protocol: `protocol`)
        let isOpening = probe == Probe.opening(`protocol`)
        // IPVS lets conntrack forget what opened it, so that to conntrack what follows is alone.
        let isConnected = !isOpening && (probe.isAfterOpening || walk != nil && !keepsEntries)
        var mustArrive = isOpening
        if isConnected {
            if let walk {
                // A rule that limits connections can have dropped this opening.
                mustArrive = try connect(packets, walk, link) != nil
            } else if let opening = Probe.opening(`protocol`) {
                _ = try outcome(of: opening, packets, link)
            }
        }
        var outcome = try outcome(of: probe, packets, link)
        if let walk, mustArrive, outcome.hasPassed, walk.isSure, walk.sendsOn(probe),
            walk.arrival(from: source) == nil
        {
            outcome.end = .unknown("IPVS took it, and it reached no real server")
        }
        // IPVS takes what clients send at LOCAL_IN only (`ip_vs_ops4`, net/netfilter/ipvs/ip_vs_core.c).
        if outcome.end == .passed(.forward) { outcome.end = .unknown("the service's address is not local here") }
        return outcome
    }

    func outcome(of probe: Probe, _ packets: ProbeBytes, _ link: Int32) throws(KernelError) -> ProbeOutcome {
        // What left earlier says nothing of this one.
        if sandbox.ipvs != nil { _ = sandbox.takeDeparted() }
        if let bytes = packets.bytes(of: probe) { return try sandbox.outcome(of: bytes, by: link) }
        var outcome = ProbeOutcome()
        outcome.end = .unknown("packets of this kind are not tried")
        return outcome
    }

    /// One that no packet came from lately.
    func nextPort() -> UInt16 {
        port = port == .max ? 20_000 : port + 1
        return port
    }
}

extension Endpoint {
    /// A service for all ports is tried at one.
    var atOnePort: Endpoint { port == 0 ? Endpoint(address, 80) : self }
}

extension Trial {
    /// Those whose text is worth knowing.
    fileprivate var namedRules: Set<DroppingRule> {
        let bursts = services.compactMap(\.burst)
        let outcomes = services.flatMap(\.allOutcomes) + syncs.map(\.outcome) + bursts.map(\.outcome)
        return Set(outcomes.compactMap(\.droppingRule) + bursts.flatMap(\.limits))
    }
}
