import Addresses

/// Ranges of addresses that have a meaning of their own: each is mapped onto itself, and no other address into it.
package struct SpecialRanges: Sendable {
    private struct Range {
        /// In the highest bits.
        let bits: UInt128
        let length: Int
        /// Whether its addresses stay as they are.
        let isKept: Bool
    }

    private let ranges: [Range]

    /// - Parameters:
    ///   - texts: as `10.0.0.0/8`.
    ///   - kept: those whose addresses stay.
    private init(_ texts: [String], kept: [String]) {
        ranges = [(texts, false), (kept, true)].flatMap { list, isKept in
            list.compactMap { text in
                Prefix(text).map { Range(bits: $0.address.topBits, length: $0.length, isKept: isKept) }
            }
        }
    }

    /// How many leading bits of an address stay: no bit is flipped at a node of the tree below which a special range begins, as its two
    /// children would change places.
    ///
    /// - Parameter address: in the highest bits.
    /// - Returns: 128 for one that stays as a whole.
    package func keptBits(_ address: UInt128) -> Int {
        var most = 0
        for range in ranges {
            let common = (address ^ range.bits).leadingZeroBitCount
            if common >= range.length, range.isKept { return 128 }
            most = max(most, min(common, range.length - 1) + 1)
        }
        return most
    }

    /// No range is special.
    package static let none = SpecialRanges([], kept: [])

    /// Of the IANA IPv4 Special-Purpose Address Registry (RFC 6890), those that packets have. Multicast groups are kept, and what stands for
    /// this host, for none and for all.
    package static let ipv4 = SpecialRanges(
        [
            "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
        ], kept: ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32"])

    /// Of the IANA IPv6 registry likewise. Of groups only those with well-known numbers are kept (ff00::/12), and of these not the
    /// solicited-node groups, which have 24 bits of an address in them; others can have a network's prefix.
    package static let ipv6 = SpecialRanges(
        [
            "::/8", "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2000::/3", "2001::/32",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "fc00::/7", "fd00::/8", "fe80::/10", "fe80::/64",
            "fec0::/10", "ff00::/8", "ff02::1:ff00:0/104",
        ], kept: ["::/128", "::1/128"])

    /// Whether an IPv6 address is a multicast group that stays.
    static func isWellKnownGroup(_ address: UInt128) -> Bool {
        address >> 116 == 0xFF0 && address >> 24 != 0xFF02_0000_0000_0000_0000_0001_FF
    }
}

extension IPAddress {
    /// In the highest bits of a number that fits both families.
    var topBits: UInt128 {
        switch family {
        case .ipv4: UInt128(low) << 96
        case .ipv6: UInt128(high) << 64 | UInt128(low)
        }
    }

    init(topBits bits: UInt128, _ family: Family) {
        switch family {
        case .ipv4: self.init(ipv4: UInt32(truncatingIfNeeded: bits >> 96))
        case .ipv6:
            self.init(
                ipv6High: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
        }
    }
}
