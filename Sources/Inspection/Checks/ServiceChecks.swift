import Addresses
import Conntrack
import IPVS

/// Services that lose traffic by how they are configured.
extension Check {
    static let serviceChecks = [
        // `ip_vs_schedule` gets no destination, and `ip_vs_leave` (net/netfilter/ipvs/ip_vs_core.c) answers with an ICMP error.
        Check(
            .noDestination, .error, "a service none of whose destinations takes connections",
            needs: [], concerns: { _ in true }
        ) { facts in
            let bypasses = facts.sysctls.number(Sysctls.cacheBypass) ?? 0 != 0
            return facts.knownServices.filter { !(bypasses && $0.isByMark) && !$0.takesConnections }.map { service in
                Finding(
                    .noDestination, .error, .service(service.identity),
                    [
                        .init("destinations", service.destinations.count),
                        .init("of_weight_0", service.destinations.count { $0.weight == 0 }),
                        .init("over_threshold", service.destinations.count { $0.weight > 0 && $0.isOverloaded }),
                        .init("templates", service.destinations.reduce(0) { $0 + UInt64($1.persistentConnections) }),
                    ], context: .named(.init()), [.addCapacity(service.identity)])
            }
        },
        // `ip_vs_bind_dest` (ip_vs_conn.c) calls `__ip_vs_dest_update_overload` (ip_vs_ctl.c), and schedulers pass over such a destination.
        Check(
            .thresholdHit, .warning, "a destination that has reached its upper threshold",
            needs: [.connectionCounts], concerns: { $0.destinations.contains { $0.upperThreshold > 0 } }
        ) { facts in
            facts.knownServices.compactMap { service in
                let full = service.destinations.filter { $0.weight > 0 && $0.isOverloaded }
                guard !full.isEmpty else { return nil }
                return Finding(
                    .thresholdHit, .warning, .service(service.identity),
                    [
                        .init("over_threshold", full.count), .init("destinations", service.destinations.count),
                        .init("connections", full.reduce(0) { $0 + $1.connections }),
                        .init("upper_thresholds", full.reduce(0) { $0 + UInt64($1.upperThreshold) }),
                    ], context: .named(.init(destinations: full.map(\.endpoint))),
                    [.raiseThreshold(service.identity, full.map(\.endpoint))])
            }
        },
        // `ip_vs_schedule` schedules other ports than the service's for persistent services only.
        Check(
            .portZero, .error, "a service for all ports that is not persistent",
            needs: [], concerns: { $0.port == 0 }
        ) { facts in
            facts.knownServices.filter { $0.port == 0 && !$0.flags.contains(.persistent) }.map { service in
                Finding(
                    .portZero, .error, .service(service.identity), context: .named(.init()),
                    [.makePersistent(service.identity, scheduler: service.scheduler)])
            }
        },
        // `ip_vs_service_find` (ip_vs_ctl.c) finds the FTP service for its data connections, which `ip_vs_schedule` takes only if it is
        // persistent; `ip_vs_leave` leaves them to the director's own sockets.
        Check(
            .ftpPersistence, .error, "an FTP service by DR or TUN that is not persistent",
            needs: [], concerns: { $0.isFTP && $0.hasMethod(\.answersBypassDirector) }
        ) { facts in
            facts.knownServices.filter {
                $0.isFTP && $0.hasMethod(\.answersBypassDirector) && !$0.flags.contains(.persistent)
            }.map { service in
                let others = facts.knownServices.count { service.mayCarryData($0) }
                return Finding(
                    .ftpPersistence, others == 0 ? .error : .warning, .service(service.identity),
                    [.init("services_for_data_ports", others)], context: .named(.init()),
                    [.makePersistent(service.identity, scheduler: service.scheduler)])
            }
        },
        // `ip_vs_dr_xmit` and `ip_vs_tunnel_xmit` (ip_vs_xmit.c) leave the port as it is.
        Check(
            .portDiffers, .warning, "a DR or TUN destination with another port than its service",
            needs: [], concerns: { $0.hasMethod(\.answersBypassDirector) }
        ) { facts in
            facts.knownServices.compactMap { service in
                guard let port = service.port, port != 0 else { return nil }
                let others = service.destinations.filter {
                    $0.method.answersBypassDirector && $0.endpoint.port != 0 && $0.endpoint.port != port
                }.map(\.endpoint)
                guard !others.isEmpty else { return nil }
                return Finding(
                    .portDiffers, .warning, .service(service.identity),
                    [.init("destinations", others.count), .init("service_port", port)],
                    context: .named(.init(destinations: others)), [.usePort(service.identity, others)])
            }
        },
        forwardingCheck,
        familyCheck,
    ]

