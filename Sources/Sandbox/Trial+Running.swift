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
    let isStopped: () -> Bool
    var origins: [IPAddress.Family: ProbeOrigins] { sandbox.origins }
    var marks = MarkLooks()
    private var port: UInt16 = 20_000

    init(_ sandbox: Sandbox, keepsEntries: Bool, _ isStopped: @escaping () -> Bool) {
        (self.sandbox, self.keepsEntries, self.isStopped) = (sandbox, keepsEntries, isStopped)
    }

    /// - Parameter floods: whether rules that limit connections are tried, too, with many packets at last.
    func trial(
        of services: [Service], and groups: [SyncGroup] = [], floods: Bool = true
    ) throws(KernelError) -> Trial {
        var trial = Trial(judgedBy: sandbox.kernelRelease)
        trial.lacksRules = sandbox.lacksRules
        for service in services {
            let results = try trials(of: service)
            if isStopped() {
                trial.missing.append(Loss("the remaining services", "the trial was interrupted"))
                break
            }
            trial.services += results
        }
        trial.syncs = try self.trial(of: groups)
        // At last, as what it uses up is then missing to others.
        for place in trial.services.indices where floods && !isStopped() {
            trial.services[place].burst = try burst(to: trial.services[place])
        }
        trial.missing += sandbox.missing
        trial.usesIPVS = sandbox.ipvs != nil
        for service in services { trial.untried += try untried(of: service, in: trial) }
        for rule in trial.namedRules { trial.rules[rule] = sandbox.text(of: rule) }
        return trial
    }

    /// Whether a packet passes, whoever it is for; from far away, unless a source is given.
    func hasPassed(_ probe: Probe, to target: Endpoint, from source: IPAddress?) throws(KernelError) -> Bool {
        guard let first = origins[target.address.family]?.all.first, let target = AddressedService(tcp: target) else {
            return false
        }
        return try send(probe, from: source ?? first.origin.address, to: target, first.link).hasPassed
    }

    /// An address of the director's own.
    func localAddress(_ family: IPAddress.Family, except taken: Set<IPAddress>) -> IPAddress? {
        sandbox.network.addresses.map(\.address).first { $0.family == family && !taken.contains($0) && $0.isCopied }
    }

    /// One for each place where packets get the mark of a service by mark.
    private func trials(of service: Service) throws(KernelError) -> [ServiceTrial] {
        var trials: [ServiceTrial] = []
        for addressed in try addressed(service) where !isStopped() { trials.append(try trial(of: addressed)) }
        // Of answers alone nothing is concluded that cannot be tried.
        guard trials.isEmpty, service.destinations.contains(where: { $0.method.answersBypassDirector }) else {
            return trials
        }
        var trial = ServiceTrial(service.identity)
        trial.obstacle = try obstacle(of: service.identity)
        return [trial]
    }

    private func trial(of addressed: AddressedService) throws(KernelError) -> ServiceTrial {
        let service = addressed.service
        var trial = ServiceTrial(service.identity, at: addressed.target)
        let walk = Walk(addressed, in: sandbox)
        let plan = ProbePlan(
            service, at: addressed.target, isOwn: sandbox.isOwn, keepsEntries: keepsEntries, hasIPVS: walk != nil)
        guard let opening = plan.opening else { return trial }
        for (origin, link) in origins[service.identity.family]?.all ?? [] where !isStopped() {
            let outcome = try send(opening, from: origin.address, to: addressed, link, walk)
            trial.opening = outcome
            guard outcome.hasPassed else { continue }
            trial.origin = origin
            for probe in plan.others {
                let outcome = try send(probe, from: origin.address, to: addressed, link, walk)
                trial.outcomes.append((probe, outcome))
            }
            trial.answers =
                if let walk { try answerTrials(plan.answers, walk, to: origin.address, by: link) } else {
                    try answerTrials(plan.answers, of: addressed, to: origin.address)
                }
            trial.answers += try ownAnswerTrials(plan.ownAnswers, of: addressed, walk, to: origin.address, by: link)
            break
        }
        return trial
    }

    /// What becomes of one packet from where the service can be reached, or else from where it was tried first.
    ///
    /// - Returns: nil if there is nowhere, or the service has no packets that are tried.
    func outcome(
        of probe: Probe, to service: Service.Identity
    ) throws(KernelError) -> (origin: ProbeOrigin, isReachable: Bool, outcome: ProbeOutcome)? {
        guard let addressed = try addressed(Service(service)).first, let opening = Probe.opening(addressed.protocol)
        else { return nil }
        var first: (origin: ProbeOrigin, isReachable: Bool, outcome: ProbeOutcome)?
        for (origin, link) in origins[service.family]?.all ?? [] {
            let isReachable = try send(opening, from: origin.address, to: addressed, link).hasPassed
            guard isReachable || first == nil else { continue }
            first = (origin, isReachable, try send(probe, from: origin.address, to: addressed, link))
            if isReachable { break }
        }
        return first
    }

    private func send(
        _ probe: Probe, from source: IPAddress, to addressed: AddressedService, _ link: Int32, _ walk: Walk? = nil
    ) throws(KernelError) -> ProbeOutcome {
        let packets = ProbeBytes(
            from: Endpoint(source, nextPort()), to: addressed.virtual, protocol: addressed.protocol)
        let isOpening = probe == Probe.opening(addressed.protocol)
        // IPVS lets conntrack forget what opened it, so that to conntrack what follows is alone.
        let isConnected = !isOpening && (probe.isAfterOpening || walk != nil && !keepsEntries)
        var mustArrive = isOpening
        if isConnected {
            // A rule that limits connections can have dropped this opening.
            mustArrive = try open(packets, addressed, walk, link)
        }
        var outcome = try outcome(of: probe, packets, .link(link))
        if let walk, mustArrive, outcome.hasPassed, walk.isSure, walk.sendsOn(probe), outcome.exit != .postRouting,
            walk.arrival(from: source) == nil
        {
            outcome.end = .unknown("IPVS took it, and it reached no real server")
        }
        if isOpening, let mark = addressed.mark, outcome.hasPassed, outcome.mark != mark {
            outcome.end = .unknown("no rule gives it the mark")
        }
        // IPVS takes what clients send at LOCAL_IN only (`ip_vs_ops4`, net/netfilter/ipvs/ip_vs_core.c).
        if outcome.end == .passed(.forward) { outcome.end = .unknown("the service's address is not local here") }
        return outcome
    }

    /// Opens a connection, as far as there is somebody who answers.
    ///
    /// - Returns: whether IPVS is there, and has sent what opened it on.
    private func open(
        _ packets: ProbeBytes, _ addressed: AddressedService, _ walk: Walk?, _ link: Int32
    ) throws(KernelError) -> Bool {
        let destinations = addressed.service.destinations
        if !destinations.isEmpty, destinations.allSatisfy(sandbox.isOwn) {
            _ = try serve(packets, addressed, walk, link, isAnswered: keepsEntries)
        } else if let walk {
            return try connect(packets, walk, link) != nil
        } else if let opening = Probe.opening(addressed.protocol) {
            _ = try outcome(of: opening, packets, .link(link))
        }
        return false
    }

    func outcome(
        of probe: Probe, _ packets: ProbeBytes, _ entrance: Sandbox.Entrance
    ) throws(KernelError) -> ProbeOutcome {
        // What left earlier says nothing of this one.
        if sandbox.ipvs != nil { _ = sandbox.takeDeparted() }
        if let bytes = packets.bytes(of: probe) { return try sandbox.outcome(of: bytes, from: entrance) }
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

extension AddressedService {
    /// Of nobody: for what should stay out.
    fileprivate init?(tcp endpoint: Endpoint) { self.init(Service(.address(.tcp, endpoint))) }
}

extension Trial {
    /// Those whose text is worth knowing.
    fileprivate var namedRules: Set<DroppingRule> {
        let bursts = services.compactMap(\.burst)
        let outcomes = services.flatMap(\.allOutcomes) + syncs.map(\.outcome) + bursts.map(\.outcome)
        return Set(outcomes.compactMap(\.droppingRule) + bursts.flatMap(\.limits))
    }
}
