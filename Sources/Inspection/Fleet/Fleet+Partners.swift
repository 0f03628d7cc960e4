import Addresses
import IPVS

/// What directors of the same services need of each other.
extension Fleet {
    /// What differs between the directors of each pair: all but what is as it should be, and what traffic changes.
    var differences: [Difference] {
        pairs.map { pair in
            var (one, other) = (hosts[pair.director].picture, hosts[pair.other].picture)
            // Sync daemons, one of which is a master's: see `syncFindings`. Verdicts are those of the traffic.
            one.balancer?.configuration.daemons = []
            other.balancer?.configuration.daemons = []
            one.balancer?.summaries = []
            other.balancer?.summaries = []
            return Difference(pair: pair, comparison: DirectorComparison(one, other))
        }
    }

    /// What differs between the directors of a pair.
    package struct Difference: Sendable {
        package let pair: Pair
        package let comparison: DirectorComparison
    }

    func partnerFindings(_ tally: FleetTally, _ differences: [Difference]) -> [FleetFinding] {
        differences.flatMap { difference in
            let pair = difference.pair
            let changes = difference.comparison.services
            let places = [pair.director, pair.other]
            let differing =
                changes.isEmpty
                ? []
                : [
                    finding(
                        .servicesDiffer, .warning, .director, of: places, [.init("services", changes.count)],
                        .init(services: changes.map(\.identity)))
                ]
            return differing + syncFindings(pair, tally) + ownerFindings(pair)
        }
    }

    /// Source: net/netfilter/ipvs/ip_vs_sync.c, `ip_vs_process_message`, which leaves a message of another sync id alone.
    private func syncFindings(_ pair: Pair, _ tally: FleetTally) -> [FleetFinding] {
        let places = [pair.director, pair.other]
        let (one, other) = (hosts[pair.director], hosts[pair.other])
        let ways = [(one, other), (other, one)].compactMap { from, to -> (Daemon, Daemon)? in
            guard let master = from.daemons.first(where: \.isMaster), let backup = to.daemons.first(where: \.isBackup)
            else { return nil }
            return (master, backup)
        }
        guard !ways.isEmpty else {
            return [
                finding(
                    .syncNone, .warning, .director, of: places,
                    [.init("directors", 2), .init("sync_daemons", one.daemons.count + other.daemons.count)])
            ]
        }
        let versions = [one, other].map { $0.picture.settings.number(Sysctls.syncVersion) ?? 1 }
        let isUnlike = ways.contains { master, backup in
            (master.syncID != backup.syncID && backup.syncID != 0) || master.group != backup.group
                || master.port != backup.port
        }
        if isUnlike || versions[0] > versions[1] {
            let daemons = ways.flatMap { [$0, $1] }
            return [
                finding(
                    .syncDiffers, .error, .director, of: places,
                    [
                        .init("master_sync_id", ways[0].0.syncID), .init("backup_sync_id", ways[0].1.syncID),
                        .init("master_port", ways[0].0.port), .init("backup_port", ways[0].1.port),
                        .init("master_sync_version", versions[0]), .init("backup_sync_version", versions[1]),
                    ], .init(addresses: Set(daemons.compactMap(\.group)).sorted()))
            ]
        }
        guard let told = tally.told[pair], told.lacks >= Self.fewestMissing, told.lacks > told.has else { return [] }
        return [
            finding(
                .syncEmpty, .error, .director, of: places,
                [.init("connections", told.lacks), .init("of", told.lacks + told.has)])
        ]
    }

    /// Fewer may be the latest.
    private static let fewestMissing = 10

    /// Both answer ARP for a VIP: clients, or routers, get to the one that was asked last.
    private func ownerFindings(_ pair: Pair) -> [FleetFinding] {
        let places = [pair.director, pair.other]
        let virtual = Set(hosts[pair.director].virtualAddresses).intersection(hosts[pair.other].virtualAddresses)
        let owned = virtual.filter { address in places.allSatisfy { hosts[$0].answersARP(for: address) } }.sorted()
        guard !owned.isEmpty else { return [] }
        return [
            finding(
                .vipTwoOwners, .error, .director, of: places, [.init("addresses", owned.count)],
                .init(addresses: owned))
        ]
    }
}

extension FleetHost {
    /// Of services that have an address.
    package var virtualAddresses: [IPAddress] {
        services.compactMap { if case .address(_, let endpoint) = $0.identity { endpoint.address } else { nil } }
    }

    /// On an interface that has it, which is asked by ARP, or by neighbour discovery (`arp_process`, net/ipv4/arp.c).
    func answersARP(for address: IPAddress) -> Bool {
        guard let network, let place = network.virtual[address], place.isLocal else { return false }
        return place.holders.contains { name in
            guard let interface = network.interfaces[name], interface.usesARP else { return false }
            return address.family == .ipv6 || interface.arpIgnore != 8
        }
    }
}
