import Addresses
import Inspection
import TestSupport
import Testing

extension ExhaustiveTests {
    @Test("TCP over IPv4: all flags, in every state, with loose pick-up and without", arguments: [true, false])
    func tcpOverIPv4(isLoose: Bool) throws {
        let comparison = try Comparison(
            TCPCases.withoutEntry + TCPCases.withEntry, .ports(.ipv4), TrackingConditions(tcpLoose: isLoose))
        try check(comparison, 256 * (1 + 10 * 3 * 2))
    }

    @Test("TCP over IPv6: all flags, in every state, with loose pick-up and without", arguments: [true, false])
    func tcpOverIPv6(isLoose: Bool) throws {
        let comparison = try Comparison(
            TCPCases.withoutEntry + TCPCases.withEntry, .ports(.ipv6), TrackingConditions(tcpLoose: isLoose))
        try check(comparison, 256 * (1 + 10 * 3 * 2))
    }

    @Test("TCP: two segments of any kinds, from every state")
    func tcpPairs() throws {
        try check(try Comparison(TCPCases.pairs, .ports(.ipv4)), 10 * 3 * 2 * 12 * 12 * 2)
    }

    @Test("TCP: the first four segments of any connection", arguments: [true, false])
    func tcpLives(isLoose: Bool) throws {
        let comparison = try Comparison(TCPCases.lives, .ports(.ipv4), TrackingConditions(tcpLoose: isLoose))
        try check(comparison, 2 * 12 * 12 * 12 * 4)
    }
}
