/// An address with a prefix length, as `10.0.0.0/8`: what a filter on addresses takes.
package struct Prefix: Hashable, Sendable {
    /// As it was given: bits behind the prefix may be set, and do not count.
    package let address: IPAddress
    /// 0 to 32, or to 128 for IPv6.
    package let length: Int

    /// One address: all its bits count.
    package init(_ address: IPAddress) {
        self.address = address
        length = address.bitWidth
    }

    /// Reads `ADDRESS` (all its bits count) or `ADDRESS/LENGTH`.
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

    /// Whether an address of the same family lies in it; one of the other family never does.
    package func contains(_ other: IPAddress) -> Bool {
        guard other.family == address.family else { return false }
        return Self.leadingBitsEqual(address.bitWidth - length, address.low, other.low)
            && Self.leadingBitsEqual(64 - length, address.high, other.high)
    }

    /// True when the two differ in their lowest `free` bits only (all of them when 64 or more, none when 0 or less).
    private static func leadingBitsEqual(_ free: Int, _ one: UInt64, _ two: UInt64) -> Bool {
        if free >= 64 { return true }
        return (one ^ two) >> UInt64(max(free, 0)) == 0
    }
}

extension Prefix: CustomStringConvertible {
    /// As it is read: `10.0.0.0/8`, or the address alone when all its bits count.
    package var description: String { length == address.bitWidth ? address.description : "\(address)/\(length)" }
}
