import Addresses
import IPVS

/// Destinations that a check of the network found, and their services.
struct FoundDestinations {
    /// Each once.
    var services: [Service.Identity] = []
    var addresses: [IPAddress] = []
}

extension DirectorFacts {
    /// As far as it is known.
    var networkValue: NetworkFacts { network.value ?? NetworkFacts() }

    /// Those that get new connections, and whose way is as meant.
    func destinations(_ isMeant: (Destination, NetworkFacts.Path) -> Bool) -> FoundDestinations {
        var found = FoundDestinations()
        for service in knownServices {
            for destination in service.destinations where destination.weight > 0 {
                let address = destination.endpoint.address
                guard let path = networkValue.paths[address], isMeant(destination, path) else { continue }
                if !found.addresses.contains(address) { found.addresses.append(address) }
                if found.services.last != service.identity { found.services.append(service.identity) }
            }
        }
        return found
    }

    /// One finding about all of them, if there are any.
    func finding(
        _ id: Finding.ID, _ severity: Finding.Severity, _ found: FoundDestinations, _ evidence: [Finding.Evidence],
        others: [IPAddress] = [], interfaces: [String] = [], _ remedies: [Remedy]
    ) -> Finding? {
        guard !found.addresses.isEmpty else { return nil }
        return Finding(
            id, severity, found.services.subject,
            [.init("real_servers", found.addresses.count), .init("services", found.services.count)] + evidence,
            context: .named(
                .init(services: found.services, addresses: found.addresses, others: others, interfaces: interfaces)),
            remedies)
    }

    func services(at address: IPAddress) -> [Service.Identity] {
        knownServices.map(\.identity).filter { identity in
            if case .address(_, let endpoint) = identity { endpoint.address == address } else { false }
        }
    }

    func subject(_ address: IPAddress, _ services: [Service.Identity]) -> Finding.Subject {
        services.count == 1 ? services.subject : .address(address, port: nil)
    }

    var daemonCount: Int { configuration.value?.daemons.count ?? 0 }

    /// Nothing here speaks of another director that might have the VIPs: no sync daemon, and surely nobody who speaks VRRP.
    var isWithoutPartner: Bool { daemonCount == 0 && networkValue.speaksVRRP == false }
}

extension Service {
    /// It is not found by a mark.
    var hasAddress: Bool { !isByMark }
}
