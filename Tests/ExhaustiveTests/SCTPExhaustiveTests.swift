import Addresses
import Inspection
import TestSupport
import Testing

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
