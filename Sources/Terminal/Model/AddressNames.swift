import Addresses
import Conntrack
import IPVS
import Inspection

/// Names of addresses, as far as they have been resolved. It holds a limited number of them.
package struct AddressNames: Sendable {
    /// Whether the user wants them, in lists in place of addresses.
    var areWanted = false
    /// Where nothing can be resolved they are not shown either.
    var canResolve = true
    package var areShown: Bool { areWanted && canResolve }
    /// Nil for an address that has no name.
    private var names: [IPAddress: String?] = [:]
    /// In the order in which they came.
    private var order: [IPAddress] = []

    /// The oldest make room for others.
    static let most = 4096
    private static let longest = 40

    package init() {}

    mutating func take(_ name: String?, of address: IPAddress) {
        if names.updateValue(name, forKey: address) != nil { return }
        order.append(address)
        guard order.count > Self.most else { return }
        for old in order.prefix(Self.most / 4) { names[old] = nil }
        order.removeFirst(Self.most / 4)
    }

    func knows(_ address: IPAddress) -> Bool { names[address] != nil }

    func name(_ address: IPAddress) -> String? {
        guard areShown, let name = names[address] ?? nil else { return nil }
        return name.count > Self.longest ? name.prefix(Self.longest - 1) + "…" : name
    }
}

/// Names in place of addresses, for lists; an address without a name stays one.
extension AddressNames {
    /// `www.example.org:80`
    func label(_ endpoint: Endpoint) -> String { label(endpoint.address, endpoint.port) }

    func label(_ address: IPAddress, _ port: UInt16?) -> String {
        guard let name = name(address) else { return Self.plain(address, port) }
        return port.map { "\(name):\($0)" } ?? name
    }

    /// `tcp www.example.org:80`
    func label(_ service: Service.Identity) -> String {
        guard case .address(let transport, let endpoint) = service else { return service.description }
        return "\(transport) \(label(endpoint))"
    }

    func label(_ owner: ObservedDrop.Owner) -> String {
        switch owner {
        case .service(let service): label(service)
        case .address(let address, let port): label(address, port)
        }
    }

    private static func plain(_ address: IPAddress, _ port: UInt16?) -> String {
        port.map { Endpoint(address, $0).description } ?? address.description
    }
}

/// Names beside addresses, for details: what is looked at must not be hidden.
extension AddressNames {
    /// `10.0.0.100:80 (www.example.org)`
    func full(_ endpoint: Endpoint) -> String { full(endpoint.address, endpoint.port) }

    func full(_ address: IPAddress, _ port: UInt16? = nil) -> String {
        Self.plain(address, port) + (name(address).map { " (\($0))" } ?? "")
    }

    /// `tcp 10.0.0.100:80 (www.example.org)`
    func full(_ service: Service.Identity) -> String {
        guard case .address(let transport, let endpoint) = service else { return service.description }
        return "\(transport) \(full(endpoint))"
    }

    func full(_ owner: ObservedDrop.Owner) -> String {
        switch owner {
        case .service(let service): full(service)
        case .address(let address, let port): full(address, port)
        }
    }

    func full(_ tuple: Tuple) -> String { tuple.described { full($0, $1) } }
}

extension Service.Identity {
    /// Nil for a mark.
    var address: IPAddress? { if case .address(_, let endpoint) = self { endpoint.address } else { nil } }
}

extension ObservedDrop.Owner {
    /// Nil for a service by mark.
    var address: IPAddress? {
        switch self {
        case .service(let service): service.address
        case .address(let address, _): address
        }
    }
}

extension Tuple {
    /// Both ends, as far as they are known.
    var addresses: [IPAddress] { [source, destination].compactMap(\.self) }
}
