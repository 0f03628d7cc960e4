import Addresses
import Inspection
import TestSupport
import Testing

extension ExhaustiveTests {
    @Test("UDP: three datagrams, with every entry and without one", arguments: IPAddress.Family.both)
    func udp(_ family: IPAddress.Family) throws {
        check(try Comparison(StatelessCases.lives(.udp), .ports(family)), 3 * 8 * 3, known: [.assuredByTime])
    }

    @Test("UDP-Lite: three datagrams, with every entry and without one", arguments: IPAddress.Family.both)
    func udplite(_ family: IPAddress.Family) throws {
        let cases = StatelessCases.lives(.udplite)
        check(try Comparison(cases, .addresses(family), verifiesChecksums: false), 3 * 8 * 3)
        check(try Comparison(cases, .addresses(family)), 3 * 8 * 3, known: [.udpliteChecksums])
    }

    @Test("GRE: three packets, without an initial entry", arguments: IPAddress.Family.both)
    func gre(_ family: IPAddress.Family) throws {
        // An entry made over ctnetlink lacks GRE's own timeouts, and its first packet ends it.
        let cases = StatelessCases.lives(.gre).filter { $0.entry == nil }
        check(try Comparison(cases, .addresses(family)), 8 * 3)
    }

    @Test(
        "All protocols without a tracker: three packets, with every entry and without one",
        arguments: IPAddress.Family.both)
    func others(_ family: IPAddress.Family) throws {
        let protocols = StatelessCases.others(family, isDCCPKnown: Kernel.version < Kernel.withoutDCCP)
        #expect(protocols.count >= 242)
        let cases = protocols.flatMap(StatelessCases.lives)
        check(try Comparison(cases, .addresses(family)), protocols.count * 3 * 8 * 3)
    }
}
