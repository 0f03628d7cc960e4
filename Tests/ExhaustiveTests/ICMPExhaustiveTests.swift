import Addresses
import Inspection
import TestSupport
import Testing

extension ExhaustiveTests {
    @Test("ICMP and ICMPv6: every type, with four codes each, without an entry", arguments: IPAddress.Family.both)
    func icmpWithoutEntry(_ family: IPAddress.Family) throws {
        check(try Comparison(ICMPCases.withoutEntry(family), .addresses(family), .here), 256 * 4, known: known(family))
    }

    @Test("ICMP and ICMPv6: errors about the packets of entries", arguments: IPAddress.Family.both)
    func icmpErrors(_ family: IPAddress.Family) throws {
        let types = family == .ipv4 ? 5 : 129
        check(try Comparison(ICMPCases.errors(family), .addresses(family), .here), 5 * 2 * types, known: known(family))
    }

    @Test("ICMP and ICMPv6: every type, with the entry of a query present", arguments: IPAddress.Family.both)
    func icmpBesideQueries(_ family: IPAddress.Family) throws {
        let queries = family == .ipv4 ? 4 : 2
        check(
            try Comparison(ICMPCases.besideQueries(family), .addresses(family), .here), 256 * 2 * queries,
            known: known(family))
    }

    private func known(_ family: IPAddress.Family) -> Set<KnownDifference> {
        family == .ipv4 ? [] : [.icmpv6ErrorsWithoutName]
    }
}
