import Addresses
import IPVS

/// A host of a fleet, as its capture shows it.
package struct FleetHost: Sendable {
    /// Its host name; with the network namespace, or the name of its capture, where others have the same.
    package var name: String
    /// What is compared between directors.
    package var picture: DirectorPicture
    /// Those of a director, with when its connections were read; nil without IPVS.
    private(set) var flows: FlowList?
    private var flowsReadAt: Moment?
    /// Whether all of its connections were read: only then one is known to be missing.
    private(set) var hasAllConnections = true
    /// Where it forwards TCP packets as they are (not by NAT), and for which service. Of a service by mark its connections show it.
    private(set) var forwarded: [Endpoint: Service.Identity?] = [:]
    /// After so many packets it tells a backup director of a connection (net/netfilter/ipvs/ip_vs_sync.c, `ip_vs_sync_conn_needed`).
    private(set) var syncThreshold: UInt32 = 3
    /// The services of whose connections another director can be told.
    private(set) var toldServices: Set<Service.Identity> = []
    /// All that its interfaces have, with the names of these.
    package var addresses: [IPAddress: [String]]
    /// About the services and destinations of all hosts; nil if it could not be read.
    package var network: NetworkFacts?
    /// The next host on the default route of each address that is a destination; none where there is no such route.
    package var gateways: [IPAddress: IPAddress] = [:]
    /// `net.ipv4.tcp_keepalive_time`, in seconds; nil if the capture lacks it.
    package var keepaliveTime: UInt32?
    package var served: ServedConnections

    package init(
        _ name: String, _ picture: DirectorPicture, addresses: [IPAddress: [String]] = [:],
        served: ServedConnections = ServedConnections(of: [])
    ) {
        (self.name, self.picture, self.addresses, self.served) = (name, picture, addresses, served)
    }

    package mutating func take(_ snapshot: FlowSnapshot) {
        let flows = snapshot.report.flows
        (self.flows, flowsReadAt) = (flows, snapshot.connectionsAt)
        hasAllConnections = snapshot.connections.isWhole
        for route in flows.store.routes where route.protocol == .tcp && route.method?.answersBypassDirector ?? false {
            forwarded[route.virtual] = route.service
        }
        let threshold = picture.settings.values[Sysctls.syncThreshold]?.split { $0 == "\t" || $0 == " " }
        syncThreshold = threshold?.first.flatMap { UInt32($0) } ?? syncThreshold
        toldServices = Set(snapshot.services.filter { !$0.flags.contains(.onePacket) }.map(\.identity))
        for service in snapshot.services {
            guard case .address(.tcp, let endpoint) = service.identity,
                service.destinations.contains(where: { $0.method.answersBypassDirector })
            else { continue }
            forwarded[endpoint] = service.identity
        }
    }

    /// The virtual addresses that its connections have.
    package var virtualAddressesInUse: Set<IPAddress> { Set((flows?.store.routes ?? []).map(\.virtual.address)) }

    package var services: [Service] { picture.balancer?.services ?? [] }

    package var isDirector: Bool { !services.isEmpty }

    var daemons: [Daemon] { picture.balancer?.configuration.daemons ?? [] }

    /// A director that is told of connections and tells nobody: another one has the traffic.
    package var isBackup: Bool { daemons.contains(where: \.isBackup) && !daemons.contains(where: \.isMaster) }

    /// When its connections were read, in milliseconds since the epoch, by its own clock.
    var connectionsAt: Int64 { (flowsReadAt ?? picture.origin.takenAt).milliseconds }

    /// When its sockets were read, likewise.
    var servedAt: Int64 { (served.readAt ?? picture.origin.takenAt).milliseconds }

    /// The service by which packets to an address and port are forwarded as they are; nil if there is none, or it is unknown.
    func service(at virtual: Endpoint) -> Service.Identity? { forwarding(of: virtual) ?? nil }

    func forwards(_ virtual: Endpoint) -> Bool { forwarding(of: virtual) != nil }

    private func forwarding(of virtual: Endpoint) -> Service.Identity?? {
        forwarded[virtual] ?? forwarded[Endpoint(virtual.address, 0)]
    }
}

extension Moment {
    fileprivate var milliseconds: Int64 { Int64(clamping: nanoseconds / 1_000_000) }
}

extension FleetHost {
    /// Names that differ, as short as possible.
    ///
    /// - Parameter captures: what the command was given.
    package static func names(_ origins: [Origin], _ captures: [String]) -> [String] {
        let hosts = origins.map(\.host)
        let spaces = origins.map { origin in origin.networkNamespace.map { "\(origin.host)/\($0)" } ?? origin.host }
        func isOnce(_ name: String, _ names: [String]) -> Bool { names.count { $0 == name } == 1 }
        return origins.indices.map { index in
            if isOnce(hosts[index], hosts) { return hosts[index] }
            return isOnce(spaces[index], spaces) ? spaces[index] : captures[index]
        }
    }
}
