import Addresses
import Testing

struct PrefixTests {
    /// For each length, an address that differs in the last significant bit, and one that differs in the first ignored
    /// bit.
    @Test(
        arguments: [
            ("10.0.0.0/0", inside: ["0.0.0.0", "255.255.255.255"], outside: ["::", "::a00:0"]),
            ("128.0.0.0/1", inside: ["128.0.0.1", "255.255.255.255"], outside: ["127.255.255.255"]),
            ("10.0.0.0/8", inside: ["10.255.255.255"], outside: ["11.0.0.0", "9.255.255.255"]),
            ("10.0.0.4/31", inside: ["10.0.0.4", "10.0.0.5"], outside: ["10.0.0.3", "10.0.0.6"]),
            ("10.0.0.4/32", inside: ["10.0.0.4"], outside: ["10.0.0.5", "138.0.0.4"]),
            ("10.0.0.4", inside: ["10.0.0.4"], outside: ["10.0.0.5"]),
            ("::/0", inside: ["::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"], outside: ["0.0.0.0"]),
            ("2001:db8::/63", inside: ["2001:db8::", "2001:db8:0:1:ffff::"], outside: ["2001:db8:0:2::"]),
            ("2001:db8::/64", inside: ["2001:db8::ffff:ffff:ffff:ffff"], outside: ["2001:db8:0:1::"]),
            ("2001:db8::/65", inside: ["2001:db8::7fff:ffff:ffff:ffff"], outside: ["2001:db8::8000:0:0:0"]),
            ("2001:db8::2/127", inside: ["2001:db8::2", "2001:db8::3"], outside: ["2001:db8::1", "2001:db8::4"]),
            ("2001:db8::2/128", inside: ["2001:db8::2"], outside: ["2001:db8::3", "a001:db8::2"]),
            ("2001:db8::2", inside: ["2001:db8::2"], outside: ["2001:db8::3"]),
        ])
    func contains(text: String, inside: [String], outside: [String]) throws {
        let prefix = try #require(Prefix(text))
        for address in inside { #expect(prefix.contains(try #require(IPAddress(address))), "\(address)") }
        for address in outside { #expect(!prefix.contains(try #require(IPAddress(address))), "\(address)") }
    }

    @Test func bitsBehindThePrefixDoNotCount() throws {
        #expect(try #require(Prefix("10.1.2.3/8")).contains(try #require(IPAddress("10.9.9.9"))))
    }

    @Test(
        "Without the ignored bits, prefixes that contain the same are equal",
        arguments: [
            ("255.255.255.255/0", "0.0.0.0/0"), ("10.1.2.3/8", "10.0.0.0/8"), ("10.1.2.3/31", "10.1.2.2/31"),
            ("10.1.2.3", "10.1.2.3/32"), ("ffff::ffff/0", "::/0"), ("2001:db8:0:ffff::1/63", "2001:db8:0:fffe::/63"),
            ("2001:db8::ffff:1/64", "2001:db8::/64"), ("2001:db8::ffff:0:0:1/65", "2001:db8::8000:0:0:0/65"),
            ("2001:db8::3/127", "2001:db8::2/127"), ("2001:db8::3", "2001:db8::3/128"),
        ])
    func network(text: String, same: String) throws {
        #expect(try #require(Prefix(text)).network == (try #require(Prefix(same))))
    }

    @Test(
        arguments: [
            "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/x",
            "10.0.0.0/255.0.0.0",
            "2001:db8::/129", "10.0.0/8",
        ])
    func refusesWhatIsNoPrefix(text: String) {
        #expect(Prefix(text) == nil)
    }
}
