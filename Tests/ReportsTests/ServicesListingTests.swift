import Addresses
import IPVS
import Testing

@testable import Reports

/// The lab compares these listings with ipvsadm(8); here are numbers that it has not.
struct ServicesListingTests {
    private static func destination(_ bytes: UInt64, rate: UInt64 = 0) throws -> Destination {
        var destination = Destination(try #require(Endpoint("10.0.0.3:80")), .tun)
        var statistics = Statistics()
        (statistics.bytesIn, statistics.packetRateIn, statistics.byteRateIn) = (bytes, rate, rate)
        destination.statistics = statistics
        return destination
    }

    @Test(
        "Large numbers are shortened as there, unless all digits are wanted",
        arguments: [
            (99_999_999, " 99999999"), (100_000_000, "  100000K"), (999_999_999, "  999999K"),
            (1_000_000_000, "    1000M"), (99_999_999_999, "   99999M"), (100_000_000_000, "     100G"),
            (99_999_999_999_999, "   99999G"), (100_000_000_000_000, "     100T"),
        ] as [(UInt64, String)])
    func large(_ number: UInt64, _ text: String) throws {
        let name = "  -> 10.0.0.3:80                 "
        let zero = "        0"
        let line = ServicesListing(.statistics).line(try Self.destination(number))
        #expect(line == name + zero + zero + zero + text + zero)
        let exact = ServicesListing(.statistics, isExact: true).line(try Self.destination(number))
        #expect(exact.hasSuffix(" \(number)\(zero)") && exact.count >= line.count)
    }

    @Test("A destination's packets per second are not shortened, its bytes are")
    func rates() throws {
        let line = ServicesListing(.rates).line(try Self.destination(0, rate: 2_000_000_000))
        #expect(line == "  -> 10.0.0.3:80                         0 2000000000        0    2000M        0")
    }

    @Test(
        "Tunnels are named with port and checksums",
        arguments: [
            (0, 0, 0, "ipip"), (1, 6080, 0, "gue:6080:-c"), (1, 6080, 1, "gue:6080:+c"), (1, 6080, 2, "gue:6080:r+c"),
            (2, 0, 1, "gre:+c"), (9, 0, 0, "9"),
        ] as [(UInt8, UInt16, UInt16, String)])
    func tunnels(_ type: UInt8, _ port: UInt16, _ flags: UInt16, _ words: String) throws {
        var destination = try Self.destination(0)
        var tunnel = Destination.Tunnel()
        (tunnel.type, tunnel.port, tunnel.flags) = (type, port, flags)
        destination.tunnel = tunnel
        let fields = ServicesListing(.tunnels).line(destination).split(separator: " ")
        #expect(fields.count == 7 && fields[3] == Substring(words))
        destination.method = .dr
        #expect(ServicesListing(.tunnels).line(destination).contains(" Route   n/a           0 "))
    }
}