    /// Where a service is there for both address families, others are probably meant to be.
    private static let familyCheck = Check(
        .familyMissing, .info, "a service that only one address family has, beside some of both",
        needs: [], concerns: { _ in true }
    ) { facts in
        let services = facts.knownServices
        let families = Dictionary(grouping: services, by: \.purpose).mapValues { Set($0.map(\.identity.family)) }
        let twins = families.values.count { $0.count > 1 }
        let lone = services.filter { service in
            // Marks are compared with marks.
            families[service.purpose]?.count == 1
                && families.contains { $0.value.count > 1 && $0.key.isOfMark == service.isByMark }
        }
        guard !lone.isEmpty else { return [] }
        let identities = lone.map(\.identity)
        return [
            Finding(
                .familyMissing, .info, identities.subject,
                [.init("services", lone.count), .init("of_both_families", twins)],
                context: .named(.init(services: identities)))
        ]
    }

    /// The answers of real servers arrive for an address that is not the director's: `ip_route_input_slow` (net/ipv4/route.c) and
    /// `ip6_forward` (net/ipv6/ip6_output.c) drop them where nothing may be forwarded.
    private static let forwardingCheck = Check(
        .ipForward, .error, "NAT on a host that forwards no packets",
        needs: [.forwarding], concerns: { !$0.forwardedNAT.isEmpty }
    ) { facts in
        guard let forwarding = facts.host.forwarding.value else { return [] }
        return [IPAddress.Family.ipv4, .ipv6].compactMap { family in
            let isOff =
                family == .ipv4
                ? !forwarding.ipv4 && forwarding.interfaces.isEmpty
                // Newer kernels let single interfaces forward nevertheless.
                : forwarding.ipv6 == false && facts.kernelVersion.map { $0 < .init(6, 17) } ?? false
            let services = facts.knownServices.filter { service in
                service.forwardedNAT.contains { $0.endpoint.address.family == family }
            }.map(\.identity)
            guard isOff, !services.isEmpty else { return nil }
            let (name, evidence) =
                family == .ipv4 ? (Sysctls.ipForward, "ip_forward") : (Sysctls.ipv6Forwarding, "ipv6_forwarding")
            return Finding(
                .ipForward, .error, services.subject, [.init(evidence, 0), .init("services", services.count)],
                context: .named(.init(services: services, settings: [.init(name, 0)])), [.set([.init(name, 1)])])
        }
    }
}

/// What a service is for, whatever the address family.
private enum Purpose: Hashable {
    case port(IPProtocol, UInt16)
    case mark(UInt32)

    var isOfMark: Bool { if case .mark = self { true } else { false } }
}

extension Service {
    fileprivate var purpose: Purpose {
        switch identity {
        case .address(let `protocol`, let endpoint): .port(`protocol`, endpoint.port)
        case .fwmark(let mark, _): .mark(mark)
        }
    }

    var isByMark: Bool { if case .fwmark = identity { true } else { false } }

    /// Nil for a service by mark.
    var port: UInt16? { if case .address(_, let endpoint) = identity { endpoint.port } else { nil } }

    /// Whether TCP packets may belong to it.
    var mayBeTCP: Bool { if case .address(let `protocol`, _) = identity { `protocol` == .tcp } else { true } }

    /// Whether it may have TCP connections that last.
    var mayKeepTCP: Bool { mayBeTCP && !flags.contains(.onePacket) }

    var isFTP: Bool { if case .address(.tcp, let endpoint) = identity { endpoint.port == 21 } else { false } }

    func hasMethod(_ isMeant: (ForwardingMethod) -> Bool) -> Bool { destinations.contains { isMeant($0.method) } }

    /// Whether a scheduler may choose one of its destinations.
    var takesConnections: Bool { destinations.contains { $0.weight > 0 && !$0.isOverloaded } }

    /// Whether `other` takes connections to unprivileged ports of this FTP service's address.
    fileprivate func mayCarryData(_ other: Service) -> Bool {
        guard case .address(.tcp, let own) = identity, case .address(.tcp, let endpoint) = other.identity else {
            return false
        }
        return endpoint.address == own.address && endpoint.port >= 1024
    }

    /// NAT destinations that are not obviously the director itself.
    fileprivate var forwardedNAT: [Destination] {
        destinations.filter { destination in
            guard destination.method == .nat, !destination.endpoint.address.isLoopback else { return false }
            if case .address(_, let endpoint) = identity { return endpoint.address != destination.endpoint.address }
            return true
        }
    }
}

extension Destination {
    /// As `__ip_vs_dest_update_overload` has it when a connection is added.
    var isOverloaded: Bool { upperThreshold > 0 && connections >= UInt64(upperThreshold) }

    /// All but templates.
    var connections: UInt64 { UInt64(activeConnections) + UInt64(inactiveConnections) }
}

extension [Service.Identity] {
    /// The only one, or the whole director.
    var subject: Finding.Subject { count == 1 ? .service(self[0]) : .director }
}

extension IPAddress {
    /// 127.0.0.0/8 or ::1.
    fileprivate var isLoopback: Bool { family == .ipv4 ? low >> 24 == 127 : high == 0 && low == 1 }
}
