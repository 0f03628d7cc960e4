import Addresses
import IPVS
import Inspection
import Netlink

/// The requested service, as found in IPVS.
struct ServiceChoice {
    let service: Service
    var identity: Service.Identity { service.identity }
    let isOnePacket: Bool
    let isPersistent: Bool
    /// The forwarding methods of its destinations, without duplicates; at least one.
    let methods: [ForwardingMethod]

    /// - Throws: `.absent` without IPVS, `.forbidden` without CAP_NET_ADMIN, `.notFound` if no service matches, or several do, or it has no
    ///   destination.
    init(_ selector: ServiceSelector, for packet: TrackedPacket, on kernel: any KernelSource) throws(KernelError) {
        let asked = "find the service"
        let services = try Director(kernel).wholeServices()
        let found = services.filter { selector.matches($0.identity) && Self.takes($0.identity, packet) }
        guard let service = found.first else { throw .noSuchService(among: services) }
        guard found.count == 1 else {
            let names = found.map(\.identity.description).joined(separator: ", ")
            throw KernelError(asked, .notFound, detail: "it is ambiguous: \(names)", nextStep: "name its port")
        }
        var methods: [ForwardingMethod] = []
        for destination in service.destinations where !methods.contains(destination.method) {
            methods.append(destination.method)
        }
        if methods.isEmpty {
            throw KernelError(
                asked, .notFound, detail: "\(service.identity) has no destination", nextStep: "use --method instead")
        }
        self.service = service
        isOnePacket = service.flags.contains(.onePacket)
        isPersistent = service.flags.contains(.persistent)
        self.methods = methods
    }

    /// Whether the packet may concern the service: an ICMP error may be about any.
    private static func takes(_ service: Service.Identity, _ packet: TrackedPacket) -> Bool {
        guard case .address(let transport, _) = service, [.tcp, .udp, .sctp].contains(packet.protocol) else {
            return true
        }
        return transport == packet.protocol
    }
}
