import Addresses

/// Replaces addresses, of both families and of links, always in the same way under the same key.
package struct AddressMapping {
    private var four: PrefixTree
    private var six: PrefixTree
    private let hash: KeyedHash

    /// libnettle has been loaded.
    package init(_ key: AnonymizingKey) {
        let hash = KeyedHash(key: key.bytes)
        four = PrefixTree(key: hash.digest("IPv4", []), width: 32)
        six = PrefixTree(key: hash.digest("IPv6", []), width: 128)
        self.hash = hash
    }

    /// In host order.
    mutating func ipv4(_ address: UInt32) -> UInt32 {
        let bits = UInt128(address) << 96
        return UInt32(truncatingIfNeeded: four.mapped(bits, keeping: SpecialRanges.ipv4.keptBits(bits)) >> 96)
    }

    /// An IPv4 address within one of IPv6 (`::ffff:0:0/96`, RFC 4291; `64:ff9b::/96`, RFC 6052) is mapped as such.
    mutating func ipv6(_ address: UInt128) -> UInt128 {
        if address >> 32 == 0xFFFF || address >> 32 == 0x0064_FF9B << 64 {
            return (address & ~0xFFFF_FFFF) | UInt128(ipv4(UInt32(truncatingIfNeeded: address)))
        }
        if SpecialRanges.isWellKnownGroup(address) { return address }
        // A group keeps its flags and its scope.
        let kept = max(SpecialRanges.ipv6.keptBits(address), address >> 120 == 0xFF ? 16 : 0)
        return six.mapped(address, keeping: kept)
    }

    package mutating func mapped(_ address: IPAddress) -> IPAddress {
        switch address.family {
        case .ipv4: IPAddress(ipv4: ipv4(UInt32(truncatingIfNeeded: address.low)))
        case .ipv6: IPAddress(topBits: ipv6(address.topBits), .ipv6)
        }
    }

    /// The prefix that the members of a prefix are mapped into: its host bits are zero.
    package mutating func mapped(_ prefix: Prefix) -> Prefix? {
        let mask = prefix.length == 0 ? 0 : UInt128.max << (128 - prefix.length)
        return Prefix(
            IPAddress(topBits: mapped(prefix.address).topBits & mask, prefix.address.family), length: prefix.length)
    }

    /// An address in network order, 4 or 16 bytes, of which a mask's bits matter, which are leading ones.
    ///
    /// - Parameter length: of the prefix in bits; nil for a whole address.
    /// - Returns: nil for any other size.
    mutating func mapped(_ bytes: [UInt8], prefix length: Int? = nil) -> [UInt8]? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let number = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        let width = bytes.count * 8
        var mapped = bytes.count == 4 ? UInt128(ipv4(UInt32(truncatingIfNeeded: number))) : ipv6(number)
        if let length, length < width {
            let free = width - max(0, length)
            mapped &= free >= 128 ? 0 : ~((1 << UInt128(free)) - 1)
        }
        return (0..<bytes.count).map { UInt8(truncatingIfNeeded: mapped >> UInt128(width - 8 - 8 * $0)) }
    }

    // MARK: Addresses of links

    /// Of six bytes as a rule: none and all stay, and so do groups, except those that have a part of an IPv6 address. The bits that tell
    /// groups and local administration stay.
    mutating func link(_ address: [UInt8]) -> [UInt8] {
        if address.allSatisfy({ $0 == 0 }) || address.allSatisfy({ $0 == 0xFF }) { return address }
        if address.count == 6, address[0] & 1 != 0 { return group(address) }
        var bytes = hash.bytes(address.count, "link address", address)
        if let first = address.first { bytes[0] = bytes[0] & ~3 | first & 3 }
        return bytes
    }

    /// That of an IPv6 group ends as the group does (RFC 2464, 7).
    private mutating func group(_ address: [UInt8]) -> [UInt8] {
        if address.starts(with: [0x01, 0x00, 0x5E]) || address.starts(with: [0x01, 0x80, 0xC2]) { return address }
        guard address.starts(with: [0x33, 0x33]) else {
            var bytes = hash.bytes(6, "link address", address)
            bytes[0] = bytes[0] & ~3 | address[0] & 3
            return bytes
        }
        let isSolicited = address[2] == 0xFF
        let group: [UInt8] =
            [0xFF, 0x02] + [UInt8](repeating: 0, count: 9) + [isSolicited ? 1 : 0] + address.dropFirst(2)
        return [0x33, 0x33] + (mapped(group) ?? group).suffix(4)
    }
}
