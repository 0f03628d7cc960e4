import Addresses
import IPVS

/// What real servers need for what their director does.
extension Fleet {
    var serverFindings: [FleetFinding] {
        let all = (directors.filter { !hosts[$0].isBackup } + directors.filter { hosts[$0].isBackup }).flatMap {
            director in
            servers(of: director).filter { $0 != director && !isPartner($0, of: director) }.flatMap { server in
                directFindings(server, director) + gatewayFindings(server, director)
                    + keepaliveFindings(server, director)
            }
        }
        // What a real server lacks, it lacks for both directors of a pair.
        var told: Set<Told> = []
        return all.filter { found in
            guard case .named(let named)? = found.finding.context, let server = found.hosts.first else { return true }
            return told.insert(Told(id: found.finding.id, server: server, addresses: named.addresses)).inserted
        }
    }

    private struct Told: Hashable {
        let id: Finding.ID
        let server: Int
        let addresses: [IPAddress]
    }

    /// A director of the same service that is its real server as well: it has the VIP on purpose.
    private func isPartner(_ host: Int, of director: Int) -> Bool {
        pairs.contains { Set([$0.director, $0.other]) == Set([host, director]) }
    }

    /// DR and TUN leave the VIP as the destination (net/netfilter/ipvs/ip_vs_xmit.c, `ip_vs_dr_xmit`, `ip_vs_tunnel_xmit`).
    private func directFindings(_ server: Int, _ director: Int) -> [FleetFinding] {
        let host = hosts[server]
        guard let network = host.network else { return [] }
        var own: Set<IPAddress> = []
        var virtual: Set<IPAddress> = []
        for service in hosts[director].services {
            guard case .address(_, let endpoint) = service.identity else { continue }
            let here = service.destinations.filter {
                $0.method.answersBypassDirector && host.addresses[$0.endpoint.address] != nil
            }
            if !here.isEmpty { virtual.insert(endpoint.address) }
            own.formUnion(here.map(\.endpoint.address))
        }
        let interfaces = Set(own.flatMap { host.addresses[$0] ?? [] }).sorted().filter {
            network.interfaces[$0]?.usesARP ?? false
        }
        let missing = virtual.filter { !(network.virtual[$0]?.isLocal ?? false) }.sorted()
        let places = [server, director]
        let lacking =
            missing.isEmpty
            ? []
            : [
                finding(
                    .vipMissingOnServer, .error, .director, of: places, [.init("addresses", missing.count)],
                    .init(addresses: missing))
            ]
        let present = virtual.subtracting(missing).sorted()
        return lacking + arpFindings(places, present.filter { $0.family == .ipv4 }, interfaces, network)
            + discoveryFindings(places, present.filter { $0.family == .ipv6 }, network)
    }

    /// `arp_ignore` decides whether it answers for the VIP (net/ipv4/arp.c, `arp_ignore`), `arp_announce` whether it asks in its name
    /// (`arp_solicit`), and so tells others that the VIP is here.
    private func arpFindings(
        _ places: [Int], _ virtual: [IPAddress], _ interfaces: [String], _ network: NetworkFacts
    ) -> [FleetFinding] {
        func settings(_ name: String) -> NetworkFacts.Interface { network.interfaces[name] ?? .init() }
        let answering = virtual.filter { address in
            interfaces.contains { name in
                let ignore = settings(name).arpIgnore
                let isThere = network.virtual[address]?.holders.contains(name) ?? false
                return ignore == 0 || (isThere && ignore != 8)
            }
        }
        let announcing = interfaces.contains { settings($0).arpAnnounce < 2 }
        guard !virtual.isEmpty, !answering.isEmpty || announcing else { return [] }
        let evidence = [
            Finding.Evidence("answers", answering.isEmpty ? 0 : 1),
            .init("arp_ignore", interfaces.map { settings($0).arpIgnore }.min() ?? 0),
            .init("arp_announce", interfaces.map { settings($0).arpAnnounce }.min() ?? 0),
        ]
        return [
            finding(
                .arpFlux, answering.isEmpty ? .warning : .error, .director, of: places, evidence,
                .init(addresses: answering.isEmpty ? virtual : answering, interfaces: interfaces),
                [.set([.init("net.ipv4.conf.all.arp_ignore", 1), .init("net.ipv4.conf.all.arp_announce", 2)])])
        ]
    }

    /// An address is advertised on the interface that has it (net/ipv6/ndisc.c, `ndisc_recv_ns`).
    private func discoveryFindings(
        _ places: [Int], _ virtual: [IPAddress], _ network: NetworkFacts
    ) -> [FleetFinding] {
        let advertised = virtual.filter { address in
            (network.virtual[address]?.holders ?? []).contains { network.interfaces[$0]?.usesARP ?? false }
        }
        guard !advertised.isEmpty else { return [] }
        let holders = Set(advertised.flatMap { network.virtual[$0]?.holders ?? [] }).sorted()
        return [
            finding(
                .neighbourDiscovery, .error, .director, of: places, [.init("addresses", advertised.count)],
                .init(addresses: advertised, interfaces: holders))
        ]
    }

    /// IPVS forgets a connection of which no packet has come for its timeout (`tcp_state_transition`, net/netfilter/ipvs/ip_vs_proto_tcp.c);
    /// the real server keeps it, and asks only later whether the client is there (`tcp_keepalive_timer`, net/ipv4/tcp_timer.c).
    private func keepaliveFindings(_ server: Int, _ director: Int) -> [FleetFinding] {
        guard let asks = hosts[server].keepaliveTime,
            let timeout = hosts[director].picture.balancer?.configuration.timeouts.tcp, timeout < asks
        else { return [] }
        let own = hosts[director].services.filter(\.mayKeepTCP).flatMap(\.destinations).map(\.endpoint.address)
        let served = Set(own).filter { hosts[server].addresses[$0] != nil }.sorted()
        guard !served.isEmpty else { return [] }
        return [
            finding(
                .timeoutShort, .info, .director, of: [server, director],
                [.init("tcp_timeout_seconds", timeout), .init("keepalive_seconds", asks)], .init(addresses: served),
                [.keepIdle(asks.addingReportingOverflow(300).partialValue)])
        ]
    }

    /// Only packets that come back through the director get the VIP as their source again (net/netfilter/ipvs/ip_vs_core.c,
    /// `handle_response`).
    private func gatewayFindings(_ server: Int, _ director: Int) -> [FleetFinding] {
        let host = hosts[server]
        guard host.network != nil else { return [] }
        let behind = hosts[director].services.flatMap(\.destinations).filter { $0.method == .nat }.map(
            \.endpoint.address)
        let own = Set(behind).filter { host.addresses[$0] != nil }.sorted()
        let partners = pairs.flatMap { [$0.director, $0.other] }.filter { isPartner($0, of: director) }
        let gateways = Set(([director] + partners).flatMap { hosts[$0].addresses.keys })
        let astray = own.filter { !(host.gateways[$0].map(gateways.contains) ?? false) }
        guard !astray.isEmpty else { return [] }
        return [
            finding(
                .natGateway, .error, .director, of: [server, director], [.init("addresses", astray.count)],
                .init(addresses: astray, others: Set(astray.compactMap { host.gateways[$0] }).sorted()))
        ]
    }
}
