import Addresses
import Testing

struct IPAddressTests {
    /// The recommended form of RFC 5952 for each of its rules, and other spellings of the same address.
    @Test(
        "Canonical text of IPv6 addresses",
        arguments: [
            ("2001:db8::1", ["2001:0db8:0000:0000:0000:0000:0000:0001", "2001:DB8::1", "2001:db8:0::0:1"]),  // 4.1, 4.3
            ("2001:db8::2:1", ["2001:db8:0:0:0:0:2:1", "2001:db8::0:2:1"]),  // 4.2.1: as short as possible
            ("2001:db8:0:1:1:1:1:1", ["2001:db8::1:1:1:1:1"]),  // 4.2.2: not for one field
            ("2001:0:0:1::1", ["2001:0:0:1:0:0:0:1", "2001::1:0:0:0:1"]),  // 4.2.3: the longest run
            ("2001:db8::1:0:0:1", ["2001:db8:0:0:1:0:0:1", "2001:db8:0:0:1::1"]),  // 4.2.3: the first of equal runs
            ("::", ["0:0:0:0:0:0:0:0"]),
            ("::1", ["0::1"]),
            ("::ffff:192.0.2.1", ["::ffff:c000:201"]),  // 5: mapped IPv4
            ("ff02::1:ff00:42", ["FF02:0:0:0:0:1:FF00:0042"]),
            ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", []),
        ])
    func canonicalText(canonical: String, others: [String]) throws {
        let address = try #require(IPAddress(canonical))
        #expect(address.family == .ipv6)
        #expect(address.description == canonical)
        for other in others { #expect(IPAddress(other) == address, "\(other)") }
    }

    @Test(arguments: ["0.0.0.0", "10.0.0.1", "192.0.2.255", "255.255.255.255"])
    func textOfIPv4(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.family == .ipv4)
        #expect(address.description == text)
    }

    @Test(
        arguments: [
            "", " ", "10.0.0", "10.0.0.256", "10.0.0.1.2", "010.0.0.1", "10.0.0.1 ", "10.0.0.1/8", "10.0.0.1:80",
            "0x0a000001",
            "::1::", ":::", "2001:db8", "2001:db8::12345", "[::1]", "fe80::1%eth0", "1:2:3:4:5:6:7:8:9", "localhost",
        ])
    func refusesWhatIsNoAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func refusesWhatIsBehindANUL() {
        for text in ["10.0.0.1\0", "10.0.0.1\0.example.org", "::1\0"] {
            #expect(IPAddress(text) == nil, "\(text.count)")
        }
    }

    @Test func numbersAreInHostOrder() throws {
        #expect(IPAddress(ipv4: 0x0A00_0102) == IPAddress("10.0.1.2"))
        #expect(IPAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 0x1_0002) == IPAddress("2001:db8::1:2"))
        let four = try #require(IPAddress("10.0.1.2"))
        #expect(four.networkBytes == [10, 0, 1, 2])
        let six = try #require(IPAddress("2001:db8::1:2"))
        #expect(six.networkBytes == [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 9) + [1, 0, 2])
        #expect([four.bitWidth, six.bitWidth] == [32, 128])
    }

    @Test func anIPv4AddressIsNotTheIPv6AddressOfTheSameNumber() {
        #expect(IPAddress(ipv4: 1) != IPAddress(ipv6High: 0, low: 1))
    }

    @Test func ordersByFamilyThenNumber() throws {
        let ordered = [
            "0.0.0.0", "9.255.255.255", "10.0.0.1", "10.0.0.2", "10.0.0.10", "255.255.255.255",
            "::", "::1", "::ffff", "2001:db8::", "2001:db8::ff", "2001:db9::", "ffff::",
        ]
        let addresses = try ordered.map { try #require(IPAddress($0)) }
        #expect(addresses.shuffled().sorted().map(\.description) == ordered)
    }
}
