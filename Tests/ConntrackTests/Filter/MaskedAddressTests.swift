import Addresses
import TestSupport
import Testing

@testable import Conntrack

@Suite("Masks of addresses")
struct MaskedAddressTests {
    private static func side(
        _ sources: [String], not unwanted: [String] = [], mask: String
    ) throws(FilterError) -> EntryFilter.Side {
        var side = EntryFilter.Side()
        side.sources = Choice(sources.compactMap(Prefix.init), not: unwanted.compactMap(Prefix.init))
        try side.mask(\.sources, into: \.maskedSources, with: mask, named: "--mask-src", of: "--src")
        return side
    }

    @Test(
        "A mask of leading bits is a prefix",
        arguments: [
            ("10.0.0.1", "255.0.0.0", "10.0.0.1/8"), ("10.0.0.1", "0.0.0.0", "10.0.0.1/0"),
            ("10.0.0.1", "255.255.255.254", "10.0.0.1/31"), ("10.0.0.1", "255.255.255.255", "10.0.0.1"),
            ("::1", "::", "::1/0"), ("::1", "ffff:ffff:ffff:ffff::", "::1/64"), ("::1", "ffff::", "::1/16"),
            ("::1", "ffff:ffff:ffff:ffff:8000::", "::1/65"),
        ])
    func prefixes(_ address: String, _ mask: String, _ prefix: String) throws {
        let side = try Self.side([address], mask: mask)
        #expect(side.sources.wanted.map(\.description) == [prefix] && side.maskedSources.isEmpty)
    }

    @Test("Any other mask compares its bits", arguments: 0..<300)
    func bits(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let isIPv4 = Bool.random(using: &generator)
        func random(_ generator: inout SeededGenerator) -> IPAddress {
            isIPv4
                ? IPAddress(ipv4: .random(in: 0 ... .max, using: &generator))
                : IPAddress(
                    ipv6High: .random(in: 0 ... .max, using: &generator),
                    low: .random(in: 0 ... .max, using: &generator))
        }
        let (wanted, mask, other) = (random(&generator), random(&generator), random(&generator))
        // One that differs outside the mask only.
        func mixed(_ one: IPAddress, _ two: IPAddress) -> IPAddress {
            let (high, low) = (
                one.high & mask.high | two.high & ~mask.high, one.low & mask.low | two.low & ~mask.low
            )
            return isIPv4
                ? IPAddress(ipv4: UInt32(truncatingIfNeeded: low)) : IPAddress(ipv6High: high, low: low)
        }
        var filter = EntryFilter()
        filter.original = try Self.side(["\(wanted)"], mask: "\(mask)")
        for (source, isExpected) in [
            (mixed(wanted, other), true),
            (
                other,
                zip(zip(wanted.networkBytes, other.networkBytes), mask.networkBytes)
                    .allSatisfy { $0.0 & $1 == $0.1 & $1 }
            ),
            (isIPv4 ? IPAddress(ipv6High: 0, low: wanted.low) : IPAddress(ipv4: 7), false),
        ] {
            var entry = Entry()
            entry.original.source = source
            #expect(filter.matches(entry) == isExpected, "\(wanted) \(mask) \(source)")
        }
    }

    @Test("Unwanted addresses are masked too")
    func unwanted() throws {
        let side = try Self.side([], not: ["10.0.0.1"], mask: "255.0.0.255")
        #expect(side.sources.isEmpty && side.maskedSources.unwanted.map(\.description) == ["10.0.0.1/255.0.0.255"])
    }

    @Test(
        "What cannot be masked is named",
        arguments: [
            (["10.0.0.1"], "8", "--mask-src: “8” is invalid; expected an address whose bits are those to compare"),
            ([], "255.0.0.0", "--mask-src: it needs --src, whose bits it chooses"),
            (["10.0.0.0/8"], "255.0.0.0", "--mask-src: 10.0.0.0/8 of --src has a mask of its own"),
            (["10.0.0.1", "::1"], "255.0.0.0", "--mask-src: ::1 of --src is of the other family"),
        ])
    func errors(_ sources: [String], _ mask: String, _ says: String) {
        let error = #expect(throws: FilterError.self) { try Self.side(sources, mask: mask) }
        #expect(error.map { "\($0)" } == says)
    }
}
