import Addresses
import Anonymizing
import Netlink
import TestSupport
import Testing

@Suite("Addresses are replaced so that prefixes are kept")
struct PrefixTreeTests {
    /// The key and a part of the sample trace that the authors of Crypto-PAn publish with their program.
    private static let referenceKey: [UInt8] = [
        21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121, 101, 39, 98,
        87, 76, 45, 42, 132, 34, 2,
    ]

    private static let trace = [
        ("128.11.68.132", "135.242.180.132"), ("129.118.74.4", "134.136.186.123"),
        ("130.132.252.244", "133.68.164.234"), ("141.223.7.43", "141.167.8.160"),
        ("141.233.145.108", "141.129.237.235"), ("152.163.225.39", "151.140.114.167"),
        ("156.29.3.236", "147.225.12.42"), ("165.247.96.84", "162.9.99.234"), ("166.107.77.190", "160.132.178.185"),
        ("192.102.249.13", "252.138.62.131"), ("192.215.32.125", "252.43.47.189"), ("192.233.80.103", "252.25.108.8"),
        ("192.41.57.43", "252.222.221.184"), ("193.150.244.223", "253.169.52.216"),
        ("195.205.63.100", "255.186.223.5"), ("198.200.171.101", "249.199.68.213"), ("24.0.250.221", "100.15.198.226"),
    ]

    private static func number(_ text: String) throws -> UInt128 { UInt128(try #require(IPAddress(text)).low) << 96 }

    @Test("Where no range is special, as by Crypto-PAn", arguments: trace)
    func reference(_ original: String, _ replacement: String) throws {
        _ = try Anonymizer(AnonymizingKey())
        var tree = PrefixTree(key: Self.referenceKey, width: 32)
        #expect(tree.mapped(try Self.number(original), keeping: 0) == (try Self.number(replacement)))
    }

    private static func mapping(_ seed: UInt64) throws -> AddressMapping {
        var generator = SeededGenerator(seed: seed)
        let key = try #require(AnonymizingKey(generator.bytes(32)))
        _ = try Anonymizer(key)
        return AddressMapping(key)
    }

    private static func common(_ one: IPAddress, _ two: IPAddress) -> Int {
        let bytes = zip(one.networkBytes, two.networkBytes).map { $0 ^ $1 }
        guard let place = bytes.firstIndex(where: { $0 != 0 }) else { return one.bitWidth }
        return 8 * place + bytes[place].leadingZeroBitCount
    }

    /// Near each other as often as not, and near what is special.
    private static func address(
        near others: [IPAddress], _ generator: inout SeededGenerator
    ) -> IPAddress {
        let special = [
            "10.0.0.1", "172.16.0.1", "192.168.0.1", "192.0.2.1", "100.64.0.1", "223.255.255.255", "128.0.0.1",
            "fd00::1",
            "2001:db8::1", "fe80::1", "2003::1",
        ].compactMap { IPAddress($0) }
        let all = others + special
        let base = all[Int.random(in: 0..<all.count, using: &generator)]
        let shift = Int.random(in: 0..<base.bitWidth, using: &generator)
        guard base.family == .ipv6 else {
            return IPAddress(ipv4: UInt32(base.low) ^ UInt32.random(in: 0 ... .max, using: &generator) >> shift)
        }
        let noise = UInt128.random(in: 0 ... .max, using: &generator) >> UInt128(shift)
        return IPAddress(
            ipv6High: base.high ^ UInt64(truncatingIfNeeded: noise >> 64),
            low: base.low ^ UInt64(truncatingIfNeeded: noise))
    }

    @Test("Two addresses have as many leading bits in common as their replacements", arguments: UInt64(1)...8)
    func prefixes(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var mapping = try Self.mapping(seed)
        var all: [IPAddress] = []
        for _ in 0..<400 { all.append(Self.address(near: all, &generator)) }
        let mapped = all.map { mapping.mapped($0) }
        for one in all.indices {
            // Groups and IPv4 within IPv6 have a rule of their own.
            if all[one].high >> 56 == 0xFF || all[one].high == 0 && all[one].family == .ipv6 { continue }
            for two in all.indices where all[two].family == all[one].family {
                if all[two].high >> 56 == 0xFF || all[two].high == 0 && all[two].family == .ipv6 { continue }
                let (before, after) = (Self.common(all[one], all[two]), Self.common(mapped[one], mapped[two]))
                // Of what is kept as a whole nothing else is said.
                if all[one] == mapped[one], all[two] == mapped[two] { continue }
                #expect(before == after, "\(all[one]) \(all[two]): \(mapped[one]) \(mapped[two])")
            }
        }
        #expect(Set(mapped).count == Set(all).count)
        #expect(zip(all, mapped).contains { $0 != $1 })
    }

    private static let special = [
        "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "192.0.2.0/24",
        "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "0.0.0.0/8",
        "fc00::/7", "fd00::/8", "fe80::/10", "2001:db8::/32", "2000::/3", "64:ff9b::/96", "::ffff:0:0/96", "ff00::/8",
        "2002::/16",
    ]

    @Test("A special range is mapped onto itself, and nothing else into it", arguments: special)
    func specialRanges(_ text: String) throws {
        let range = try #require(Prefix(text))
        for seed in UInt64(1)...4 {
            var generator = SeededGenerator(seed: seed)
            var mapping = try Self.mapping(seed)
            var others = [range.address]
            for _ in 0..<300 {
                let address = Self.address(near: others, &generator)
                others.append(address)
                guard address.family == range.address.family else { continue }
                #expect(range.contains(address) == range.contains(mapping.mapped(address)), "\(address)")
            }
        }
    }

    @Test(
        "What stands for itself stays",
        arguments: ["0.0.0.0", "127.0.0.1", "255.255.255.255", "224.0.0.18", "::", "::1", "ff02::1", "ff02::12"])
    func kept(_ text: String) throws {
        let address = try #require(IPAddress(text))
        var mapping = try Self.mapping(3)
        #expect(mapping.mapped(address) == address)
    }

    @Test("IPv4 within IPv6 is replaced as IPv4; a solicited-node group is replaced")
    func embedded() throws {
        var mapping = try Self.mapping(5)
        let four = mapping.mapped(try #require(IPAddress("203.0.113.77")))
        #expect(mapping.mapped(try #require(IPAddress("::ffff:203.0.113.77"))) == IPAddress("::ffff:\(four)"))
        #expect(mapping.mapped(try #require(IPAddress("64:ff9b::203.0.113.77"))) == IPAddress("64:ff9b::\(four)"))
        let group = try #require(IPAddress("ff02::1:ff12:3456"))
        let mapped = mapping.mapped(group)
        #expect(mapped != group && "\(mapped)".hasPrefix("ff02::1:ff"))
    }

    @Test("A prefix becomes the prefix that its members are in", arguments: UInt64(1)...4)
    func prefixOfMembers(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var mapping = try Self.mapping(seed)
        var others: [IPAddress] = []
        for _ in 0..<300 {
            let address = Self.address(near: others, &generator)
            others.append(address)
            guard address.high != 0 || address.family == .ipv4, address.high >> 56 != 0xFF,
                let prefix = Prefix(address, length: Int.random(in: 0...address.bitWidth, using: &generator)),
                let mapped = mapping.mapped(prefix.network)
            else { continue }
            #expect(mapped.contains(mapping.mapped(address)), "\(prefix.network) \(mapped) \(address)")
            #expect(mapped.network == mapped)
        }
    }
}
