import Addresses
import Foundation
import Netlink
import TestSupport
import Testing

@testable import Routing

/// A namespace with links, addresses, rules, routes and neighbours, compared with what ip(8) lists of it.
@Suite("Links, addresses, rules, routes and neighbours of a namespace", .needsRoot, .needsTool("ip"))
struct RoutingLiveTests {
    private typealias Object = [String: Any]

    private static let commands = [
        "link set lo up", "link add v1 type veth peer name v2", "link add v3 mtu 1400 type veth peer name v4",
        "link add br0 type bridge", "link set v4 master br0", "link set v1 address 02:00:00:00:00:01",
        "addr add 192.0.2.1/24 brd + dev v1", "addr add 10.9.0.1 peer 10.9.0.2/32 dev v1 label v1:vip",
        "addr add 192.0.2.100/32 dev lo", "addr add 2001:db8::1/64 dev v1 nodad", "link set v1 up", "link set v2 up",
        "rule add pref 50 fwmark 0x1/0xff table 100", "-6 rule add pref 60 from 2001:db8::/32 iif v1 table 200",
        "rule add pref 40000 not to 203.0.113.0/24 oif v2 prohibit",
        "route add 198.51.100.0/24 via 192.0.2.9 mtu 1400 metric 7 src 192.0.2.1",
        "route add 203.0.113.0/24 nexthop via 192.0.2.9 dev v1 weight 3 nexthop via 192.0.2.10 dev v1",
        "-4 route add default via inet6 2001:db8::8 dev v1", "route add 192.0.3.9 via 172.16.0.1 dev v1 onlink",
        "route add blackhole 10.0.0.0/8 table 100", "route add local 0.0.0.0/0 dev lo table 100",
        "-6 route add default via 2001:db8::9 dev v1", "-6 route add unreachable 2001:db8:1::/48 table 200",
        "neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev v1", "neigh add 2001:db8::9 lladdr 02:00:00:00:00:19 dev v1",
    ]

    private func inNamespace<Value>(_ body: @escaping () throws -> Value) throws -> Value {
        try inFreshNamespace {
            for command in Self.commands { try Tool.run("ip " + command) }
            return try body()
        }
    }

    private static func listed(_ arguments: String) throws -> [Object] {
        let output = try Tool.run("ip -j " + arguments)
        return try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [Object] ?? []
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String { bytes.hexadecimalText.replacing(" ", with: ":") }

    private static func names(_ network: NetworkConfiguration) -> [Int32: String] {
        Dictionary(uniqueKeysWithValues: network.links.map { ($0.index, $0.name) })
    }

    @Test("The links are those of ip link, with flags, kinds, masters and peers")
    func links() throws {
        let (network, listed) = try inNamespace {
            (try NetworkConfiguration(reading: LiveKernel()), try Self.listed("-d link"))
        }
        let names = Self.names(network)
        func words(_ object: Object) -> String {
            let flags = (object["flags"] as? [String] ?? []).filter { $0 != "M-DOWN" && $0 != "NO-CARRIER" }
            let kind = (object["linkinfo"] as? Object)?["info_kind"] as? String
            return "\(object["ifindex"] ?? 0) \(object["ifname"] ?? "") \(flags.sorted()) \(object["mtu"] ?? 0) "
                + "\(kind ?? "-") \(object["master"] ?? "-") \(object["link"] ?? "-") \(object["link_type"] ?? "") "
                + "\(object["address"] ?? "")"
        }
        // ip omits RUNNING.
        let read = network.links.map { link in
            "\(link.index) \(link.name) \(link.flags.names.filter { $0 != "RUNNING" }.sorted()) \(link.mtu ?? 0) "
                + "\(link.kind ?? "-") \(link.master.flatMap { names[$0] } ?? "-") "
                + "\(link.parent.flatMap { names[$0] } ?? "-") \(link.type) \(Self.hexadecimal(link.address))"
        }
        #expect(read == listed.map(words))
        #expect(network.links.count == 6)
        let loopback = try #require(network.links.first)
        #expect(loopback.flags.contains([.up, .loopback, .running]) && loopback.type == .loopback)
        #expect(network.links.first { $0.name == "v1" }?.address == [2, 0, 0, 0, 0, 1])
        #expect(network.links.first { $0.name == "v4" }?.master == network.links.first { $0.name == "br0" }?.index)
    }

    @Test("The addresses are those of ip addr, with peers, labels, scopes and flags")
    func addresses() throws {
        let (network, listed) = try inNamespace {
            (try NetworkConfiguration(reading: LiveKernel()), try Self.listed("addr"))
        }
        let names = Self.names(network)
        let expected = listed.flatMap { link -> [String] in
            (link["addr_info"] as? [Object] ?? []).map { address in
                "\(link["ifname"] ?? "") \(address["local"] ?? "") \(address["prefixlen"] ?? "") "
                    + "\(address["address"] ?? "-") \(address["broadcast"] ?? "-") \(address["scope"] ?? "") "
                    + "\(address["label"] ?? "-") \(address["nodad"] ?? 0)"
            }
        }
        let read = network.addresses.map { address in
            "\(names[address.interface] ?? "") \(address.address) \(address.prefixLength) "
                + "\(address.peer.map { "\($0)" } ?? "-") \(address.broadcast.map { "\($0)" } ?? "-") \(address.scope) "
                + "\(address.label ?? "-") \(address.flags.names.contains("NODAD") ? 1 : 0)"
        }
        #expect(read.sorted() == expected.sorted())
        #expect(read.contains("v1 10.9.0.1 32 10.9.0.2 - global v1:vip 0"))
        #expect(network.addresses.first { $0.label == "v1" }?.flags == .permanent)
    }

    @Test("The routes are those of ip route in the tables that rules name, the local table first")
    func routes() throws {
        let (network, listed) = try inNamespace {
            (
                try NetworkConfiguration(reading: LiveKernel()),
                try Self.listed("-N -4 route show table all") + Self.listed("-N -6 route show table all")
            )
        }
        let names = Self.names(network)
        let expected = listed.map { Self.words($0) }
        let read = network.routes.map { Self.words($0, names) }
        #expect(read.sorted() == expected.sorted())
        let firsts = [IPAddress.Family.ipv4, .ipv6].map { family in
            network.routes.first { $0.family == family }?.table
        }
        #expect(firsts == [.local, .local] && network.routes.last?.table == .main)
        #expect(network.gaps.isEmpty)
        let several = try #require(network.routes.first { !$0.nextHops.isEmpty })
        #expect(several.nextHops.map(\.weight) == [3, 1])
        let onLink = try #require(network.routes.first { $0.flags.contains(.onLink) })
        #expect(onLink.destination == Prefix("192.0.3.9") && onLink.gateway == IPAddress("172.16.0.1"))
        #expect(
            network.routes.first { $0.destination == Prefix("0.0.0.0/0") && $0.table == .main }?.gateway?.family
                == .ipv6)
    }

