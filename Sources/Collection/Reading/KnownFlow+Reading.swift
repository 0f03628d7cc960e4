import Addresses
import IPVS
import Netlink
import Sandbox

extension KnownFlow {
    /// Beyond these, another says little more; older kernels need quadratic time for a long list.
    private static let most = 64
    private static let bound = Duration.seconds(1)

    /// The connections of IPVS that are for none of the services with an address, so that a mark may have brought them; one for each place
    /// that they go to. None if no service is by mark. Blocks for a fraction of a second.
    static func all(besides services: [Service], in source: any KernelSource) -> [KnownFlow] {
        guard services.contains(where: \.identity.isByMark) else { return [] }
        let others = Set(services.map(\.identity))
        var found: [Service.Identity: KnownFlow] = [:]
        // What could not be read are hints that are missing.
        _ = try? Director.connections(from: source, within: bound) { connections in
            for connection in connections where found.count < most && !connection.isTemplate {
                let place = Service.Identity.address(connection.protocol, connection.virtual)
                guard !others.contains(place), found[place] == nil else { continue }
                found[place] = KnownFlow(
                    connection.protocol, client: connection.client.address, virtual: connection.virtual)
            }
        }
        return found.values.sorted { ($0.virtual, $0.protocol.rawValue) < ($1.virtual, $1.protocol.rawValue) }
    }
}

extension Service.Identity {
    fileprivate var isByMark: Bool { if case .fwmark = self { true } else { false } }
}
