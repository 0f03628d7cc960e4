import Addresses
import Conntrack
import IPVS

/// What two directors of the same services need of each other.
extension Check {
    static let partnerChecks = [
        // `ip_vs_in_hook` (net/netfilter/ipvs/ip_vs_core.c) asks `sysctl_backup_only`; without it, a backup schedules what the master sent to
        // it as to a real server, to the master perhaps, and so on.
        Check(
            .backupOnly, .error, "a backup director that is a real server, and forwards what it should serve",
            needs: [.configuration, .network, .sysctl(Sysctls.backupOnly)],
            concerns: { $0.hasAddress && $0.hasMethod(\.answersBypassDirector) }
        ) { facts in
            let daemons = facts.configuration.value?.daemons ?? []
            guard facts.sysctls.number(Sysctls.backupOnly) == 0, daemons.contains(where: \.isBackup),
                !daemons.contains(where: \.isMaster)
            else { return [] }
            let services = facts.knownServices.filter(facts.isServedHereToo).map(\.identity)
            guard !services.isEmpty else { return [] }
            return [
                Finding(
                    .backupOnly, .error, services.subject,
                    [.init("backup_only", 0), .init("services", services.count)],
                    context: .named(.init(services: services)), [.set([.init(Sysctls.backupOnly, 1)])])
            ]
        },
        // `sync_thread_backup` (net/netfilter/ipvs/ip_vs_sync.c) reads a socket: LOCAL_IN comes before it. `sync_thread_master` writes to one:
        // LOCAL_OUT and POST_ROUTING come behind it.
        Check(
            .syncFiltered, .error, "a packet filter that drops messages between the sync daemons of two directors",
            needs: [.configuration, .syncTrial], concerns: { _ in true }
        ) { facts in
            guard let trial = facts.trial.value, !trial.lacksRules else { return [] }
            return trial.syncs.compactMap { sync in
                guard let rule = sync.outcome.droppingRule else { return nil }
                let (group, port) = (sync.group.endpoint.address, sync.group.endpoint.port)
                return Finding(
                    .syncFiltered, .error, .address(group, port: port),
                    [.init("port", port)] + (sync.group.isSender ? [.init("sent", 1)] : []),
                    context: .named(.init(interfaces: [sync.group.interface], names: [trial.words(of: rule)])),
                    [.acceptSync(sync.group)])
            }
        },
        // `ip_vs_sync_conn` (ip_vs_sync.c) sends nothing without a master daemon.
        Check(
            .syncNone, .info, "another director that does not know this one's connections",
            needs: [.configuration, .network], concerns: { !$0.flags.contains(.onePacket) }
        ) { facts in
            guard facts.networkValue.speaksVRRP == true, facts.daemonCount == 0 else { return [] }
            return facts.finding(
                .syncNone, .info, of: { !$0.flags.contains(.onePacket) }, [.init("vrrp", 1), .init("sync_daemons", 0)],
                [])
        },
    ]
}

extension DirectorFacts {
    /// Whether a packet for the service, which is the service's here as well, may have been sent to this host as to a real server.
    fileprivate func isServedHereToo(_ service: Service) -> Bool {
        guard case .address(_, let endpoint) = service.identity,
            networkValue.virtual[endpoint.address]?.isLocal ?? false
        else { return false }
        let takers = service.destinations.filter { $0.weight > 0 }
        let isHere = { (destination: Destination) in
            self.networkValue.paths[destination.endpoint.address]?.way == .local
        }
        // With none but this host there is nobody else to send it to.
        return takers.contains(where: isHere) && !takers.allSatisfy(isHere)
    }
}
