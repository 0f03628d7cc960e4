import Addresses
import Foundation
import Netlink
import TestSupport
import Testing

@testable import Routing

/// Lookups of our own, beside the kernel's (ip route get).
@Suite("Routes looked up as the kernel does", .needsRoot, .needsTool("ip"))
struct RouteLookupTests {
    private static let commands = [
        "link set lo up", "link add v1 type veth peer name v2", "link add v3 type veth peer name v4",
        "link set v1 up", "link set v2 up", "link set v3 up", "link set v4 up", "addr add 192.0.2.1/24 dev v1",
        "addr add 198.51.100.1/24 dev v3", "addr add 192.0.2.100/32 dev lo", "addr add 2001:db8::1/64 dev v1 nodad",
        "route add default via 192.0.2.9", "route add 10.1.0.0/16 via 198.51.100.9 mtu 1400",
        "route add 10.1.1.0/24 dev v3", "route add blackhole 10.2.0.0/16",
        "route add 10.1.1.0/24 via 192.0.2.8 metric 9",
        "route add unreachable 10.3.0.0/16", "route add throw 10.4.0.0/16 table 100",
        "route add 10.5.0.0/16 dev v3 table 100", "route add 203.0.113.0/24 via 198.51.100.7 table 200",
        "route add default via 198.51.100.5 table 300",
        "rule add pref 10 fwmark 0x1 table 200", "rule add pref 20 to 10.4.0.0/15 table 100",
        "rule add pref 25 from 192.0.2.100 table 300", "rule add pref 30 to 10.6.0.0/16 prohibit",
        "rule add pref 40 to 10.7.0.0/16 table main suppress_prefixlength 0",
        "rule add pref 41 to 10.7.0.0/16 table 300",
        "rule add pref 50 iif v1 table 300", "rule add pref 51 oif v3 table 300",
        "rule add pref 52 not to 0.0.0.0/0 table 300",
        "-6 route add default via 2001:db8::9 dev v1", "-6 route add unreachable 2001:db8:3::/48",
        "-6 route add 2001:db8:4::/48 via 2001:db8::8 dev v1",
    ]

    /// `via 192.0.2.9 dev v1`, of what the kernel says.
    private static func asked(_ address: String, from source: String?) -> String {
        let outcome = try? Tool.run("ip -j route get \(address)" + (source.map { " from \($0)" } ?? ""))
        guard let outcome, let list = try? JSONSerialization.jsonObject(with: Data(outcome.utf8)) as? [[String: Any]],
            let route = list.first
        else { return "no" }
        if let type = route["type"] as? String, type != "unicast" { return type == "local" ? type : "no" }
        let gateway = (route["gateway"] as? String).map { "via \($0) " } ?? ""
        return gateway + "dev \(route["dev"] ?? "-")"
    }

    private static func found(_ path: RoutePath, _ names: [Int32: String]) -> String {
        let device = path.output.flatMap { names[$0] } ?? "-"
        return switch path.way {
        case .local: "local"
        case .onLink: "dev \(device)"
        case .gateway(let gateway): "via \(gateway) dev \(device)"
        case .none, .refused: "no"
        case .unknown(let why): why
        }
    }

    @Test("Each address leads where ip route get says, with policy rules, metrics, throw, and suppressed prefixes")
    func lookups() throws {
        let cases: [(String, String?)] = [
            ("192.0.2.1", nil), ("192.0.2.100", nil), ("127.0.0.5", nil), ("192.0.2.77", nil), ("8.8.8.8", nil),
            ("10.1.9.9", nil), ("10.1.1.9", nil), ("10.2.0.1", nil), ("10.3.0.1", nil), ("10.4.0.1", nil),
            ("10.5.0.1", nil), ("10.6.0.1", nil), ("10.7.0.1", nil), ("203.0.113.5", nil),
            ("8.8.8.8", "192.0.2.100"), ("8.8.8.8", "192.0.2.1"), ("2001:db8::1", nil), ("2001:db8::77", nil),
            ("2001:db8:3::1", nil), ("2001:db8:4::1", nil), ("2001:db9::1", nil),
        ]
        let (found, asked) = try inFreshNamespace {
            for command in Self.commands { try Tool.run("ip " + command) }
            // The kernel does that later (`addrconf_dad_work`, net/ipv6/addrconf.c).
            try waitUntil("the IPv6 address is local") { Self.asked("2001:db8::1", from: nil) == "local" }
            let network = try NetworkConfiguration(reading: LiveKernel())
            let routes = RouteLookup(network)
            let names = Dictionary(uniqueKeysWithValues: network.links.map { ($0.index, $0.name) })
            var (found, asked): ([String], [String]) = ([], [])
            for (text, source) in cases {
                let address = try #require(IPAddress(text))
                let path = routes.path(to: address, address.family, from: source.flatMap { IPAddress($0) })
                found.append("\(text): \(Self.found(path, names))")
                asked.append("\(text): \(Self.asked(text, from: source))")
            }
            let mtu = routes.path(to: IPAddress(ipv4: 0x0A01_0909), .ipv4).mtu
            let outside = routes.path(to: nil, .ipv4, from: IPAddress(ipv4: 0xC000_0264))
            found.append("\(mtu ?? 0) \(Self.found(outside, names)) \(outside.prefixLength ?? -1)")
            asked.append("1400 via 198.51.100.5 dev v3 0")
            return (found, asked)
        }
        #expect(found == asked)
        #expect(Set(asked.map { $0.split(separator: " ").last }).count > 4)
    }

    @Test("Without a route there is none; a rule for users is not understood, and says so")
    func nothing() throws {
        let (without, unclear) = try inFreshNamespace {
            try Tool.run("ip link set lo up")
            let without = RouteLookup(try NetworkConfiguration(reading: LiveKernel())).path(
                to: IPAddress(ipv4: 0x0808_0808), .ipv4)
            try Tool.run("ip rule add pref 100 uidrange 0-10 table main")
            let unclear = RouteLookup(try NetworkConfiguration(reading: LiveKernel())).path(
                to: IPAddress(ipv4: 0x0808_0808), .ipv4)
            return (without, unclear)
        }
        #expect(without.way == .none && without.output == nil)
        #expect(unclear.way == .unknown("policy rule 100 has a condition that is not known"))
    }

    @Test("How long a neighbour is in its state")
    func age() throws {
        let ages = try inFreshNamespace {
            for command in [
                "link add v1 type veth peer name v2", "link set v1 up",
                "neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v1",
            ] { try Tool.run("ip " + command) }
            return try NetworkConfiguration(reading: LiveKernel()).neighbours.filter { $0.state == .permanent }.map(
                \.age)
        }
        // In hundredths of a second; a minute is very long.
        #expect(ages.count == 1 && (ages[0] ?? .max) < 6000)
    }
}
