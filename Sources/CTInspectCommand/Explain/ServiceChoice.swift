import Addresses
import IPVS
import Inspection
import Netlink

/// The service that a user asks about, as IPVS has it.
struct ServiceChoice {
    let identity: Service.Identity
    let isOnePacket: Bool
    /// How its destinations are forwarded to, each method once; at least one.
    let methods: [ForwardingMethod]

    /// - Throws: `.absent` without IPVS, `.forbidden` without CAP_NET_ADMIN, `.notFound` when no service is the one, or several are,
    ///   or it has no destination.
    init(_ selector: ServiceSelector, for packet: TrackedPacket, on kernel: any KernelSource) throws(KernelError) {
        let asked = "find the service"
        let services = try Director(kernel).services().services
        let found = services.filter { selector.matches($0.identity) && Self.takes($0.identity, packet) }
        guard let service = found.first else { throw .noSuchService(among: services) }
        guard found.count == 1 else {
            let names = found.map(\.identity.description).joined(separator: ", ")
            throw KernelError(asked, .notFound, detail: "it may be any of \(names)", nextStep: "name its port")
        }
        var methods: [ForwardingMethod] = []
        for destination in service.destinations where !methods.contains(destination.method) {
            methods.append(destination.method)
        }
        if methods.isEmpty {
            throw KernelError(
                asked, .notFound, detail: "\(service.identity) has no destination", nextStep: "name a --method instead")
        }
        identity = service.identity
        isOnePacket = service.flags.contains(.onePacket)
        self.methods = methods
    }

    /// Whether the service may have to do with the packet: an ICMP error may be about any.
    private static func takes(_ service: Service.Identity, _ packet: TrackedPacket) -> Bool {
        guard case .address(let transport, _) = service, [.tcp, .udp, .sctp].contains(packet.protocol) else {
            return true
        }
        return transport == packet.protocol
    }
}
