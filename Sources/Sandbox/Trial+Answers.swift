import Addresses
import Firewall
import IPVS
import Inspection
import Netlink
import Routing

extension TrialRunner {
    /// Of a service; the others are behind the same rules.
    static let mostServers = 4

    /// What becomes of answers to a client: they come in by the link that leads to their server, and pass FORWARD, where the filter comes
    /// before IPVS (`ip_vs_ops4`, net/netfilter/ipvs/ip_vs_core.c). With `net.ipv4.vs.conntrack=0` IPVS has untracked what the client sent
    /// (`ip_vs_nat_send_or_cont`, ip_vs_xmit.c), so that they come without an entry, as here.
    func answerTrials(
        _ probes: [Probe], of addressed: AddressedService, to client: IPAddress
    ) throws(KernelError) -> [AnswerTrial] {
        var trials: [AnswerTrial] = []
        if probes.isEmpty { return trials }
        for server in addressed.service.returningServers.prefix(Self.mostServers) {
            guard let link = sandbox.link(to: server.address) else { continue }
            let port = server.port == 0 ? addressed.virtual.port : server.port
            var trial = AnswerTrial(server)
            for probe in probes {
                let packets = ProbeBytes(
                    from: Endpoint(server.address, port), to: Endpoint(client, nextPort()),
                    protocol: addressed.protocol)
                var outcome = try outcome(of: probe, packets, .link(link))
                if outcome.end == .passed(.localIn) { outcome.end = .unknown("the client's address is local here") }
                trial.outcomes.append((probe, outcome))
            }
            trials.append(trial)
        }
        return trials
    }

    /// What is not tried of a service, and why.
    func untried(of service: Service, in trial: Trial) throws(KernelError) -> [Loss] {
        var losses = [try untriedMark(of: service, in: trial)]
        let addressed = try addressed(service)
        if let first = addressed.first { losses.append(untriedAnswers(of: first, in: trial)) }
        return losses.compactMap(\.self)
    }

    private func untriedMark(of service: Service, in trial: Trial) throws(KernelError) -> Loss? {
        let targets = try markedTargets(of: service.identity)
        if targets.isCut, !targets.found.isEmpty {
            return Loss(
                "\(service.identity)",
                "only \(targets.found.count) of the destinations whose packets get its mark are tried")
        }
        // The others' trial says so.
        let isLeftOut = targets.found.isEmpty && !trial.services.contains { $0.service == service.identity }
        guard case .fwmark = service.identity, isLeftOut else { return nil }
        return Loss("\(service.identity)", try obstacle(of: service.identity) ?? "its packets are not tried")
    }

    /// Why a service by mark has no packets that could be tried.
    func obstacle(of service: Service.Identity) throws(KernelError) -> String? {
        guard case .fwmark(let mark, let family) = service else { return nil }
        let targets = try markedTargets(of: service)
        if targets.tried == 0 {
            return sandbox.destinations.marked(mark, family).isEmpty
                ? "no rule gives packets its mark" : "no packets were found that could get its mark"
        }
        return "none of \(targets.tried) destinations was found whose packets get its mark"
            + (targets.isCut ? ", and there are more" : "")
    }

    private func untriedAnswers(of addressed: AddressedService, in trial: Trial) -> Loss? {
        let service = addressed.service
        let what = "answers of \(service.identity)"
        if keepsEntries, !service.returningServers.isEmpty, Walk(addressed, in: sandbox) == nil {
            return Loss(what, "with \(Sysctls.ipvsConntrack)=1 IPVS alters their entries, and it is not in the sandbox")
        }
        let found = trial.services.first { $0.service == service.identity }
        // Nothing is answered where nothing arrives.
        guard let found, found.isReachable else { return nil }
        let isOwnTried = found.answers.contains { $0.outcomes.contains { $0.probe.sender == .director } }
        if service.destinations.contains(where: sandbox.isOwn), !isOwnTried {
            return Loss(what, "no connection came to the director's own sockets, which are a destination")
        }
        let servers = service.destinations.filter { $0.method == .nat && !sandbox.isOwn($0) }.map(\.endpoint)
        if let server = servers.first(where: { sandbox.link(to: $0.address) == nil }) {
            return Loss(what, "no link of the sandbox leads to \(server.address)")
        }
        let tried = found.answers.count { $0.outcomes.contains { $0.probe.sender == .realServer } }
        if tried < min(servers.count, Self.mostServers) {
            return Loss(what, "IPVS chose \(tried) of \(servers.count) real servers in the sandbox")
        }
        return nil
    }
}

extension Sandbox {
    /// By which the director reaches an address, if it is not the director's own.
    func link(to address: IPAddress) -> Int32? {
        let path = routes.path(to: address, address.family)
        if path.way == .local { return nil }
        return path.output.flatMap { links[$0] == nil ? nil : $0 }
    }
}
