import Addresses
import Testing

struct EndpointTests {
    @Test(arguments: ["10.0.0.1:80", "10.0.0.1:0", "255.255.255.255:65535", "[2001:db8::1]:443", "[::]:1"])
    func readsWhatItWrites(text: String) throws {
        #expect(try #require(Endpoint(text)).description == text)
    }

    @Test(
        arguments: [
            "", ":", ":80", "10.0.0.1", "10.0.0.1:", "10.0.0.1:65536", "10.0.0.1:-1", "10.0.0.1:+80", "10.0.0.1:http",
            "10.0.0.1: 80",
            "[10.0.0.1]:80", "::1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]80", "[2001:db8::1:80", "[]:80",
        ])
    func refusesWhatIsNoEndpoint(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test func ordersByAddressThenPort() throws {
        let ordered = ["10.0.0.1:443", "10.0.0.2:80", "10.0.0.2:443", "10.0.0.10:1", "[::1]:2", "[2001:db8::1]:1"]
        let endpoints = try ordered.map { try #require(Endpoint($0)) }
        #expect(endpoints.shuffled().sorted().map(\.description) == ordered)
    }
}
