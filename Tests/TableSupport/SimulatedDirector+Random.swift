import Addresses
import TestSupport

extension SimulatedDirector {
    /// A director with everything that may confuse a join: DR, TUN and NAT services, services by mark, IPv6,
    /// persistence templates, entries in zones, a tuple in two zones, entries matched by their reply tuple only,
    /// entries without a connection, unrelated entries.
    package convenience init(seed: UInt64) {
        self.init()
        var random = SeededGenerator(seed: seed)
        let servers = (3...5).map { Endpoint(IPAddress(ipv4: 0x0A00_0000 | UInt32($0)), 80) }
        let server6 = Endpoint(IPAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 3), 80)
        func destinations(_ method: UInt32) -> [SimulatedDestination] {
            servers.map { SimulatedDestination($0, method: method) }
        }
        services = [
            SimulatedService(.tcp, Self.vip(100), destinations(3)),
            SimulatedService(.tcp, Self.vip(101), destinations(0)),
            SimulatedService(.tcp, Self.vip(102), destinations(2)),
            SimulatedService(.tcp, Self.vip6, [SimulatedDestination(server6, method: 3)]),
        ]
        if random.next() % 3 == 0 { services.append(SimulatedService(mark: 7, destinations(3))) }
        var id: UInt32 = 0
        for client in 1...24 {
            let source = Endpoint(IPAddress(ipv4: 0x0A00_0100 | UInt32(random.next() % 3)), UInt16(40_000 + client))
            let isIPv6 = random.next() % 6 == 0
            let from = isIPv6 ? Endpoint(IPAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 9), source.port) : source
            let virtual = isIPv6 ? Self.vip6 : Self.vip(UInt32(100 + random.next() % 4))
            let server = isIPv6 ? server6 : servers[Int(random.next() % 3)]
            if random.next() % 5 > 0 { rows.append(Self.row(from, virtual, server)) }
            let isNAT = virtual == Self.vip(101)
            // How an entry may belong to it, or not.
            for turn in 0..<(random.next() % 8 == 0 ? 2 : 1) where random.next() % 3 > 0 {
                id += 1
                let isByReply = isNAT && random.next() % 4 == 0
                var entry = SimulatedEntry(
                    from: from, to: isByReply ? Self.vip(77) : virtual, answering: isNAT ? server : virtual, id: id)
                entry.isReplied = random.next() % 2 == 0
                entry.zone = turn == 1 || random.next() % 4 == 0 ? UInt16(1 + random.next() % 3) : 0
                entries.append(entry)
            }
        }
        for port in 1...4 {
            id += 1
            let stranger = Endpoint(IPAddress(ipv4: 0x0A00_0900), UInt16(port))
            entries.append(SimulatedEntry(from: stranger, to: Endpoint(IPAddress(ipv4: 0x0808_0808), 443), id: id))
        }
        if random.next() % 2 == 0 {
            rows.append("TCP 0A000101 0000 0A000064 0050 0A000003 0050 ASSURED         299")
        }
        entries.shuffle(using: &random)
        files = ["proc/sys/net/ipv4/vs/conntrack": random.next() % 2 == 0 ? "0" : "1"]
    }

    package static func vip(_ last: UInt32) -> Endpoint { Endpoint(IPAddress(ipv4: 0x0A00_0000 | last), 80) }
    package static let vip6 = Endpoint(IPAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 0x100), 80)

    /// The row as `ip_vs_conn_seq_show` writes it.
    package static func row(
        _ client: Endpoint, _ virtual: Endpoint, _ server: Endpoint, state: String = "ESTABLISHED", expires: Int = 890
    ) -> String {
        "TCP \(hex(client)) \(hex(virtual)) \(hex(server)) \(state) \(expires)"
    }

    private static func hex(_ endpoint: Endpoint) -> String {
        func padded(_ number: some BinaryInteger, _ width: Int) -> String {
            let digits = String(number, radix: 16, uppercase: true)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let address = endpoint.address
        let words = (0..<8).map { index in
            let half = index < 4 ? address.high : address.low
            return padded(half >> UInt64(48 - 16 * (index % 4)) & 0xFFFF, 4).lowercased()
        }
        return (address.family == .ipv4 ? padded(address.low, 8) : words.joined(separator: ":")) + " "
            + padded(endpoint.port, 4)
    }
}