    private static func words(_ route: Object) -> String {
        func hop(_ object: Object) -> String {
            let gateway = object["gateway"] ?? (object["via"] as? Object)?["host"] ?? "-"
            return "\(gateway) \(object["dev"] ?? "-")"
        }
        let metrics = (route["metrics"] as? [Object])?.first
        let hops = (route["nexthops"] as? [Object])?.map { "\(hop($0)) \($0["weight"] ?? 0)" } ?? []
        let isIPv6 = "\(route["dst"] ?? "")".contains(":") || route["pref"] != nil
        let everything = isIPv6 ? "::/0" : "0.0.0.0/0"
        let destination = route["dst"] as? String ?? ""
        return "\(destination == "default" ? everything : destination) \(route["type"] ?? "1") \(hop(route)) "
            + "\(route["table"] ?? "254") \(route["protocol"] ?? "3") \(route["scope"] ?? "0") "
            + "\(route["prefsrc"] ?? "-") \(route["metric"] ?? 0) \(metrics?["mtu"] ?? 0) \(hops)"
    }

    private static func words(_ route: Route, _ names: [Int32: String]) -> String {
        func hop(_ gateway: IPAddress?, _ output: Int32?) -> String {
            "\(gateway.map { "\($0)" } ?? "-") \(output.flatMap { names[$0] } ?? "-")"
        }
        let hops = route.nextHops.map { "\(hop($0.gateway, $0.output)) \($0.weight)" }
        return
            "\(route.destination) \(route.type.rawValue) \(hop(route.gateway, route.output)) \(route.table.rawValue) "
            + "\(route.originator.rawValue) \(route.scope.rawValue) \(route.preferredSource.map { "\($0)" } ?? "-") "
            + "\(route.priority ?? 0) \(route.mtu ?? 0) \(hops)"
    }

