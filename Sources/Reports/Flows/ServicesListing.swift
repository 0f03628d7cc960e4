import Addresses
import IPVS

/// Which of ipvsadm(8)'s listings is printed: each has columns of its own, of the same widths as there (its `print_title`,
/// `print_service_entry`).
package struct ServicesListing: Sendable {
    package enum Columns: Sendable {
        case settings, statistics, rates, thresholds, persistence, tunnels
    }

    private let columns: Columns
    /// Whether large numbers have all their digits.
    private let isExact: Bool

    package init(_ columns: Columns = .settings, isExact: Bool = false) {
        (self.columns, self.isExact) = (columns, isExact)
    }

    var titles: [String] {
        let first = "Prot LocalAddress:Port"
        let second = "  -> RemoteAddress:Port"
        func right(_ names: [String]) -> [String] {
            [first.padded(33) + names.map { " " + $0.aligned(8) }.joined(), second]
        }
        func left(_ names: [(String, Int)]) -> [String] {
            [first.padded(33) + names.map { " " + $0.0.padded($0.1) }.joined(), second]
        }
        switch columns {
        case .settings:
            return [
                "\(first) Scheduler Flags", "\(second)           Forward Weight ActiveConn InActConn",
            ]
        case .tunnels:
            return [
                "\(first) Scheduler Flags", "\(second)           Forward TunnelInfo    Weight ActiveConn InActConn",
            ]
        case .statistics: return right(["Conns", "InPkts", "OutPkts", "InBytes", "OutBytes"])
        case .rates: return right(["CPS", "InPPS", "OutPPS", "InBPS", "OutBPS"])
        case .thresholds:
            return left([("Uthreshold", 10), ("Lthreshold", 10), ("ActiveConn", 10), ("InActConn", 10)])
        case .persistence:
            return left([("Weight", 9), ("PersistConn", 11), ("ActiveConn", 10), ("InActConn", 10)])
        }
    }

    func line(_ service: Service) -> String {
        switch columns {
        case .statistics, .rates: service.title.padded(33) + numbers(service.statistics, isOfService: true)
        case .settings, .thresholds, .persistence, .tunnels: service.line
        }
    }

    func line(_ destination: Destination) -> String {
        func row(_ fields: [(UInt32, Int)]) -> String {
            fields.map { " " + String($0.0).padded($0.1) }.joined()
        }
        let connections = [(destination.activeConnections, 10), (destination.inactiveConnections, 10)]
        let name = "  -> \(destination.endpoint.description.padded(28))"
        let method = " " + destination.forward.padded(7)
        switch columns {
        case .settings: return name + method + row([(destination.weight, 6)] + connections)
        case .tunnels:
            return name + method + " " + destination.tunnelWords.padded(13)
                + row([(destination.weight, 6)] + connections)
        case .statistics, .rates: return name + numbers(destination.statistics, isOfService: false)
        case .thresholds:
            return name + row([(destination.upperThreshold, 10), (destination.lowerThreshold, 10)] + connections)
        case .persistence:
            return name + row([(destination.weight, 9), (destination.persistentConnections, 11)] + connections)
        }
    }

    private func numbers(_ statistics: Statistics?, isOfService: Bool) -> String {
        let of = statistics ?? Statistics()
        guard columns == .rates else {
            return [of.connections, of.packetsIn, of.packetsOut, of.bytesIn, of.bytesOut].map(large).joined()
        }
        let packets = [of.connectionRate, of.packetRateIn, of.packetRateOut]
        // Those of destinations are never shortened.
        return (isOfService ? packets.map(large) : packets.map { " " + String($0).aligned(8) }).joined()
            + [of.byteRateIn, of.byteRateOut].map(large).joined()
    }

    /// Nine columns wide, or more where all digits are wanted (`print_largenum`).
    private func large(_ number: UInt64) -> String {
        let units: [(least: UInt64, divisor: UInt64, unit: String)] = [
            (100_000_000_000_000, 1_000_000_000_000, "T"), (100_000_000_000, 1_000_000_000, "G"),
            (1_000_000_000, 1_000_000, "M"), (100_000_000, 1000, "K"),
        ]
        guard !isExact, let fitting = units.first(where: { number >= $0.least }) else {
            let digits = String(number)
            return digits.aligned(max(9, digits.count + 1))
        }
        return String(number / fitting.divisor).aligned(8) + fitting.unit
    }
}

extension Destination {
    /// `gue:6080:+c`, `ipip`; `n/a` of one by another method.
    fileprivate var tunnelWords: String {
        guard method == .tun else { return "n/a" }
        let tunnel = tunnel ?? Tunnel()
        // `IP_VS_TUNNEL_ENCAP_FLAG_*`
        let checksums = tunnel.flags & 2 != 0 ? "r+c" : tunnel.flags & 1 != 0 ? "+c" : "-c"
        switch tunnel.name {
        case "gue": return "gue:\(tunnel.port):\(checksums)"
        case "gre": return "gre:\(checksums)"
        default: return tunnel.name
        }
    }
}

extension String {
    /// At the end of so many columns.
    fileprivate func aligned(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
