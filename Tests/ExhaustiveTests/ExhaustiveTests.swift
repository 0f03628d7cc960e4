import Addresses
import Inspection
import TestSupport
import Testing

/// The model of conntrack compared with the running kernel: every case, as far as cases can be enumerated.
///
/// The kernel's answer is what an observation table counts at PRE_ROUTING, and the content of the conntrack table
/// afterwards. Each test states how many packets it compares, and for which reasons some differ.
@Suite("The model against the kernel, exhaustively", .serialized, .needsRoot, .needsTool("nft"))
struct ExhaustiveTests {
    /// - Parameter packets: the number of packets compared.
    /// - Parameter known: the known reasons why some of them differ.
    func check(
        _ comparison: Comparison, _ packets: Int, known: Set<KnownDifference> = [],
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(comparison.packets == packets, sourceLocation: location)
        #expect(comparison.known == known, sourceLocation: location)
        let differences = comparison.differences
        let some = differences.prefix(40).map { "\n\($0)" }.joined()
        #expect(differences.isEmpty, "\(differences.count) differences:\(some)", sourceLocation: location)
    }
}

extension ExhaustiveTests {
    @Test("TCP over IPv4: all flags, in every state, with and without loose pick-up", arguments: [true, false])
    func tcpOverIPv4(isLoose: Bool) throws {
        let comparison = try Comparison(
            TCPCases.withoutEntry + TCPCases.withEntry, .ports(.ipv4),
            TrackingConditions(tcpLoose: isLoose, isLiberal: true))
        check(comparison, 256 * (1 + 10 * 3 * 2))
    }

    @Test("TCP over IPv6: all flags, in every state, with and without loose pick-up", arguments: [true, false])
    func tcpOverIPv6(isLoose: Bool) throws {
        let comparison = try Comparison(
            TCPCases.withoutEntry + TCPCases.withEntry, .ports(.ipv6),
            TrackingConditions(tcpLoose: isLoose, isLiberal: true))
        check(comparison, 256 * (1 + 10 * 3 * 2))
    }

    @Test("TCP: any two segments, from every state")
    func tcpPairs() throws {
        check(try Comparison(TCPCases.pairs, .ports(.ipv4)), 10 * 3 * 2 * 12 * 12 * 2)
    }

    @Test("TCP: the first four segments of any connection", arguments: [true, false])
    func tcpLives(isLoose: Bool) throws {
        let comparison = try Comparison(
            TCPCases.lives, .ports(.ipv4), TrackingConditions(tcpLoose: isLoose, isLiberal: true))
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

extension ExhaustiveTests {
    @Test("TCP: a segment outside the window, at any point of a connection", arguments: [true, false])
    func tcpWindows(isLiberal: Bool) throws {
        let comparison = try Comparison(TCPCases.windows, .ports(.ipv4), TrackingConditions(isLiberal: isLiberal))
        check(
            comparison, 256 * 2 * TCPCases.histories.map { $0.count + 1 }.reduce(0, +),
            known: isLiberal ? [] : [.resetAfterSimultaneousOpen])
    }

    @Test(
        "A wrong checksum, of every protocol that has one, where it is verified and where not",
        arguments: [true, false])
    func checksums(verifies: Bool) throws {
        let conditions = TrackingConditions(verifiesChecksums: verifies)
        for family in IPAddress.Family.both {
            check(try Comparison(ChecksumCases.withPorts(family), .ports(family), conditions), 2 * 3 * 2)
            check(try Comparison(ChecksumCases.withoutPorts(family), .addresses(family), conditions), 3)
        }
    }
}

extension ExhaustiveTests {
    @Test("ICMP and ICMPv6: every type, with four codes each, without an entry", arguments: IPAddress.Family.both)
    func icmpWithoutEntry(_ family: IPAddress.Family) throws {
        check(try Comparison(ICMPCases.withoutEntry(family), .addresses(family), .here), 256 * 4)
    }

    @Test("ICMP and ICMPv6: errors about the packets of entries", arguments: IPAddress.Family.both)
    func icmpErrors(_ family: IPAddress.Family) throws {
        let types = family == .ipv4 ? 5 : 129
        check(try Comparison(ICMPCases.errors(family), .addresses(family), .here), 5 * 2 * types)
    }

    @Test("ICMP and ICMPv6: every type, with the entry of a query present", arguments: IPAddress.Family.both)
    func icmpBesideQueries(_ family: IPAddress.Family) throws {
        let queries = family == .ipv4 ? 4 : 2
        check(
            try Comparison(ICMPCases.besideQueries(family), .addresses(family), .here), 256 * 2 * queries)
    }
}

extension ExhaustiveTests {
    // There are three packets of each chunk except INIT, whose correct tag is zero: 256 * 3 - 1.
    @Test("SCTP: every chunk, in every state, with tags that are right, wrong or zero")
    func sctpChunks() throws {
        check(
            try Comparison(SCTPCases.withoutEntry + SCTPCases.withEntry, .ports(.ipv4)), 767 * (1 + 9 * 2 * 2))
    }

    @Test("SCTP: chunks to associations with unknown tags")
    func sctpUnknownTags() throws {
        let comparison = try Comparison(SCTPCases.withUnknownTags, .ports(.ipv6))
        check(comparison, (16 * 3 - 1) * 9 * 3 * 2, known: [.tagsOfStateNone])
    }

    @Test("SCTP: two chunks in one packet")
    func sctpBundles() throws {
        check(try Comparison(SCTPCases.bundles, .ports(.ipv4)), 16 * 16 * 2 * (1 + 9))
    }

    @Test("SCTP: the first three packets of any association")
    func sctpLives() throws {
        check(try Comparison(SCTPCases.lives, .ports(.ipv4)), 4 * 22 * 22 * 3)
    }
}

extension ExhaustiveTests {
    @Test("UDP: three datagrams, with every entry and without one", arguments: IPAddress.Family.both)
    func udp(_ family: IPAddress.Family) throws {
        check(try Comparison(StatelessCases.lives(.udp), .ports(family)), 3 * 8 * 3, known: [.assuredByTime])
    }

    @Test("UDP-Lite: three datagrams, with every entry and without one", arguments: IPAddress.Family.both)
    func udplite(_ family: IPAddress.Family) throws {
        let cases = StatelessCases.lives(.udplite)
        check(try Comparison(cases, .addresses(family), TrackingConditions(verifiesChecksums: false)), 3 * 8 * 3)
        check(try Comparison(cases, .addresses(family)), 3 * 8 * 3, known: [.udpliteChecksums])
    }

    @Test("DCCP: every type, and the first three packets of any connection", arguments: IPAddress.Family.both)
    func dccp(_ family: IPAddress.Family) throws {
        check(try Comparison(DCCPCases.first, .addresses(family), .here), 16)
        check(try Comparison(DCCPCases.lives, .addresses(family), .here), 10 * 20 * 20 * 3)
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