    @Test("The policy rules are those of ip rule, in order")
    func rules() throws {
        let (network, listed) = try inNamespace {
            (
                try NetworkConfiguration(reading: LiveKernel()),
                try Self.listed("-N -4 rule") + Self.listed("-N -6 rule")
            )
        }
        func prefix(_ rule: Object, _ name: String) -> String {
            guard let address = rule[name] as? String, address != "all" else { return "-" }
            return "\(address)/\(rule[name + "len"] ?? "")"
        }
        let expected = listed.map { rule in
            "\(rule["priority"] ?? "") \(rule["table"] ?? "0") \(rule["action"] ?? "-") \(prefix(rule, "src")) "
                + "\(prefix(rule, "dst")) \(rule["fwmark"] ?? "0x0") \(rule["fwmask"] ?? "-") \(rule["iif"] ?? "-") "
                + "\(rule["oif"] ?? "-") \(rule.keys.contains("not"))"
        }
        let read = network.rules.map { rule in
            "\(rule.priority) \(rule.table.rawValue) \(rule.action == .lookUp ? "-" : "\(rule.action.rawValue)") "
                + "\(rule.source.length == 0 ? "-" : "\(rule.source)") "
                + "\(rule.destination.length == 0 ? "-" : "\(rule.destination)") 0x\(String(rule.mark, radix: 16)) "
                + "\(rule.markMask == 0 ? "-" : "0x" + String(rule.markMask, radix: 16)) \(rule.input ?? "-") "
                + "\(rule.output ?? "-") \(rule.flags.contains(.inverted))"
        }
        #expect(read == expected)
        #expect(read.count == 8)
        #expect(network.rules.contains { "\($0.action) \($0.flags)" == "prohibit not" })
    }

    @Test("The neighbours are those of ip neigh")
    func neighbours() throws {
        let (network, listed) = try inNamespace {
            (try NetworkConfiguration(reading: LiveKernel()), try Self.listed("neigh show nud all"))
        }
        let names = Self.names(network)
        // The kernel adds and changes those of multicast by itself.
        let expected = listed.map { neighbour in
            "\(neighbour["dst"] ?? "") \(neighbour["dev"] ?? "") \(neighbour["lladdr"] ?? "") "
                + "\((neighbour["state"] as? [String] ?? []).joined())"
        }.filter { $0.hasSuffix("PERMANENT") }
        let read = network.neighbours.filter { $0.state == .permanent }.map { neighbour in
            "\(neighbour.address) \(names[neighbour.interface] ?? "") \(Self.hexadecimal(neighbour.linkAddress)) "
                + "\(neighbour.state)"
        }
        #expect(read.sorted() == expected.sorted() && read.count == 2)
    }

    @Test("Whether an address is this host's is told by the local table")
    func local() throws {
        let routes = RouteLookup(try inNamespace { try NetworkConfiguration(reading: LiveKernel()) })
        for text in ["192.0.2.1", "192.0.2.100", "127.5.6.7", "10.9.0.1", "2001:db8::1", "::1"] {
            let address = try #require(IPAddress(text))
            #expect(routes.isLocal(address), "\(text)")
        }
        // A broadcast address, a peer's, others.
        for text in ["192.0.2.255", "192.0.2.2", "10.9.0.2", "198.51.100.1", "2001:db8::2", "ff02::1"] {
            let address = try #require(IPAddress(text))
            #expect(!routes.isLocal(address), "\(text)")
        }
    }

    @Test("A capture has the same, and it is of few bytes")
    func captured() throws {
        try inNamespace {
            try inTemporaryFolder { folder in
                let recording = try RecordingKernel(LiveKernel(), into: folder + "/lb1", tool: "test")
                let network = try NetworkConfiguration(reading: recording)
                try recording.finish()
                let captured = try NetworkConfiguration(reading: try CapturedKernel(folder + "/lb1"))
                #expect(captured == network)
                #expect(network.links.count == 6 && recording.unread.isEmpty)
            }
        }
    }

    @Test("Of very many routes the first are kept and read, the local table whole; a capture says the same")
    func many() throws {
        try inFreshNamespace {
            try Tool.run("ip link set lo up")
            try inTemporaryFolder { folder in
                let lines = (0..<25_000).map { "route add 10.\($0 / 250).\($0 % 250).0/24 dev lo table 254" }
                try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: folder + "/routes"))
                try Tool.run("ip -batch \(folder)/routes")
                let recording = try RecordingKernel(LiveKernel(), into: folder + "/lb1", tool: "test")
                let network = try NetworkConfiguration(reading: recording)
                // What was not read must not disturb what is read next.
                let again = try NetworkConfiguration(reading: recording)
                try recording.finish()
                #expect(network.routes.filter { $0.family == .ipv4 }.count == NetworkConfiguration.most)
                #expect(network.routes.filter { $0.family == .ipv4 && $0.table == .local }.count == 3)
                let main = NetworkConfiguration.Gap(
                    what: "the IPv4 routes of table main", why: .only(NetworkConfiguration.most - 3))
                #expect(network.gaps == [main])
                #expect(network.routes.last?.family == .ipv6)
                #expect(again == network)
                let captured = try NetworkConfiguration(reading: try CapturedKernel(folder + "/lb1"))
                #expect(captured == network)
                let size = try FileManager.default.attributesOfItem(atPath: folder + "/lb1/netlink.pcap")[.size] as? Int
                #expect(try #require(size) < 2 * 1_500_000)
            }
        }
    }
}
