import IPVS

extension FlowSnapshot {
    /// Its services none of whose destinations takes new connections: of weight 0, or at their upper threshold.
    package var idleServices: [Finding] {
        let why = "only the services were read"
        let facts = DirectorFacts(
            origin, services: .known(services), configuration: .unreadable(why), sysctls: sysctls,
            table: .unreadable(why), host: HostFacts(modules: .unreadable(why), forwarding: .unreadable(why)),
            network: .unreadable(why), counters: .unreadable(why))
        return Check.serviceChecks.filter { $0.id == .noDestination }.flatMap { $0.find(facts) }
    }
}
