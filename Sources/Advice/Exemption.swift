import Addresses
import IPVS
import Inspection

/// Services whose packets a fix lets pass.
package struct Exemption: Equatable, Sendable {
    package let services: [Item]

    /// A service as rules know it.
    package struct Item: Equatable, Sendable {
        package let `protocol`: IPProtocol
        package let address: IPAddress
        /// Nil for all ports.
        package let port: UInt16?
    }

    /// - Returns: nil if a service is no address that rules can name, or has packets of a protocol that is not tried.
    package init?(_ services: [Service.Identity]) {
        var items: [Item] = []
        for service in services {
            guard case .address(let `protocol`, let endpoint) = service, Probe.opening(`protocol`) != nil else {
                return nil
            }
            items.append(
                Item(
                    protocol: `protocol`, address: endpoint.address, port: endpoint.port == 0 ? nil : endpoint.port))
        }
        if items.isEmpty { return nil }
        self.services = items
    }

    func services(_ families: Set<IPAddress.Family>) -> [Item] {
        services.filter { families.contains($0.address.family) }
    }

    /// Each once.
    func addresses(_ families: Set<IPAddress.Family>) -> [IPAddress] {
        var found: [IPAddress] = []
        for item in services(families) where !found.contains(item.address) { found.append(item.address) }
        return found
    }

    var families: Set<IPAddress.Family> { Set(services.map(\.address.family)) }

    /// Errors that routers and clients send about answers, as iptables and nft call them (RFC 792, RFC 4443).
    static func errors(_ family: IPAddress.Family) -> [String] {
        let common = ["destination-unreachable", "time-exceeded", "parameter-problem"]
        return family == .ipv4 ? common : common + ["packet-too-big"]
    }
}
