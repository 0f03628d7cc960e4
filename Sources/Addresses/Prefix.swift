/// An address with a prefix length, such as `10.0.0.0/8`, for filtering by address.
package struct Prefix: Hashable, Sendable {
    /// As given: bits after the prefix may be set, and are ignored.
    package let address: IPAddress
    /// 0 to 32, or to 128 for IPv6.
    package let length: Int

    /// One address: all its bits count.
    package init(_ address: IPAddress) {
        self.address = address
        length = address.bitWidth
    }

    /// - Returns: nil for a length beyond the address's.
    package init?(_ address: IPAddress, length: Int) {
        guard (0...address.bitWidth).contains(length) else { return nil }
        self.address = address
        self.length = length
    }

    /// Reads `ADDRESS` (all bits count) or `ADDRESS/LENGTH`.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let first = parts.first, let address = IPAddress(String(first)) else { return nil }
        var length = address.bitWidth
        if parts.count == 2 {
            guard let given = Int(digits: parts[1]), (0...address.bitWidth).contains(given) else { return nil }
            length = given
        }
        self.address = address
        self.length = length
    }

    /// Whether an address is in the prefix; always false for the other family.
    package func contains(_ other: IPAddress) -> Bool {
        guard other.family == address.family else { return false }
        return Self.leadingBitsEqual(address.bitWidth - length, address.low, other.low)
            && Self.leadingBitsEqual(64 - length, address.high, other.high)
    }

    /// The same prefix, without bits that are ignored.
    package var network: Prefix {
        let free = address.bitWidth - length
        let low = Self.clearing(free, in: address.low)
        let base =
            address.family == .ipv4
            ? IPAddress(ipv4: UInt32(truncatingIfNeeded: low))
            : IPAddress(ipv6High: Self.clearing(free - 64, in: address.high), low: low)
        return Prefix(of: base, length)
    }

    private init(of base: IPAddress, _ length: Int) { (address, self.length) = (base, length) }

    /// Without its lowest `free` bits.
    private static func clearing(_ free: Int, in number: UInt64) -> UInt64 {
        free >= 64 ? 0 : number & ~((1 << UInt64(max(free, 0))) - 1)
    }

    /// Whether the two differ in their lowest `free` bits only (all of them if 64 or more, none if 0 or less).
    private static func leadingBitsEqual(_ free: Int, _ one: UInt64, _ two: UInt64) -> Bool {
        if free >= 64 { return true }
        return (one ^ two) >> UInt64(max(free, 0)) == 0
    }
}

extension Prefix: CustomStringConvertible {
    /// In the form that is read: `10.0.0.0/8`, or just the address if all its bits count.
    package var description: String { length == address.bitWidth ? address.description : "\(address)/\(length)" }
}
