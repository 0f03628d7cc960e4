import Addresses
import CNetlink
import IPVS
import Netlink
import TestSupport
import Testing

/// Destinations from messages that libmnl builds the same way as the kernel (`ip_vs_genl_fill_dest`).
struct DestinationTests {
    /// The destinations of a fwmark service of IPv4.
    static func destinations(_ messages: [[UInt8]]) throws -> [Destination] {
        let service = try IPVSAnswers.service { message in
            message.short(IPVS_SVC_ATTR_AF, UInt16(AF_INET))
            message.word(IPVS_SVC_ATTR_FWMARK, 9)
        }
        return try #require(try IPVSAnswers.listing(service, messages).first).destinations
    }

    @Test func everyAttribute() throws {
        let message = try IPVSAnswers.destination { message in
            message.address(IPVS_DEST_ATTR_ADDR, [10, 0, 0, 3])
            message.short(IPVS_DEST_ATTR_PORT, UInt16(8080).bigEndian)
            message.word(IPVS_DEST_ATTR_FWD_METHOD, UInt32(IP_VS_CONN_F_TUNNEL))
            message.word(IPVS_DEST_ATTR_WEIGHT, 5)
            message.byte(IPVS_DEST_ATTR_TUN_TYPE, UInt8(IP_VS_CONN_F_TUNNEL_TYPE_GUE))
            message.short(IPVS_DEST_ATTR_TUN_PORT, UInt16(6080).bigEndian)
            message.short(IPVS_DEST_ATTR_TUN_FLAGS, UInt16(IP_VS_TUNNEL_ENCAP_FLAG_CSUM))
            message.word(IPVS_DEST_ATTR_U_THRESH, 1000)
            message.word(IPVS_DEST_ATTR_L_THRESH, 800)
            message.word(IPVS_DEST_ATTR_ACTIVE_CONNS, 12)
            message.word(IPVS_DEST_ATTR_INACT_CONNS, 34)
            message.word(IPVS_DEST_ATTR_PERSIST_CONNS, 56)
            message.short(IPVS_DEST_ATTR_ADDR_FAMILY, UInt16(AF_INET))
            message.word(99, 1)
        }
        var expected = Destination(try #require(Endpoint("10.0.0.3:8080")), .tun)
        var tunnel = Destination.Tunnel()
        tunnel.type = 1
        tunnel.port = 6080
        tunnel.flags = 1
        expected.tunnel = tunnel
        expected.weight = 5
        expected.upperThreshold = 1000
        expected.lowerThreshold = 800
        expected.activeConnections = 12
        expected.inactiveConnections = 34
        expected.persistentConnections = 56
        #expect(try Self.destinations([message]) == [expected])
        #expect(tunnel.name == "gue")
    }

    @Test func theFamilyIsTheServicesUnlessItSaysAnother() throws {
        let address: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [3]
        let found = try Self.destinations([
            IPVSAnswers.destination { $0.address(IPVS_DEST_ATTR_ADDR, [10, 0, 0, 3]) },
            IPVSAnswers.destination { message in
                // Before its family, in the order the kernel sends.
                message.address(IPVS_DEST_ATTR_ADDR, address)
                message.short(IPVS_DEST_ATTR_ADDR_FAMILY, UInt16(AF_INET6))
            },
        ])
        #expect(found.map(\.endpoint.address) == [IPAddress("10.0.0.3"), IPAddress("2001:db8::3")])
        #expect(found.map(\.tunnel) == [nil, nil])
    }

    /// Other bits in the same number are not part of the method.
    @Test(
        arguments: [
            (IP_VS_CONN_F_MASQ, "nat"), (IP_VS_CONN_F_LOCALNODE, "local"), (IP_VS_CONN_F_TUNNEL, "tun"),
            (IP_VS_CONN_F_DROUTE, "dr"), (IP_VS_CONN_F_BYPASS, "bypass"), (7, "7"),
        ] as [(Int32, String)])
    func methods(number: Int32, name: String) throws {
        let message = try IPVSAnswers.destination { message in
            message.address(IPVS_DEST_ATTR_ADDR, [10, 0, 0, 3])
            message.word(IPVS_DEST_ATTR_FWD_METHOD, UInt32(number) | UInt32(IP_VS_CONN_F_NOOUTPUT) | 1 << 16)
        }
        let method = try #require(try Self.destinations([message]).first).method
        #expect(method.description == name)
        #expect(method.rawValue == UInt32(number))
    }

    @Test func methodsAreThoseOfTheHeader() {
        let methods: [(ForwardingMethod, Int32)] = [
            (.nat, IP_VS_CONN_F_MASQ), (.local, IP_VS_CONN_F_LOCALNODE), (.tun, IP_VS_CONN_F_TUNNEL),
            (.dr, IP_VS_CONN_F_DROUTE), (.bypass, IP_VS_CONN_F_BYPASS),
        ]
        for (ours, theirs) in methods { #expect(ours.rawValue == UInt32(theirs)) }
        #expect(IP_VS_CONN_F_FWD_MASK == 7)
    }

    @Test func tunnelsAreThoseOfTheHeader() {
        let types = [IP_VS_CONN_F_TUNNEL_TYPE_IPIP, IP_VS_CONN_F_TUNNEL_TYPE_GUE, IP_VS_CONN_F_TUNNEL_TYPE_GRE]
        let names = (types + [IP_VS_CONN_F_TUNNEL_TYPE_MAX]).map { number in
            var tunnel = Destination.Tunnel()
            tunnel.type = UInt8(number)
            return tunnel.name
        }
        #expect(names == ["ipip", "gue", "gre", "3"])
    }

    @Test func sortedByAddressThenPort() throws {
        let found = try Self.destinations(
            [([10, 0, 0, 10], 80), ([10, 0, 0, 3], 443), ([10, 0, 0, 3], 80)].map { (address: [UInt8], port: UInt16) in
                try IPVSAnswers.destination { message in
                    message.address(IPVS_DEST_ATTR_ADDR, address)
                    message.short(IPVS_DEST_ATTR_PORT, port.bigEndian)
                }
            })
        #expect(found.map(\.endpoint.description) == ["10.0.0.3:80", "10.0.0.3:443", "10.0.0.10:80"])
    }
}
