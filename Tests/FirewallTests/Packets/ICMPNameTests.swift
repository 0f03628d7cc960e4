import Addresses
import Firewall
import TestSupport
import Testing

@Suite("Names of ICMP messages")
struct ICMPNameTests {
    @Test(
        arguments: [
            (3, 4, "frag-needed"), (3, 3, "port-unreachable"), (3, 6, "destination-unreachable code 6"),
            (11, 0, "time-exceeded"), (99, 1, "type 99 code 1"),
        ] as [(UInt8, UInt8, String)])
    func ofIPv4(_ type: UInt8, _ code: UInt8, _ name: String) {
        #expect(message(.ipv4, type, code).icmpName == name)
    }

    @Test(
        arguments: [
            (2, 0, "packet-too-big"), (1, 4, "port-unreachable"), (1, 2, "destination-unreachable code 2"),
            (200, 0, "type 200 code 0"),
        ] as [(UInt8, UInt8, String)])
    func ofIPv6(_ type: UInt8, _ code: UInt8, _ name: String) {
        #expect(message(.ipv6, type, code).icmpName == name)
    }

    @Test(.needsTool("nft"), arguments: [IPAddress.Family.ipv4, .ipv6]) func areThoseOfNft(_ family: IPAddress.Family)
        throws
    {
        let name = family == .ipv4 ? "icmp" : "icmpv6"
        let unreachable: UInt8 = family == .ipv4 ? 3 : 1
        for (number, names) in try described("\(name) type") where number != unreachable {
            #expect(names.contains(message(family, number, 0).icmpName ?? ""), "\(name) type \(number)")
        }
        for (number, names) in try described("\(name) code") {
            #expect(names.contains(message(family, unreachable, number).icmpName ?? ""), "\(name) code \(number)")
        }
    }

    /// The name of each number, according to nft(8).
    private func described(_ what: String) throws -> [UInt8: [String]] {
        var names: [UInt8: [String]] = [:]
        for line in try Tool.run("nft describe \(what)").split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 2, let number = UInt8(words[1]) else { continue }
            names[number, default: []].append(String(words[0]))
        }
        #expect(names.count >= 6)
        return names
    }

    private func message(_ family: IPAddress.Family, _ type: UInt8, _ code: UInt8) -> PacketHeaders {
        let address = family == .ipv4 ? IPAddress(ipv4: 1) : IPAddress(ipv6High: 1, low: 1)
        var headers = PacketHeaders(
            from: address, to: address, protocol: family == .ipv4 ? .icmp : .icmpv6, length: 100)
        (headers.icmpType, headers.icmpCode) = (type, code)
        return headers
    }
}
