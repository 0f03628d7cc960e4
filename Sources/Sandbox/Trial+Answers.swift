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
        _ probes: [Probe], of service: Service, to client: IPAddress
    ) throws(KernelError) -> [AnswerTrial] {
        var trials: [AnswerTrial] = []
        if probes.isEmpty { return trials }
        for server in service.returningServers.prefix(Self.mostServers) {
            guard let link = sandbox.link(to: server.address),
                case .address(let `protocol`, let virtual) = service.identity
            else { continue }
            let port = server.port == 0 ? virtual.atOnePort.port : server.port
            var trial = AnswerTrial(server)
            for probe in probes {
                let packets = ProbeBytes(
                    from: Endpoint(server.address, port), to: Endpoint(client, nextPort()), protocol: `protocol`)
                var outcome = try outcome(of: probe, packets, link)
                if outcome.end == .passed(.localIn) { outcome.end = .unknown("the client's address is local here") }
                trial.outcomes.append((probe, outcome))
            }
            trials.append(trial)
        }
        return trials
    }

    /// What is not tried of a service, and why.
    func untried(of service: Service, in trial: Trial) -> Loss? {
        let what = "answers of \(service.identity)"
        if keepsEntries, !service.returningServers.isEmpty, Walk(service, in: sandbox) == nil {
            return Loss(what, "with \(Sysctls.ipvsConntrack)=1 IPVS alters their entries, and it is not in the sandbox")
        }
        let isLocal = service.destinations.contains { destination in
            destination.method == .local || sandbox.routes.isLocal(destination.endpoint.address)
        }
        if isLocal { return Loss(what, "a destination is the director itself, and OUTPUT is not tried") }
        if let server = service.returningServers.first(where: { sandbox.link(to: $0.address) == nil }) {
            return Loss(what, "no link of the sandbox leads to \(server.address)")
        }
        let answers = trial.services.first { $0.service == service.identity }?.answers ?? []
        let wanted = min(service.returningServers.count, Self.mostServers)
        if !answers.isEmpty, answers.count < wanted {
            return Loss(
                what, "IPVS chose \(answers.count) of \(service.returningServers.count) real servers in the sandbox")
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
