import Addresses
import Conntrack
import Firewall
import Inspection

/// The two ends of a case, unique within its batch: counts and table entries can be attributed by them.
struct Spot {
    /// Where the original direction of the case's entry starts.
    let client: Endpoint
    let host: Endpoint

    func ends(_ direction: TupleDirection) -> (from: Endpoint, to: Endpoint) {
        direction == .original ? (client, host) : (host, client)
    }
}

/// How cases get ends of their own.
enum Layout {
    /// By a port that both ends share.
    case ports(IPAddress.Family)
    /// By two addresses, for protocols without ports.
    case addresses(IPAddress.Family)

    static let clients = (ipv4: UInt32(0x0A08_0000), ipv6: UInt64(0xFD00_0008_0000_0000))
    static let hosts = (ipv4: UInt32(0x0A09_0000), ipv6: UInt64(0xFD00_0009_0000_0000))
    private static let firstPort = 1024

    var family: IPAddress.Family {
        switch self {
        case .ports(let family), .addresses(let family): family
        }
    }

    func spot(_ index: Int) -> Spot {
        switch self {
        case .ports:
            let port = UInt16(Self.firstPort + index)
            return Spot(client: Endpoint(client(1), port), host: Endpoint(host(1), port))
        case .addresses:
            return Spot(client: Endpoint(client(1 + index), 4000), host: Endpoint(host(1 + index), 4000))
        }
    }

    /// Both ends are observed, as each direction of a flow has a different destination.
    func targets(count: Int) -> Set<ObservationTargets.Target> {
        switch self {
        case .ports: [.address(client(1)), .address(host(1))]
        case .addresses: Set((1...count).flatMap { [.address(client($0)), .address(host($0))] })
        }
    }

    /// The owner of an address and port.
    func index(_ address: IPAddress, _ port: UInt16?) -> Int? {
        switch self {
        case .ports: port.map { Int($0) - Self.firstPort }
        case .addresses: Int(address.low & 0xFFFF) - 1
        }
    }

    private func client(_ number: Int) -> IPAddress { address(Self.clients, number) }
    private func host(_ number: Int) -> IPAddress { address(Self.hosts, number) }

    private func address(_ base: (ipv4: UInt32, ipv6: UInt64), _ number: Int) -> IPAddress {
        family == .ipv4
            ? IPAddress(ipv4: base.ipv4 + UInt32(number)) : IPAddress(ipv6High: base.ipv6, low: UInt64(number))
    }
}
