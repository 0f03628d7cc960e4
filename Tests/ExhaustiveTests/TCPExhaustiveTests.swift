import Addresses
import Inspection
import TestSupport
import Testing

extension ExhaustiveTests {
    @Test("TCP over IPv4: all flags, in every state, with and without loose pick-up", arguments: [true, false])
    func tcpOverIPv4(isLoose: Bool) throws {
        let comparison = try Comparison(
            TCPCases.withoutEntry + TCPCases.withEntry, .ports(.ipv4), TrackingConditions(tcpLoose: isLoose))
        check(comparison, 256 * (1 + 10 * 3 * 2))
    }

    @Test("TCP over IPv6: all flags, in every state, with and without loose pick-up", arguments: [true, false])
    func tcpOverIPv6(isLoose: Bool) throws {
        let comparison = try Comparison(
            TCPCases.withoutEntry + TCPCases.withEntry, .ports(.ipv6), TrackingConditions(tcpLoose: isLoose))
        check(comparison, 256 * (1 + 10 * 3 * 2))
    }

    @Test("TCP: any two segments, from every state")
    func tcpPairs() throws {
        check(try Comparison(TCPCases.pairs, .ports(.ipv4)), 10 * 3 * 2 * 12 * 12 * 2)
    }

    @Test("TCP: the first four segments of any connection", arguments: [true, false])
    func tcpLives(isLoose: Bool) throws {
        let comparison = try Comparison(TCPCases.lives, .ports(.ipv4), TrackingConditions(tcpLoose: isLoose))
        check(comparison, 2 * 12 * 12 * 12 * 4)
    }

    @Test("TCP: the first five segments of any connection that begins with a SYN")
    func tcpLongLives() throws {
        check(try Comparison(TCPCases.longLives, .ports(.ipv4)), 10 * 10 * 10 * 10 * 5)
    }

    @Test("TCP: a connection that starts over, from every state, and any two segments")
    func tcpRestarts() throws {
        check(try Comparison(TCPCases.restarts, .ports(.ipv4)), 10 * 2 * 12 * 12 * 4)
    }
}
