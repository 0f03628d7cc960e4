import Addresses
import Conntrack
import Firewall
import IPVS

/// A sample as a filter sees it.
struct FilteredSample: FilterRow {
    private let sample: Sample
    private let owners: [ObservedDrop.Owner]

    /// - Parameter owners: whose packet it is.
    init(_ sample: Sample, of owners: [ObservedDrop.Owner]) { (self.sample, self.owners) = (sample, owners) }

    func fact(_ key: FilterKey) -> FilterFact {
        let headers = sample.headers
        return switch key {
        case .packetClass: .name(headers.packetClass.name)
        case .ctstate: .name(sample.ctstate.name)
        case .hook: .name(sample.hook.name)
        case .packets: .number(1)
        case .family: .number(headers.family == .ipv4 ? 2 : 10)
        case .protocol: any(key, .number(UInt64(headers.protocol.rawValue)))
        case .src: .endpoint(client.address, client.port)
        case .sport: FilterFact(client.port)
        case .dst: any(key, .endpoint(virtual.address, virtual.port))
        case .dport: any(key, FilterFact(virtual.port))
        case .mark: any(key, .number(UInt64(sample.mark)))
        default: .absent
        }
    }

    /// Packets at FORWARD are answers, of a virtual address or of a real server.
    private var client: (address: IPAddress, port: UInt16?) { sample.hook == .forward ? destination : source }
    private var virtual: (address: IPAddress, port: UInt16?) { sample.hook == .forward ? source : destination }
    private var source: (address: IPAddress, port: UInt16?) { (sample.headers.source, sample.headers.sourcePort) }
    private var destination: (address: IPAddress, port: UInt16?) {
        (sample.headers.destination, sample.headers.destinationPort)
    }

    private func any(_ key: FilterKey, _ own: FilterFact) -> FilterFact {
        .several([own] + owners.map { $0.fact(key, of: sample.headers.packetClass) })
    }

    func isOf(_ service: FilterService) -> Bool { owners.contains { $0.isOf(service) } }

    func write(to text: inout RowText) {
        text.append(source.address, source.port)
        text.append(destination.address, destination.port)
        text.append(field: sample.headers.packetClass.title)
        text.append(field: sample.ctstate.name)
        text.append(field: sample.hook.name)
        for name in sample.headers.tcpFlags?.names ?? [] { text.append(field: name) }
        if let name = sample.headers.icmpName { text.append(field: name) }
        if let flow = sample.headers.embedded {
            text.append(flow.source, flow.sourcePort)
            text.append(flow.destination, flow.destinationPort)
        }
    }
}
